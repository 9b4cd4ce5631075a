// `latchkey camera wifi`: tells a camera the house's network, over the cable in its opened case.
// Why: a camera is reached by nobody before it is in the network, and it believes the hand at its open case alone.
// Follows docs/protocol.md §3.4; nothing of it goes by the lock, and no key is needed.

import { crypto } from "#crypto";
import { Fault } from "../firmware/fault.ts";
import { encodeProvision, parseProvisioned } from "../firmware/link/provision.ts";
import type { Credentials } from "../firmware/platform.ts";
import { type Call, LOCK_OPTIONS, type Option, type Outcome } from "./command.ts";
import { EXIT, Failure, usage } from "./failure.ts";
import { Line } from "./line.ts";
import { askNetwork, NETWORK_OPTIONS, readNetworkName } from "./network.ts";
import { dialSerial, SERIAL_PREFIX, serialPathOf } from "./serial.ts";
import { printable } from "./terminal.ts";

/** What is told is told again after each of these waits: to take it twice does no harm. */
const ANSWER_MILLIS: readonly number[] = Object.freeze([1_500, 1_500, 3_000]);
const EXAMPLE = `--at ${SERIAL_PREFIX}/dev/ttyUSB0`;

/** The options of the act. */
export const PROVISION_OPTIONS: Readonly<Record<"at" | "open", Option>> = Object.freeze({
  at: LOCK_OPTIONS.at,
  ...NETWORK_OPTIONS,
});

/** Tells it. @throws Failure */
export async function runProvision(call: Call): Promise<Outcome> {
  const [ssid = ""] = call.positionals;
  const path = serialPathOf(call.required("at", EXAMPLE));
  if (path === undefined) throw usage(`A camera is told its network over a cable: ${EXAMPLE}, with its case open.`);
  const name = readNetworkName(call, ssid);
  if (!(await tell(path, () => askNetwork(call, name)))) {
    throw new Failure(
      EXIT.REFUSED,
      "The camera refuses, and nothing changed: open its case, and leave it open meanwhile; if it is open, wait ten seconds and try again.",
    );
  }
  call.terminal.say(`Set: the camera joins ${printable(ssid)}, now and after each start. Shut its case.`);
  call.terminal.say(
    "While it is nobody's, Enter at its console shows its address: what reaches it wants that once, as --camera-at ADDRESS.",
  );
  call.terminal.warn(
    "Where it belongs to a lock, that hears of the open case as soon as it hears the camera, and writes it down.",
  );
  return { exit: EXIT.OK, json: { ssid } };
}

/** Opens the port, asks what is to be told, and says it until something answers. @returns whether it is done @throws Failure */
async function tell(path: string, ask: () => Promise<Credentials>): Promise<boolean> {
  let told: Uint8Array<ArrayBuffer> | undefined;
  let isDone: boolean | undefined;
  const line = new Line(await dialSerial(path), (frame) => {
    // What comes before anything was told answers somebody else.
    if (told !== undefined) isDone ??= readAnswer(frame);
  });
  try {
    told = encodeProvision(await ask());
    for (const wait of ANSWER_MILLIS) {
      line.send(told);
      if (await line.until(() => isDone !== undefined, wait)) break;
    }
  } finally {
    line.close();
    if (told !== undefined) crypto.wipe(told);
  }
  if (isDone === undefined) {
    throw new Failure(
      EXIT.UNREACHABLE,
      `No camera answers at ${printable(path)}: does it have power, and is it the camera's port and not the lock's?`,
    );
  }
  return isDone;
}

/** What the camera prints on the same line is no answer. */
function readAnswer(frame: Uint8Array<ArrayBuffer>): boolean | undefined {
  try {
    return parseProvisioned(frame);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return undefined;
  }
}
