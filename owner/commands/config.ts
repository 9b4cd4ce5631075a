// `latchkey config`: shows the settings of a lock, and changes them.
// Why: what a lock does by itself is its owner's decision, and never a vendor's.
// Follows docs/protocol.md §2.4 and §2.3 (kinds 4 and 13).

import { KIND_ACKNOWLEDGE, KIND_CONFIGURE } from "../../firmware/grant/body.ts";
import type { Call, Command, Option, Outcome } from "../command.ts";
import { EXIT, usage } from "../failure.ts";
import type { Keystore } from "../keystore.ts";
import { presentSeconds } from "../moment.ts";
import { asOwner, declare, readStatus, takeZone } from "../ownership.ts";
import { knownServers, rememberServers } from "../relay.ts";
import { doubtsAboutSettings, NONE, SETTINGS, type Setting, saySettings, settingsObject } from "../settings.ts";
import { parseTimeServer, SERVERS_MAX, sayTimeServer, type TimeServer } from "../timeservers.ts";
import { doubtAboutZone, findZone } from "../timezone.ts";

const OPTIONS: Record<string, Option> = {
  lock: { value: "NAME", help: "which lock, where you own several" },
  at: { value: "HOST:PORT", help: "where the lock is reached, or serial:PORT" },
  acknowledge: { help: "say that you have seen the damaged journal, so that guests are let in again" },
};
for (const { option, value, help } of SETTINGS) OPTIONS[option] = { value, help };

/** The command `config`. */
export const config: Command = {
  name: "config",
  summary: "Show or change the settings of a lock",
  positionals: [],
  options: OPTIONS,
  help: ["Without options it shows the settings in force. All changes of one call hold together, or none does."],
  examples: ["config", "config --auto-relock 60 --ajar 90", "config --zone Europe/Berlin", "config --mode vacation"],
  run,
};

async function run(call: Call): Promise<Outcome> {
  const settings: Setting[] = [];
  for (const rule of SETTINGS) {
    const text = call.option(rule.option);
    if (text !== undefined) settings.push({ key: rule.key, value: rule.parse(text) });
  }
  const keystore = await call.openKeystore();
  const lock = call.chooseLock(keystore);
  const status = await asOwner(call, keystore, lock, async (session) => {
    // A statement that says nothing would stand in the journal for good.
    if (call.has("acknowledge") && session.status.isJournalWhole) {
      throw usage("Nothing is damaged, so there is nothing to acknowledge, and nothing was changed.");
    }
    if (settings.length > 0) await declare(keystore, lock, session, { kind: KIND_CONFIGURE, settings });
    if (call.has("acknowledge")) await declare(keystore, lock, session, { kind: KIND_ACKNOWLEDGE });
    return (await readStatus(session.conversation, session.signer)).status;
  });
  const { configuration } = status;
  const named = call.option("zone");
  const doubt = named === undefined ? undefined : doubtAboutZone(findZone(named), presentSeconds());
  if (doubt !== undefined) call.terminal.warn(doubt);
  if (takeZone(lock, configuration)) {
    lock.zoneName = named === undefined ? undefined : findZone(named).name;
    keystore.update();
  }
  rememberServers(keystore, lock.id, namedServers(call));
  for (const line of saySettings(configuration)) call.terminal.say(line);
  sayForGuests(call, keystore, lock.id);
  for (const doubt of doubtsAboutSettings(status)) call.terminal.warn(doubt);
  return { exit: EXIT.OK, json: { lockId: lock.id, settings: settingsObject(configuration) } };
}

/** The time servers that this call names, and the places that it empties. */
function namedServers(call: Call): { readonly servers: readonly TimeServer[]; readonly gone: readonly number[] } {
  const servers: TimeServer[] = [];
  const gone: number[] = [];
  for (let place = 0; place < SERVERS_MAX; place++) {
    const text = call.option(`time-server-${place + 1}`);
    if (text === NONE) gone.push(place);
    else if (text !== undefined) servers.push(parseTimeServer(text, place));
  }
  return { servers, gone };
}

/** Says how a guest brings this lock the time: the owner hands the line on. */
function sayForGuests(call: Call, keystore: Keystore, lockId: string): void {
  const servers = [...knownServers(keystore, lockId)].sort((left, right) => left.place - right.place);
  if (servers.length < 2) return;
  const words = servers.map((server, index) => {
    const place = server.place === index ? "" : `${server.place + 1}=`;
    return `--server ${place}${sayTimeServer(server)}`;
  });
  call.terminal.say("");
  call.terminal.say("After a loss of power your guests bring this lock the time with:");
  call.terminal.say(`  latchkey time ${words.join(" ")}`);
}
