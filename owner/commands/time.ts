// `latchkey time`: tells the lock the time.
// Why: after a loss of power a lock knows no time, and lets no guest in until somebody whom it trusts tells it.
// Follows docs/protocol.md §6 and §2.3 (kind 12).

import { KIND_SET_CLOCK } from "../../firmware/grant/body.ts";
import { seconds } from "../../firmware/platform.ts";
import { parseZone } from "../../firmware/time/zone.ts";
import type { Call, Command, Outcome } from "../command.ts";
import { EXIT } from "../failure.ts";
import { sayMoment } from "../moment.ts";
import { asOwner, declare, readStatus } from "../ownership.ts";

/** The command `time`. */
export const time: Command = {
  name: "time",
  summary: "Tell the lock the time, from this computer's clock",
  positionals: [],
  options: {
    lock: { value: "NAME", help: "which lock, where you own several" },
    at: { value: "HOST:PORT", help: "where the lock is reached" },
    back: { help: "set it back, if it is ahead; press the button on the inside first" },
  },
  help: ["Check this computer's clock first. Every other command of an owner tells the time too, as long as it fits."],
  examples: ["time", "time --back"],
  run,
};

async function run(call: Call): Promise<Outcome> {
  const keystore = await call.openKeystore();
  const lock = call.chooseLock(keystore);
  const status = await asOwner(call, keystore, lock, async (session) => {
    await declare(keystore, lock, session, { kind: KIND_SET_CLOCK, isBackwards: call.has("back") });
    return (await readStatus(session.conversation, session.signer)).status;
  });
  const { timeLow, timeHigh } = status;
  if (timeLow !== undefined && timeHigh !== undefined) {
    const middle = seconds(Math.round((timeLow + timeHigh) / 2));
    const radius = Math.ceil((timeHigh - timeLow) / 2);
    call.terminal.say(`The lock's clock: ${sayMoment(parseZone(lock.zone), middle)}, give or take ${radius} s.`);
  }
  return { exit: EXIT.OK, json: { low: timeLow ?? null, high: timeHigh ?? null } };
}
