// `latchkey reset`: makes a lock as new from the factory, or stops that.
// Why: it is the way out when keys are lost, and the worst that a thief could do; so it is loud and slow, save for the words.
// Follows docs/protocol.md §2.3 (kinds 14 and 15, "Factory reset").

import { KIND_CANCEL_RESET, KIND_FACTORY_RESET } from "../../firmware/grant/body.ts";
import type { Call, Command, Outcome } from "../command.ts";
import { sayParted } from "../enrolment.ts";
import { EXIT, Failure, usage } from "../failure.ts";
import { asKeyHolder, CUSTODY_OPTIONS } from "../inside.ts";
import type { Keystore } from "../keystore.ts";
import { sayDuration } from "../moment.ts";
import type { OwnedLock } from "../person.ts";
import { printable } from "../terminal.ts";

const DELAY_SECONDS = 86_400;

/** The command `reset`. */
export const reset: Command = {
  name: "reset",
  summary: "Make a lock as new from the factory, or stop that (reset cancel)",
  positionals: ["[cancel|forget]"],
  options: { ...CUSTODY_OPTIONS, yes: { help: "forget: do not ask" } },
  help: [
    "A reset erases every record, every owner and the lock's own keys for good: afterwards it is another lock, with another",
    "text for its label, and whoever presses its button may adopt it. What you want kept, save first:",
    "latchkey log --export FILE.",
    "Somebody must be inside and press the button when the lock sounds. With your key alone the lock then sounds for 24",
    'hours without a break, and any owner can stop it with "latchkey reset cancel", from anywhere; so can a power cut. With',
    "--recovery, that is with your 24 words, it happens at once.",
    "Without any key: open the cover and press the inside button five times within ten seconds; see docs/ownership.md.",
    "reset forget takes a lock that was reset out of your keys, after a question; it asks no lock.",
  ],
  examples: ["reset", "reset --recovery", "reset cancel", "reset cancel --recovery", "reset forget --lock home"],
  run,
};

async function run(call: Call): Promise<Outcome> {
  const [what] = call.positionals;
  if (what !== undefined && what !== "cancel" && what !== "forget") {
    throw usage('There are "latchkey reset", "latchkey reset cancel" and "latchkey reset forget".');
  }
  if (call.has("yes") && what !== "forget") throw usage('--yes goes with "latchkey reset forget" alone.');
  const keystore = await call.openKeystore();
  const lock = call.chooseLock(keystore);
  if (what === "forget") return forget(call, keystore, lock);
  return what === "cancel" ? cancel(call, keystore, lock) : begin(call, keystore, lock);
}

async function begin(call: Call, keystore: Keystore, lock: OwnedLock): Promise<Outcome> {
  const { isDone, parted } = await asKeyHolder(call, keystore, lock, async ({ declare, isRecovery, status }) => {
    if (!isRecovery && status.resetSeconds > 0) {
      throw new Failure(EXIT.REFUSED, `A reset runs already: ${sayRunning(status.resetSeconds)}`);
    }
    await declare({ kind: KIND_FACTORY_RESET });
    return { isDone: isRecovery, parted: sayParted(status.boards) };
  });
  if (!isDone) {
    call.terminal.say(`The reset has begun: ${sayRunning(DELAY_SECONDS)}`);
    return { exit: EXIT.OK, json: { lockId: lock.id, isDone, seconds: DELAY_SECONDS } };
  }
  forgetLock(keystore, lock);
  call.terminal.say(`The lock ${printable(lock.name)} (${lock.id}) erases itself now and starts as a new one.`);
  call.terminal.say('It has a new text for its label, on its console: "latchkey adopt SETUP" makes it yours again.');
  if (parted !== undefined) call.terminal.say(parted);
  return { exit: EXIT.OK, json: { lockId: lock.id, isDone, seconds: 0 } };
}

async function cancel(call: Call, keystore: Keystore, lock: OwnedLock): Promise<Outcome> {
  const wasRunning = await asKeyHolder(call, keystore, lock, async ({ declare, status }) => {
    if (status.resetSeconds === 0) return false;
    await declare({ kind: KIND_CANCEL_RESET });
    return true;
  });
  call.terminal.say(
    wasRunning
      ? "Stopped: the lock stays as it is. If nobody of you began it, somebody was at its cover or has an owner's key."
      : "No reset is running.",
  );
  return { exit: EXIT.OK, json: { lockId: lock.id, wasRunning } };
}

async function forget(call: Call, keystore: Keystore, lock: OwnedLock): Promise<Outcome> {
  await confirm(call, lock);
  forgetLock(keystore, lock);
  call.terminal.say(`Forgotten: ${printable(lock.name)} (${lock.id}) is no lock of yours any more, on this computer.`);
  return { exit: EXIT.OK, json: { lockId: lock.id } };
}

/** The lock is not asked, so only the person knows whether there is still one. @throws Failure where they do not say yes */
async function confirm(call: Call, { name }: OwnedLock): Promise<void> {
  if (call.has("yes")) return;
  if (call.isJson) throw usage("With --json nobody is asked: run it without, or give --yes.");
  call.terminal.warn("What you named, granted and took back there goes from this computer too.");
  call.terminal.warn(
    'A lock that was not reset stays yours, and "latchkey adopt SETUP" takes it up again, without all that.',
  );
  const answer = await call.terminal.ask(`Forget ${printable(name)}? (yes or no) `);
  if (!/^y(es)?$/i.test(answer)) throw usage("Nothing was forgotten.");
}

function forgetLock(keystore: Keystore, lock: OwnedLock): void {
  const { locks } = keystore.person;
  keystore.update(() => void locks.splice(locks.indexOf(lock), 1));
}

/** Says what a reset that runs will do, and how to stop it. @param seconds until it is done */
export function sayRunning(seconds: number): string {
  return `in ${sayDuration(seconds)} the lock erases itself, sounding until then; "latchkey reset cancel" stops it.`;
}
