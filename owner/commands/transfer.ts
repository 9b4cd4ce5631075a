// `latchkey transfer`: hands a lock to somebody else for good, as when a flat is sold.
// Why: the new owner must be alone with it, and a stolen phone must never be able to do it: so it takes the words on paper, and
// somebody inside.
// Follows docs/protocol.md §2.3 (kind 16, "Transfer").

import { fromAscii } from "../../firmware/bytes.ts";
import { KIND_TRANSFER } from "../../firmware/grant/body.ts";
import { SETTING_ZONE } from "../../firmware/policy/configuration.ts";
import { type Call, type Command, type Outcome, parseKey } from "../command.ts";
import { sayParted } from "../enrolment.ts";
import { EXIT } from "../failure.ts";
import { askWords, asRecovery, CUSTODY_OPTIONS } from "../inside.ts";
import { kidText } from "../ownership.ts";
import { printable } from "../terminal.ts";
import { findZone } from "../timezone.ts";

const { recovery: _, ...OPTIONS } = CUSTODY_OPTIONS;

/** The command `transfer`. */
export const transfer: Command = {
  name: "transfer",
  summary: "Hand a lock to somebody else for good, with your 24 words",
  positionals: ["KEY", "RECOVERY-KEY"],
  options: { ...OPTIONS, zone: { value: "ZONE", help: "the door's time zone, if it changes" } },
  help: [
    'KEY and RECOVERY-KEY are the two that the new owner sees with "latchkey id --recovery" and sends you; compare them with',
    "the new owner, since whoever's keys they are gets the lock. It takes your 24 words, typed or with --words, and somebody",
    "inside who presses the button when the lock sounds. Then you, all other owners and everybody whom any of you let in",
    "have nothing left: the new owner's key and words are the only ones. The lock's records stay with it.",
    "To change words that somebody may have seen, make new keys (LATCHKEY_HOME=~/new latchkey init) and hand the lock to",
    "yourself.",
  ],
  examples: ["transfer 3J0v1Gg3r... 9dQmW2yLb...", "transfer KEY RECOVERY-KEY --lock flat --words words.txt"],
  run,
};

async function run(call: Call): Promise<Outcome> {
  const [key = "", paper = ""] = call.positionals;
  const ownerKey = parseKey(key);
  const recoveryKey = parseKey(paper);
  const named = call.option("zone");
  const rule = named === undefined ? undefined : fromAscii(findZone(named).rule);
  const keystore = await call.openKeystore();
  const lock = call.chooseLock(keystore);
  const words = await askWords(call);
  const { boards } = await asRecovery(call, { lock, words }, async ({ declare, status }) => {
    // Another owner may have set the zone since this one looked.
    const held = status.configuration.get(SETTING_ZONE);
    const zoneRule = rule ?? (typeof held === "object" ? held : fromAscii(lock.zone));
    await declare({ kind: KIND_TRANSFER, adoption: { ownerKey, recoveryKey, zoneRule } });
    return status;
  });
  const { locks } = keystore.person;
  keystore.update(() => void locks.splice(locks.indexOf(lock), 1));
  const owner = kidText(ownerKey);
  call.terminal.say(
    `Handed over: the lock ${printable(lock.name)} (${lock.id}) belongs to ${owner}, and to nobody else.`,
  );
  call.terminal.say("Your key, your words, and whatever you or another owner gave for it open nothing any more.");
  const parted = sayParted(boards);
  if (parted !== undefined) call.terminal.say(parted);
  call.terminal.say('The new owner runs "latchkey adopt SETUP" with the text on its label.');
  return { exit: EXIT.OK, json: { lockId: lock.id, owner } };
}
