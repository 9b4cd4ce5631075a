// `latchkey pin setup`: hands the lock the secret from which this computer makes window codes, once, or another one.
// Why: afterwards codes are made with no network at all; and a new secret is how all of them are ended at once.
// Follows docs/protocol.md §7 (request 16).

import { WINDOW_CLASSES } from "../../firmware/codes/window.ts";
import { handSecret, obstacleTo } from "../codebook.ts";
import { type Act, type Call, LOCK_OPTIONS, type Outcome } from "../command.ts";
import { EXIT, Failure } from "../failure.ts";
import { presentSeconds } from "../moment.ts";
import { asOwner, settle } from "../ownership.ts";
import type { GivenCode, OwnedLock } from "../person.ts";
import { counted, printable } from "../terminal.ts";
import { isRevokedCode, phaseOf } from "../windows.ts";

/** The act `pin setup`. */
export const setup: Act = {
  summary: "hand the lock the secret of your codes, once; adopting it does this too",
  positionals: [],
  options: {
    ...LOCK_OPTIONS,
    rotate: { help: "make a new secret: every code that you ever gave out ends" },
  },
  run,
};

const STRANGER =
  'The lock holds a secret of your key that this computer does not have: it was made on another computer, or these keys were put back from a backup, or a new secret never reached the lock. "latchkey pin setup --rotate" makes a new one, and ends every code that came of that.';

async function run(call: Call): Promise<Outcome> {
  const isRotated = call.has("rotate");
  const keystore = await call.openKeystore();
  const lock = call.chooseLock(keystore);
  const ended = isRotated ? (lock.codes?.given ?? []).filter((code) => isLiving(lock, code)) : [];
  const isNews = await asOwner(call, keystore, lock, async (session) => {
    const { conversation, signer, status } = session;
    const obstacle = obstacleTo(lock, status, signer.kid);
    if (!isRotated && obstacle === "stranger") throw new Failure(EXIT.USAGE, STRANGER);
    if (!isRotated && obstacle === "done") return false;
    await handSecret(keystore, lock, { conversation, isNew: isRotated });
    // A new secret takes codes out of the list, which is then handed over.
    await settle(call, { keystore, lock }, session);
    keystore.update();
    return true;
  });
  const name = printable(lock.name);
  if (!isNews) call.terminal.say(`The lock ${name} holds the secret of your codes already; nothing was changed.`);
  else
    call.terminal.say(
      `The lock ${name} holds the secret of your codes: "latchkey pin new" makes one, with no network.`,
    );
  if (isRotated) call.terminal.say("Every code that this key gave out before is over.");
  if (ended.length > 0) {
    call.terminal.say(`${counted(ended.length, "code")} would still have opened: ${ended.map(sayEnded).join(", ")}.`);
  }
  return { exit: EXIT.OK, json: { lockId: lock.id, isNew: isNews, ended: ended.map(({ who }) => who) } };
}

/** Whether a code could still open, by what is known here: neither over nor taken back. */
function isLiving({ revocation }: OwnedLock, code: GivenCode): boolean {
  const isRevoked = (revocation.codes ?? []).some((entry) => isRevokedCode(entry, code));
  return code.isOver !== true && !isRevoked && phaseOf(code, presentSeconds()) !== "over";
}

/** Whether a code for once was used, only the lock knows. */
function sayEnded({ who, windowClass }: GivenCode): string {
  const name = printable(who) || "(no name)";
  return WINDOW_CLASSES[windowClass].isOnce ? `${name} (unless it was used)` : name;
}
