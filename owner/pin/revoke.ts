// `latchkey pin revoke`: takes window codes back, one by one.
// Why: the lock knows no code before it is typed, so what must not open any more goes into its owner's revocation list, which
// anybody may carry; until the lock says that it holds it, nothing is promised.
// Follows docs/protocol.md §2.3 ("Revocation") and docs/protocol.cddl, `code`.

import { WINDOW_DIGITS, type Window } from "../../firmware/codes/window.ts";
import { seconds } from "../../firmware/platform.ts";
import { parseZone } from "../../firmware/time/zone.ts";
import { type Act, type Call, LOCK_OPTIONS, type Outcome } from "../command.ts";
import { deliver } from "../delivery.ts";
import { EXIT, usage } from "../failure.ts";
import { presentSeconds, sayMoment } from "../moment.ts";
import type { CodeBook, GivenCode, OwnedLock } from "../person.ts";
import { withCodes } from "../revocation.ts";
import { printable } from "../terminal.ts";
import { digitsOf, findWindow, isRevokedCode, isSameCode, openingOf, phaseOf } from "../windows.ts";

/** The act `pin revoke`. */
export const revoke: Act = {
  summary: "take window codes back, by the digits or the name",
  positionals: ["CODE|NAME|all"],
  options: LOCK_OPTIONS,
  run,
};

/** What is to be taken back. */
type Chosen = Window & Pick<GivenCode, "who">;

async function run(call: Call): Promise<Outcome> {
  const [given = ""] = call.positionals;
  const keystore = await call.openKeystore();
  const lock = call.chooseLock(keystore);
  const book = lock.codes;
  if (book === undefined) throw usage('You gave out no codes for this lock: "latchkey pin remove" ends a stored one.');
  const chosen = choose(lock, book, given);
  const { codes: former = [] } = lock.revocation;
  const added = chosen.filter((window) => !former.some((code) => isRevokedCode(code, window)));
  if (added.length > 0) {
    const entries = added.map(({ windowClass, serial, startHour }) => ({
      codeClass: windowClass,
      serial,
      start: startHour,
    }));
    keystore.update(() => {
      lock.revocation = withCodes(lock.revocation, entries);
    });
  }
  const digits = digitsOf({ id: lock.id, codes: book });
  const zone = parseZone(lock.zone);
  for (const code of chosen) {
    const until = sayMoment(zone, openingOf(code).until);
    call.terminal.say(`Taken back: ${printable(code.who) || "(no name)"}, ${digits(code)}, good until ${until}`);
  }
  const last = seconds(Math.max(...chosen.map((code) => openingOf(code).until)));
  const worst = ` Until it holds the list they open, at the latest until ${sayMoment(zone, last)}.`;
  const otherwise = 'Or have somebody bring it: "latchkey revoke --file FILE".';
  await deliver(call, { keystore, lock }, { worst, otherwise });
  const { codes: kept = [] } = lock.revocation;
  // Behind a list of another computer there may be no room for all of them.
  const hasRoom = chosen.every((window) => kept.some((code) => isRevokedCode(code, window)));
  const isConfirmed = hasRoom && lock.confirmedRevocationSeq >= lock.revocation.seq;
  call.terminal.say(isConfirmed ? "Confirmed: the lock holds the list." : `NOT CONFIRMED by the lock yet.${worst}`);
  const json = { revoked: chosen.map(digits), sequence: lock.revocation.seq, isConfirmed };
  return { exit: isConfirmed ? EXIT.OK : EXIT.REFUSED, json };
}

/** Finds codes that may still open. @throws Failure where there is none */
function choose(lock: OwnedLock, book: CodeBook, given: string): readonly Chosen[] {
  // It would be the name of every code that has none.
  if (given.trim() === "")
    throw usage(
      'An empty text names no code: "latchkey pin list" shows them, and takes one without a name by its digits.',
    );
  const now = presentSeconds();
  const living = book.given.filter((code) => code.isOver !== true && phaseOf(code, now) !== "over");
  const digits = digitsOf({ id: lock.id, codes: book });
  const packed = given.replace(/[\s-]/g, "");
  if (new RegExp(`^\\d{${WINDOW_DIGITS}}$`).test(packed)) {
    const window = findWindow(digits, packed, now);
    if (window === undefined) throw usage("That is no code of yours for this lock that could still open.");
    return [{ ...window, who: living.find((code) => isSameCode(code, window))?.who ?? "" }];
  }
  const found = given === "all" ? living : living.filter(({ who }) => who === given);
  if (found.length > 0) return found;
  throw usage(
    given === "all"
      ? "None of the codes that you gave out could still open."
      : `You gave no code to "${printable(given)}" that could still open: "latchkey pin list" shows them.`,
  );
}
