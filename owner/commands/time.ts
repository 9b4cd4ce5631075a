// `latchkey time`: tells the lock the time, or brings it from time servers.
// Why: after a loss of power a lock knows no time, and lets no guest in until somebody whom it trusts tells it: its owner,
// or two time servers of its owner's choice, through the phone of whoever stands at the door.
// Follows docs/protocol.md §6 and §2.3 (kind 12).

import { KIND_SET_CLOCK } from "../../firmware/grant/body.ts";
import type { Status } from "../../firmware/link/message.ts";
import { type Seconds, seconds } from "../../firmware/platform.ts";
import { parseZone } from "../../firmware/time/zone.ts";
import type { Call, Command, Outcome } from "../command.ts";
import { EXIT, usage } from "../failure.ts";
import { chooseKey, type DoorKey, rememberAddress } from "../keyring.ts";
import type { Keystore } from "../keystore.ts";
import { sayDuration, sayMoment } from "../moment.ts";
import { addressOf, asOwner, declare, readStatus } from "../ownership.ts";
import type { OwnedLock } from "../person.ts";
import { type Brought, knownServers, placed, relayTime, rememberServers, tryServers } from "../relay.ts";
import { parseTimeServers, type TimeServer } from "../timeservers.ts";
import { ownZone } from "../timezone.ts";
import { converse } from "../wire.ts";

/** A lock's clock that was moved by no more is not worth a word. */
const MOVED_SECONDS_MAX = 120;

/** The command `time`. */
export const time: Command = {
  name: "time",
  summary: "Tell a lock the time, as its owner, or bring it from time servers",
  positionals: [],
  options: {
    lock: { value: "NAME", help: "which lock, where you have several" },
    at: { value: "HOST:PORT", help: "where the lock is reached, or serial:PORT" },
    back: { help: "set it back, if it is ahead; press the button on the inside first" },
    relay: { help: "bring it from the time servers that the lock trusts; guests always do" },
    server: {
      value: "HOST:PORT=KEY",
      help: "such a server; it is kept for the next time",
      isRepeatable: true,
    },
    grant: { value: "TEXT|FILE", help: "an invitation that was not accepted before" },
  },
  help: [
    "An owner tells the lock the time of this computer's clock: check that first. To open, to lock and to change a setting",
    "tells it too, as long as it fits; commands that only read, such as status, owners and log, do not.",
    "",
    "Anybody, a guest too, may bring a lock the time after a loss of power. It believes no phone for that, but two time",
    "servers of its owner's choice that agree. The owner names up to three (latchkey config --time-server-1",
    "HOST:PORT=KEY), and hands the list to guests, who give it here once, in the same order; a server that is not the",
    "next in that order has its place before it: 3=HOST:PORT=KEY.",
    "",
    "Servers that are known to be public, as their operators list them. Which of them speak version 1 of Roughtime (RFC",
    "10049) today was not tested here, and older versions do not do; ask the operator for the key:",
    "  Cloudflare-Roughtime-2   roughtime.cloudflare.com:2003",
    "  int08h-Roughtime         roughtime.int08h.com:2002",
    "  roughtime.se             roughtime.se:2002",
    "  time.txryan.com          time.txryan.com:2002",
  ],
  examples: ["time", "time --back", "time --relay", "time --server 192.0.2.1:2002=KEY --server 192.0.2.2:2002=KEY"],
  run,
};

async function run(call: Call): Promise<Outcome> {
  const given = parseTimeServers(call.list("server"));
  const keystore = await call.openKeystore();
  const key = chooseKey(call, keystore);
  const isRelay = key.kind === "guest" || call.has("relay") || given.length > 0;
  if (!isRelay) return tell(call, keystore, key.lock);
  if (call.has("back")) throw usage("Only an owner's own clock sets a lock back: leave out --relay and --server.");
  const servers = given.length > 0 ? given : knownServers(keystore, key.lockId);
  if (servers.length === 0) throw usage(sayNone(key));
  const good = await tryServers(servers, call.terminal);
  const outcome =
    key.kind === "owner"
      ? await bringAsOwner(call, keystore, { lock: key.lock, servers: good })
      : await bringAsGuest(call, keystore, { key, servers: good });
  if (key.kind === "guest") rememberServers(keystore, key.lockId, { servers: given, gone: [] });
  return outcome;
}

async function tell(call: Call, keystore: Keystore, lock: OwnedLock): Promise<Outcome> {
  const { status, before } = await asOwner(call, keystore, lock, async (session) => {
    await declare(keystore, lock, session, { kind: KIND_SET_CLOCK, isBackwards: call.has("back") });
    const { status } = await readStatus(session.conversation, session.signer);
    return { status, before: session.status };
  });
  const outcome = sayClock(call, lock, status);
  const moved = sayMoved(lock.zone, before, status);
  if (moved !== undefined) call.terminal.warn(moved);
  return outcome;
}

/** Says how far a lock's clock was moved, where that is more than clocks go wrong by themselves: it was the computer's then. */
function sayMoved(
  zoneRule: string,
  before: Pick<Status, "timeLow" | "timeHigh">,
  after: Pick<Status, "timeLow" | "timeHigh">,
): string | undefined {
  const [from, to] = [middleOf(before), middleOf(after)];
  if (from === undefined || to === undefined || Math.abs(to - from) <= MOVED_SECONDS_MAX) return undefined;
  const stood = `It stood at ${sayMoment(parseZone(zoneRule), from)}, ${sayDuration(Math.abs(to - from))}`;
  return to < from
    ? `${stood} later.`
    : `${stood} earlier. Where this computer's clock is wrong, set it right, and the lock back: "latchkey time --back", with a press of the button inside.`;
}

function middleOf({ timeLow, timeHigh }: Pick<Status, "timeLow" | "timeHigh">): Seconds | undefined {
  return timeLow === undefined || timeHigh === undefined ? undefined : seconds(Math.round((timeLow + timeHigh) / 2));
}

async function bringAsOwner(
  call: Call,
  keystore: Keystore,
  bringing: { readonly lock: OwnedLock; readonly servers: readonly TimeServer[] },
): Promise<Outcome> {
  const { lock, servers } = bringing;
  const { status, trusted } = await asOwner(call, keystore, lock, async ({ conversation, signer, status: before }) => {
    const trusted = placed(servers, before.configuration, call.terminal);
    sayBrought(call, await relayTime(conversation, trusted, call.terminal));
    return { status: (await readStatus(conversation, signer)).status, trusted };
  });
  rememberServers(keystore, lock.id, { servers: trusted, gone: [] });
  return sayClock(call, lock, status);
}

async function bringAsGuest(
  call: Call,
  keystore: Keystore,
  bringing: { readonly key: Extract<DoorKey, { kind: "guest" }>; readonly servers: readonly TimeServer[] },
): Promise<Outcome> {
  const { key, servers } = bringing;
  const { lockId, agreementKey } = key;
  const address = addressOf(call, key.address);
  const conversation = await converse({ address, agreementKey, lockId });
  try {
    const brought = await relayTime(conversation, servers, call.terminal);
    rememberAddress(keystore, { lockId, agreementKey, address });
    sayBrought(call, brought);
    const { low, high } = spanOf(brought);
    call.terminal.say(`It is ${sayAbout(ownZone().rule, low, high)}: the lock knows that now, so try the door again.`);
    return { exit: EXIT.OK, json: { low, high } };
  } finally {
    conversation.close();
  }
}

function sayBrought(call: Call, brought: readonly Brought[]): void {
  const names = brought.map(({ server }) => server.address).join(" and ");
  call.terminal.say(`The lock has checked what ${names} say, and believes it: they agree.`);
}

function sayClock(call: Call, lock: OwnedLock, { timeLow, timeHigh }: Status): Outcome {
  if (timeLow !== undefined && timeHigh !== undefined) {
    call.terminal.say(`The lock's clock: ${sayAbout(lock.zone, timeLow, timeHigh)}.`);
  }
  return { exit: EXIT.OK, json: { low: timeLow ?? null, high: timeHigh ?? null } };
}

function sayAbout(zoneRule: string, low: number, high: number): string {
  const middle: Seconds = seconds(Math.round((low + high) / 2));
  return `${sayMoment(parseZone(zoneRule), middle)}, give or take ${Math.ceil((high - low) / 2)} s`;
}

/** The time that all of these servers' answers lie within. */
function spanOf(brought: readonly Brought[]): { readonly low: number; readonly high: number } {
  return {
    low: Math.min(...brought.map(({ time: { midpoint, radius } }) => midpoint - radius)),
    high: Math.max(...brought.map(({ time: { midpoint, radius } }) => midpoint + radius)),
  };
}

function sayNone(key: DoorKey): string {
  return key.kind === "owner"
    ? 'No time servers are known for this lock: name two or three with "latchkey config --time-server-1 HOST:PORT=KEY".'
    : "No time servers are known for this lock: ask its owner for the list, and give each with --server HOST:PORT=KEY.";
}
