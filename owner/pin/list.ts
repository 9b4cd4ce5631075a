// `latchkey pin list`: the window codes that were given out here, and the stored ones as the lock lists them.
// Why: of window codes only this computer knows, since the lock is told of none before it is typed; of stored ones only the
// lock. Digits are shown of the former, which this computer can make, and never of the latter, which nobody can.
// Follows docs/protocol.md §7.

import { WINDOW_CLASSES } from "../../firmware/codes/window.ts";
import { type Seconds, seconds } from "../../firmware/platform.ts";
import { parseZone, type Zone } from "../../firmware/time/zone.ts";
import { type Act, type Call, LOCK_OPTIONS, type Outcome } from "../command.ts";
import { EXIT, type ExitCode, Failure } from "../failure.ts";
import { presentSeconds, sayMoment } from "../moment.ts";
import { asOwner } from "../ownership.ts";
import type { GivenCode, OwnedLock, RevocationList } from "../person.ts";
import { askResidents, type Residents } from "../residents.ts";
import { printable, type Terminal } from "../terminal.ts";
import { sayUser, userObject } from "../user.ts";
import { type Digits, digitsOf, groupDigits, isRevokedCode, openingOf, phaseOf } from "../windows.ts";

/** The act `pin list`. */
export const list: Act = {
  summary: "show the codes that you gave out, and those that the lock stores",
  positionals: [],
  options: { ...LOCK_OPTIONS, all: { help: "show codes that are over too" } },
  run,
};

const UNHELD =
  'Window codes from here open nothing until the lock holds their secret: "latchkey pin setup" hands it over, or says why not.';

/** A window code, as it is shown. */
interface Shown {
  readonly who: string;
  /** Null where its secret is gone. */
  readonly code: string | null;
  readonly from: Seconds;
  readonly until: Seconds;
  readonly state: string;
}

async function run(call: Call): Promise<Outcome> {
  const keystore = await call.openKeystore();
  const lock = call.chooseLock(keystore);
  const { residents, failure } = await reach(async () =>
    asOwner(call, keystore, lock, ({ conversation }) => askResidents(conversation)),
  );
  const zone = parseZone(lock.zone);
  const shown = showCodes(lock, call.has("all"));
  sayCodes(call.terminal, shown, { zone, isUnheld: lock.codes?.isConfirmed === false });
  const users = residents?.users ?? [];
  for (const view of users) call.terminal.say(`${printable(view.user.name).padEnd(20)} ${sayUser(view, { zone })}`);
  if (failure !== undefined) call.terminal.warn(`Codes that the lock stores are not shown. ${failure.message}`);
  else if (users.length === 0) call.terminal.say('The lock stores no code: "latchkey pin add NAME" adds one.');
  const json = { lockId: lock.id, windows: shown, users: residents === undefined ? null : users.map(userObject) };
  const exit: ExitCode = failure?.exit ?? EXIT.OK;
  return { exit, json: failure === undefined ? json : { ...json, exit, error: failure.message } };
}

/** Asks the lock; what is known without it is worth showing. @throws Failure where the lock answers, and not with that */
async function reach(
  ask: () => Promise<Residents>,
): Promise<{ readonly residents: Residents | undefined; readonly failure: Failure | undefined }> {
  try {
    return { residents: await ask(), failure: undefined };
  } catch (error) {
    if (!(error instanceof Failure) || error.exit !== EXIT.UNREACHABLE) throw error;
    return { residents: undefined, failure: error };
  }
}

function showCodes(lock: OwnedLock, isAll: boolean): readonly Shown[] {
  const { codes: book } = lock;
  if (book === undefined) return [];
  const digits = digitsOf({ id: lock.id, codes: book });
  const shown = book.given.map((code) => showCode(lock, code, digits));
  return isAll ? shown : shown.filter(({ state }) => state !== "over");
}

function showCode(lock: OwnedLock, code: GivenCode, digits: Digits): Shown {
  const { from, until } = openingOf(code);
  const isOver = code.isOver === true;
  return { who: code.who, code: isOver ? null : digits(code), from, until, state: stateOf(lock, code) };
}

/** How a code stands, as far as it can be told without the lock. */
function stateOf(lock: OwnedLock, code: GivenCode): string {
  const { revocation, confirmedRevocation, confirmedRevocationSeq, codes: book } = lock;
  const phase = phaseOf(code, presentSeconds());
  if (phase === "over") return "over";
  const unconfirmed = ", NOT CONFIRMED by the lock";
  if (code.isOver === true) return `ended with its secret${book?.isConfirmed === true ? "" : unconfirmed}`;
  const isIn = (held: RevocationList | undefined) => held?.codes?.some((each) => isRevokedCode(each, code)) === true;
  const isOnce = WINDOW_CLASSES[code.windowClass].isOnce;
  if (!isIn(revocation)) return isOnce && phase === "open" ? "open, if it was not used" : phase;
  const isConfirmed = confirmedRevocationSeq >= revocation.seq || isIn(confirmedRevocation);
  return `taken back${isConfirmed ? "" : unconfirmed}`;
}

function sayCodes(
  terminal: Terminal,
  shown: readonly Shown[],
  { zone, isUnheld }: { readonly zone: Zone; readonly isUnheld: boolean },
): void {
  for (const { who, code, from, until, state } of shown) {
    const name = printable(who) || "(no name)";
    const span = `${sayMoment(zone, seconds(from))} to ${sayMoment(zone, seconds(until))}`;
    terminal.say(`${name.padEnd(20)} ${code === null ? "-".padEnd(12) : groupDigits(code)}  ${span}: ${state}`);
  }
  if (isUnheld && shown.length > 0) terminal.say(UNHELD);
  if (shown.length === 0)
    terminal.say('No window code that you gave out could still open: "latchkey pin new" makes one.');
}
