// `latchkey pin add` and `latchkey pin remove`: a stored PIN, for somebody who comes again and again.
// Why: a window code is over after 28 days at most; a PIN stays, works with no idea of the time where its user has no schedule,
// and is hashed by the lock, so its digits are shown here once and never again.
// Follows docs/protocol.md §7 (requests 17 and 19).

import { randomInt } from "node:crypto";
import { fromAscii } from "../../firmware/bytes.ts";
import { isGuessable, PIN_DIGITS_MAX, PIN_DIGITS_MIN } from "../../firmware/codes/pin.ts";
import { CREDENTIALS_MAX } from "../../firmware/codes/user.ts";
import type { UserView } from "../../firmware/link/codes.ts";
import { parseZone } from "../../firmware/time/zone.ts";
import { sayFreed } from "../bound.ts";
import { type Act, type Call, LOCK_OPTIONS, type Outcome } from "../command.ts";
import { CODE_REASONS, refused } from "../denials.ts";
import { sayReaders } from "../duress.ts";
import { EXIT, Failure, usage } from "../failure.ts";
import { presentSeconds } from "../moment.ts";
import { placeFor } from "../newcomer.ts";
import { asOwner } from "../ownership.ts";
import {
  askResidents,
  change,
  findByName,
  findResident,
  type Place,
  type Residents,
  removeCredentials,
  store,
  without,
} from "../residents.ts";
import { fillUser, sayFilled } from "../role.ts";
import { printable } from "../terminal.ts";
import { doubtsAboutUser, sayHalved, USER_OPTIONS } from "../user.ts";
import type { Asking } from "../wire.ts";

/** The act `pin add`. */
export const add: Act = {
  summary: "store a PIN for a user, who is made where there is none",
  positionals: ["NAME"],
  options: {
    ...LOCK_OPTIONS,
    code: { value: "DIGITS", help: `the PIN, ${PIN_DIGITS_MIN} to ${PIN_DIGITS_MAX} digits; left out, it is drawn` },
    digits: { value: "N", help: `how many digits are drawn, ${PIN_DIGITS_MIN} to ${PIN_DIGITS_MAX} (8)` },
    replace: { help: "remove the user's former PINs once the new one is stored" },
    ...USER_OPTIONS,
  },
  run: runAdd,
};

/** The act `pin remove`. */
export const remove: Act = {
  summary: "remove a user's stored PIN, or whatever is in a slot",
  positionals: ["NAME|SLOT"],
  options: LOCK_OPTIONS,
  run: runRemove,
};

const DIGITS_STANDARD = 8;
/** A drawn PIN may be somebody's: so rarely that a few draws are enough. */
const DRAWS_MAX = 5;

async function runAdd(call: Call): Promise<Outcome> {
  const [name = ""] = call.positionals;
  const chosen = readCode(call);
  const count = call.number("digits", PIN_DIGITS_MIN, PIN_DIGITS_MAX) ?? DIGITS_STANDARD;
  const keystore = await call.openKeystore();
  const lock = call.chooseLock(keystore);
  const { place, digits, former, removal } = await asOwner(call, keystore, lock, async ({ conversation }) => {
    const residents = await askResidents(conversation);
    const known = findByName(residents.users, name);
    if (call.has("replace") && known === undefined)
      throw usage(`There is no user ${printable(name)} whose PIN could be replaced: leave --replace out to make one.`);
    const reckoning = { zone: parseZone(lock.zone), now: presentSeconds() };
    const place = placeFor(call, residents, { name, reckoning });
    const digits = await storePin(conversation, place, { chosen, count });
    // The new one first: whatever goes wrong between the two, somebody has one that opens.
    const former = (known?.credentials ?? []).filter(({ type }) => type === "pin");
    const removal = call.has("replace") ? await removeFormer(conversation, former) : { left: former };
    return { place, digits, former, removal };
  });
  const { left, failure } = removal;
  const warnings =
    place.kind === "new"
      ? [...doubtsAboutUser(place.setting), ...sayReaders(keystore.person, lock, place.setting)]
      : [];
  if (left.length > 0) warnings.push(sayLeft(name, left, failure));
  const replaced = former.filter((pin) => !left.includes(pin)).map(({ slot }) => slot);
  call.terminal.say(`PIN:   ${groupPin(digits)}  (shown this once: the lock keeps no digits)`);
  call.terminal.say(`User:  ${printable(name)}, number ${place.index}; the PIN is in slot ${place.slot}`);
  for (const line of sayFilled(fillUser(call))) call.terminal.say(line);
  if (replaced.length > 0) call.terminal.say(`Over:  the former PIN in slot ${replaced.join(", ")}`);
  for (const warning of warnings) call.terminal.warn(warning);
  const stored = { lockId: lock.id, name, code: digits, user: place.index, slot: place.slot };
  const json = { ...stored, replaced, others: left.map(({ slot }) => slot), warnings };
  if (failure === undefined) return { exit: EXIT.OK, json };
  return { exit: failure.exit, json: { ...json, exit: failure.exit, error: failure.message } };
}

type Pin = UserView["credentials"][number];

/** What was not removed, and why not. */
interface Removal {
  readonly left: readonly Pin[];
  readonly failure?: Failure;
}

/** Removes PINs, up to the first that the lock does not remove: the new one is stored, and must be shown whatever happens. */
export async function removeFormer(conversation: Asking, pins: readonly Pin[]): Promise<Removal> {
  for (const [index, { slot }] of pins.entries()) {
    try {
      await change(conversation, { kind: "credential", slot, credential: undefined });
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      return { left: pins.slice(index), failure: error };
    }
  }
  return { left: [] };
}

/** Says which other PINs a user has, and how each is removed. */
export function sayLeft(name: string, left: readonly Pin[], failure: Failure | undefined): string {
  const pins = left.map(
    ({ slot, digits }) => `one of ${digits} digits in slot ${slot} ("latchkey pin remove ${slot}")`,
  );
  if (failure === undefined) {
    const them = left.length === 1 ? "it" : "them";
    return `${printable(name)} has another PIN, which opens too: ${pins.join(", ")}. --replace removes ${them} with the next one.`;
  }
  return `The new PIN is stored and opens, but of the former ones these may open still: ${pins.join(", ")}. ${failure.message}`;
}

/** @returns the digits that the lock took @throws Failure */
async function storePin(
  conversation: Asking,
  place: Place,
  { chosen, count }: { readonly chosen: string | undefined; readonly count: number },
): Promise<string> {
  for (let draws = 1; ; draws++) {
    const digits = chosen ?? drawPin(count);
    const verdict = await store(conversation, place, { type: "pin", value: fromAscii(digits) });
    if (verdict === "yes") return digits;
    const mayDraw = verdict === "code" && chosen === undefined && draws < DRAWS_MAX;
    if (!mayDraw) throw refused(verdict, CODE_REASONS);
  }
}

async function runRemove(call: Call): Promise<Outcome> {
  const [given = ""] = call.positionals;
  const keystore = await call.openKeystore();
  const lock = call.chooseLock(keystore);
  const { former, users, halved, slots, isGone } = await asOwner(call, keystore, lock, async ({ conversation }) => {
    const residents = await askResidents(conversation);
    const slot = slotOf(residents, given);
    const resident = slot === undefined ? findResident(residents, given) : holderOf(residents, slot);
    const removed = await (slot === undefined
      ? removeCredentials(conversation, resident, "pin")
      : clear(conversation, slot));
    const rest = residents.users.filter((other) => other !== resident || !removed.isGone);
    const halved = removed.isGone ? [] : sayHalved(without(resident, removed.slots));
    return { former: resident.user, users: rest.map((other) => other.user), halved, ...removed };
  });
  const { name } = former;
  const warnings = [...sayFreed(keystore.person, lock, { former, users }), ...halved];
  const user = isGone ? "; the user had nothing else and is removed too" : "";
  call.terminal.say(`Removed: ${printable(name)}, slot ${slots.join(", ")}${user}.`);
  for (const warning of warnings) call.terminal.warn(warning);
  return { exit: EXIT.OK, json: { lockId: lock.id, name, slots, isUserRemoved: isGone, warnings } };
}

/** Clears one slot, and leaves its user. @throws Failure */
async function clear(
  conversation: Asking,
  slot: number,
): Promise<{ readonly slots: readonly number[]; readonly isGone: boolean }> {
  await change(conversation, { kind: "credential", slot, credential: undefined });
  return { slots: [slot], isGone: false };
}

/** The slot that was named; a name of digits alone goes before. */
function slotOf({ users }: Residents, given: string): number | undefined {
  return !/^\d{1,2}$/.test(given) || findByName(users, given) !== undefined ? undefined : Number(given);
}

/** Whose a slot is. @throws Failure where it is empty */
function holderOf({ users }: Residents, slot: number): UserView {
  const holder = users.find(({ credentials }) => credentials.some((each) => each.slot === slot));
  if (holder !== undefined) return holder;
  throw usage(`There is nothing in slot ${slot} of 1 to ${CREDENTIALS_MAX}: "latchkey pin list" shows them.`);
}

function readCode(call: Call): string | undefined {
  const text = call.option("code")?.replace(/[\s-]/g, "");
  if (text === undefined) return undefined;
  if (call.option("digits") !== undefined) throw usage("--code and --digits exclude each other: give one.");
  if (!new RegExp(`^\\d{${PIN_DIGITS_MIN},${PIN_DIGITS_MAX}}$`).test(text))
    throw usage(`--code takes ${PIN_DIGITS_MIN} to ${PIN_DIGITS_MAX} digits.`);
  if (isGuessable(fromAscii(text)))
    throw usage(
      "That PIN is easily guessed (a date, equal steps, few different digits): leave --code out, and one is drawn.",
    );
  return text;
}

function drawPin(count: number): string {
  for (;;) {
    const digits = Array.from({ length: count }, () => randomInt(10)).join("");
    if (!isGuessable(fromAscii(digits))) return digits;
  }
}

/** Groups digits by three or four: "4829 1503". */
function groupPin(digits: string): string {
  const size = digits.length % 4 === 0 ? 4 : 3;
  return digits.match(new RegExp(`.{1,${size}}`, "g"))?.join(" ") ?? digits;
}
