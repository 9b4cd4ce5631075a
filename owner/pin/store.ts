// `latchkey pin add` and `latchkey pin remove`: a stored PIN, for somebody who comes again and again.
// Why: a window code is over after 28 days at most; a PIN stays, works with no idea of the time where its user has no schedule,
// and is hashed by the lock, so its digits are shown here once and never again.
// Follows docs/protocol.md §7 (requests 17 and 19).

import { randomInt } from "node:crypto";
import { fromAscii } from "../../firmware/bytes.ts";
import { isGuessable, PIN_DIGITS_MAX, PIN_DIGITS_MIN } from "../../firmware/codes/pin.ts";
import { CREDENTIALS_MAX } from "../../firmware/codes/user.ts";
import { parseZone } from "../../firmware/time/zone.ts";
import { type Act, type Call, LOCK_OPTIONS, type Outcome } from "../command.ts";
import { CODE_REASONS, refused } from "../denials.ts";
import { EXIT, usage } from "../failure.ts";
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
} from "../residents.ts";
import { printable } from "../terminal.ts";
import { doubtsAboutUser, USER_OPTIONS } from "../user.ts";
import type { Asking } from "../wire.ts";

/** The act `pin add`. */
export const add: Act = {
  summary: "store a PIN for a user, who is made where there is none",
  positionals: ["NAME"],
  options: {
    ...LOCK_OPTIONS,
    code: { value: "DIGITS", help: `the PIN, ${PIN_DIGITS_MIN} to ${PIN_DIGITS_MAX} digits; left out, it is drawn` },
    digits: { value: "N", help: `how many digits are drawn, ${PIN_DIGITS_MIN} to ${PIN_DIGITS_MAX} (8)` },
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
  const reckoning = { zone: parseZone(lock.zone), now: presentSeconds() };
  const { place, digits } = await asOwner(call, keystore, lock, async ({ conversation }) => {
    const residents = await askResidents(conversation);
    const place = placeFor(call, residents, { name, reckoning });
    return { place, digits: await storePin(conversation, place, { chosen, count }) };
  });
  const warnings = place.kind === "new" ? doubtsAboutUser(place.setting) : [];
  call.terminal.say(`PIN:   ${groupPin(digits)}  (shown this once: the lock keeps no digits)`);
  call.terminal.say(`User:  ${printable(name)}, number ${place.index}; the PIN is in slot ${place.slot}`);
  for (const warning of warnings) call.terminal.warn(warning);
  return {
    exit: EXIT.OK,
    json: { lockId: lock.id, name, code: digits, user: place.index, slot: place.slot, warnings },
  };
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
  const { name, slots, isGone } = await asOwner(call, keystore, lock, async ({ conversation }) => {
    const residents = await askResidents(conversation);
    const slot = slotOf(residents, given);
    if (slot === undefined) {
      const resident = findResident(residents, given);
      return { name: resident.user.name, ...(await removeCredentials(conversation, resident, "pin")) };
    }
    await change(conversation, { kind: "credential", slot, credential: undefined });
    return { name: holderOf(residents, slot), slots: [slot], isGone: false };
  });
  const user = isGone ? "; the user had nothing else and is removed too" : "";
  call.terminal.say(`Removed: ${printable(name)}, slot ${slots.join(", ")}${user}.`);
  return { exit: EXIT.OK, json: { lockId: lock.id, name, slots, isUserRemoved: isGone } };
}

/** The slot that was named; a name of digits alone goes before. */
function slotOf({ users }: Residents, given: string): number | undefined {
  if (!/^\d{1,2}$/.test(given) || findByName(users, given) !== undefined) return undefined;
  const slot = Number(given);
  const isThere = users.some(({ credentials }) => credentials.some((credential) => credential.slot === slot));
  if (!isThere)
    throw usage(`There is nothing in slot ${given} of 1 to ${CREDENTIALS_MAX}: "latchkey pin list" shows them.`);
  return slot;
}

function holderOf({ users }: Residents, slot: number): string {
  return users.find(({ credentials }) => credentials.some((each) => each.slot === slot))?.user.name ?? "";
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
