// `latchkey wifi`: has a lock join the house's network, or forget it, and says how it stands to it.
// Why: the passphrase of a house is asked for without echo, goes to the lock inside the owner's session, and stays nowhere else.
// Follows docs/protocol.md §3.4.

import type { NetworkState } from "../../firmware/platform.ts";
import { optionsOf, runAct } from "../acts.ts";
import { type Act, type Acts, type Call, type Command, LOCK_OPTIONS, type Outcome } from "../command.ts";
import { refused } from "../denials.ts";
import { EXIT } from "../failure.ts";
import type { Keystore } from "../keystore.ts";
import { askNetwork, NETWORK_OPTIONS, readNetworkName } from "../network.ts";
import { asOwner } from "../ownership.ts";
import type { OwnedLock } from "../person.ts";
import type { Outgoing } from "../phone.ts";
import { serialPathOf } from "../serial.ts";
import { printable } from "../terminal.ts";

const REASONS = Object.freeze({
  unsupported: "it has no radio for Wi-Fi.",
  journal:
    'its journal is damaged or full, or its memory failed, and nothing changed: run "latchkey log", then "latchkey status".',
  rate: "too many changes in a short time: wait ten minutes.",
});

const STATUS: Act = {
  summary: "say how the lock stands to its network",
  positionals: [],
  options: LOCK_OPTIONS,
  run: runStatus,
};
const ACTS: Acts = Object.freeze({
  status: STATUS,
  set: {
    summary: "have it join a network, now and after each start",
    positionals: ["SSID"],
    options: { ...LOCK_OPTIONS, ...NETWORK_OPTIONS },
    run: runSet,
  },
  forget: {
    summary: "have it leave the network and forget it",
    positionals: [],
    options: LOCK_OPTIONS,
    run: runForget,
  },
});

/** The command `wifi`. */
export const wifi: Command = {
  name: "wifi",
  summary: "Have a lock join the house's network, or forget it",
  positionals: [`[${Object.keys(ACTS).join("|")}`, "...]"],
  options: optionsOf(ACTS),
  help: [
    "A lock needs no network. With one its owner reaches it from the rest of the house; it takes nobody's word for more there",
    "than at the door. set asks for the passphrase, or takes it from LATCHKEY_WIFI_PASSPHRASE: never from the command line,",
    "which other programs and the history see. This computer keeps neither; the lock keeps both, tells nobody, and forgets",
    "them where it is reset or handed over. Who had it join or forget is in its log; which network is not.",
    "",
    "With a passphrase a board joins only where the network protects its management frames: WPA3, or WPA2 with 802.11w.",
    "",
    'In the house of "npm start" every name is a network, which its lock joins at once, with any passphrase or none.',
  ],
  examples: [
    "wifi set Hall",
    "wifi set Hall --at serial:/dev/ttyUSB0",
    "wifi set Guests --open",
    "wifi",
    "wifi forget",
  ],
  acts: ACTS,
  run: (call) => runAct(call, ACTS, "wifi", STATUS),
};

async function runStatus(call: Call): Promise<Outcome> {
  const keystore = await call.openKeystore();
  const lock = call.chooseLock(keystore);
  const { network } = await asOwner(call, keystore, lock, async ({ status }) => status);
  call.terminal.say(`Wi-Fi: ${sayNetwork(network)}`);
  return { exit: EXIT.OK, json: { lockId: lock.id, network: networkObject(network) } };
}

async function runSet(call: Call): Promise<Outcome> {
  const [ssid = ""] = call.positionals;
  const name = readNetworkName(call, ssid);
  const keystore = await call.openKeystore();
  const lock = call.chooseLock(keystore);
  const credentials = await askNetwork(call, name);
  const { network } = await change(call, { keystore, lock }, { kind: "joinNetwork", credentials });
  call.terminal.say(`Set: the lock joins ${printable(ssid)}, now and after each start.`);
  call.terminal.say(`Wi-Fi: ${sayNetwork(network)}`);
  if (network?.is === "joined" && serialPathOf(lock.address) !== undefined) {
    const at = addressText(network.address);
    call.terminal.say(`Without the cable: "latchkey status --at ${at}" once, and each command finds it there.`);
  }
  return { exit: EXIT.OK, json: { lockId: lock.id, ssid, network: networkObject(network) } };
}

async function runForget(call: Call): Promise<Outcome> {
  const keystore = await call.openKeystore();
  const lock = call.chooseLock(keystore);
  // It is told so in any case: a lock that could not read what its memory holds knows of no network, and forgets it now.
  const { network, wasSet } = await change(call, { keystore, lock }, { kind: "leaveNetwork" });
  call.terminal.say(
    wasSet
      ? "Forgotten: the lock has left the network. It is reached by its USB socket (--at serial:PORT)."
      : "No network was set: the lock is in none, and keeps none.",
  );
  return { exit: EXIT.OK, json: { lockId: lock.id, wasSet, network: networkObject(network) } };
}

/** Asks for a change. @returns how the lock stands afterwards, and whether a network was set before @throws Failure */
function change(
  call: Call,
  at: { readonly keystore: Keystore; readonly lock: OwnedLock },
  outgoing: Outgoing,
): Promise<{ readonly network: NetworkState | undefined; readonly wasSet: boolean }> {
  return asOwner(call, at.keystore, at.lock, async ({ conversation, status }) => {
    const answer = await conversation.ask(outgoing);
    if (answer.kind !== "yes") throw refused(answer.kind === "no" ? answer.denial : undefined, REASONS);
    const after = await conversation.ask({ kind: "status" });
    const wasSet = status.network !== undefined && status.network.is !== "off";
    return { network: after.kind === "status" ? after.status.network : undefined, wasSet };
  });
}

/** Says how a lock stands to its network. */
export function sayNetwork(network: NetworkState | undefined): string {
  switch (network?.is) {
    case undefined:
      return "this lock has no radio for it";
    case "off":
      return 'no network is set ("latchkey wifi set SSID")';
    case "joining":
      return "it is joining the network";
    case "joined":
      return `joined, at ${addressText(network.address)}`;
    case "waiting":
      return "NOT JOINED: the network is out of reach, or its passphrase is another; the lock tries again";
  }
}

/** Gives the same for --json. */
export function networkObject(network: NetworkState | undefined): Record<string, unknown> | null {
  if (network === undefined) return null;
  return { is: network.is, address: network.is === "joined" ? addressText(network.address) : null };
}

function addressText(address: Uint8Array): string {
  return address.join(".");
}
