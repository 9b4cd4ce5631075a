// The users of a lock's keypad, as its owner asks for them and sets them.
// Why: a user stands in one of twenty places and a code in one of thirty-two, and nobody should have to count them.
// Follows docs/protocol.cddl, requests 17, 19 and 20; `user-setting`.

import type { CredentialType } from "../firmware/codes/credential.ts";
import type { UserSetting } from "../firmware/codes/form.ts";
import { CREDENTIALS_MAX, type Holiday, USERS_MAX } from "../firmware/codes/user.ts";
import type { Denial } from "../firmware/grant/denial.ts";
import type { NewCredential, UserView } from "../firmware/link/codes.ts";
import { CODE_REASONS, refused } from "./denials.ts";
import { usage } from "./failure.ts";
import type { Outgoing } from "./phone.ts";
import { printable } from "./terminal.ts";
import type { Asking } from "./wire.ts";

/** Everything that the lock tells of its keypad's users. */
export interface Residents {
  readonly holidays: readonly Holiday[];
  /** By their numbers. */
  readonly users: readonly UserView[];
}

/** Asks for all users. @throws Failure */
export async function askResidents(conversation: Asking): Promise<Residents> {
  const users: UserView[] = [];
  let holidays: readonly Holiday[] = [];
  for (let from = 1; from <= USERS_MAX; ) {
    const answer = await conversation.ask({ kind: "users", from });
    if (answer.kind !== "users") throw refused(answer.kind === "no" ? answer.denial : undefined, CODE_REASONS);
    holidays = answer.holidays;
    const fresh = answer.users.filter(({ user }) => user.index >= from);
    users.push(...fresh);
    const last = fresh.at(-1)?.user.index;
    if (last === undefined) break;
    from = last + 1;
  }
  return { holidays, users };
}

/** Finds a user by the name, or by the number that the list shows. @throws Failure where there is none */
export function findResident({ users }: Pick<Residents, "users">, given: string): UserView {
  const found = findByName(users, given) ?? users.find(({ user }) => String(user.index) === given);
  if (found !== undefined) return found;
  const names = users.map(({ user }) => printable(user.name)).join(", ");
  throw usage(`There is no user "${printable(given)}"; the lock has ${names === "" ? "none" : names}.`);
}

/** Finds a user by the name. */
export function findByName(users: readonly UserView[], name: string): UserView | undefined {
  return users.find(({ user }) => user.name === name);
}

/** Gives the first free place for a user. @throws Failure where there is none */
export function freeIndex({ users }: Residents): number {
  const index = firstFree(
    USERS_MAX,
    users.map(({ user }) => user.index),
  );
  if (index === undefined)
    throw usage(`The lock has ${USERS_MAX} users already: remove one with "latchkey users remove".`);
  return index;
}

/** Gives the first free place for a credential. @throws Failure where there is none */
export function freeSlot({ users }: Residents): number {
  const slot = firstFree(
    CREDENTIALS_MAX,
    users.flatMap(({ credentials }) => credentials.map(({ slot }) => slot)),
  );
  if (slot === undefined)
    throw usage(`The lock has ${CREDENTIALS_MAX} codes already: remove one with "latchkey pin remove".`);
  return slot;
}

/** Has the lock change something. @param here what a reason means in this case @throws Failure where it says no */
export async function change(
  conversation: Asking,
  outgoing: Outgoing,
  here: Partial<Record<Denial, string>> = {},
): Promise<void> {
  const denial = await tryChange(conversation, outgoing);
  if (denial !== "yes") throw refused(denial, { ...CODE_REASONS, ...here });
}

/** Has the lock change something. @returns "yes", or why not; undefined where it gives no reason it knows */
export async function tryChange(conversation: Asking, outgoing: Outgoing): Promise<"yes" | Denial | undefined> {
  const answer = await conversation.ask(outgoing);
  if (answer.kind === "yes") return "yes";
  return answer.kind === "no" ? answer.denial : undefined;
}

/** Whoever a new credential is for: a user who is there, or one who is made with it. */
export type Place =
  | { readonly kind: "known"; readonly index: number; readonly slot: number }
  | { readonly kind: "new"; readonly index: number; readonly slot: number; readonly setting: UserSetting };

/** Stores a credential, and its user first where they are new. A user who was made for a credential that the lock does not
 *  take is removed again.
 *  @returns "yes", or why not @throws Failure where the user is refused */
export async function store(
  conversation: Asking,
  place: Place,
  { type, value }: Omit<NewCredential, "user">,
): Promise<"yes" | Denial | undefined> {
  const { index, slot } = place;
  if (place.kind === "new") await change(conversation, { kind: "user", index, isNew: true, setting: place.setting });
  const verdict = await tryChange(conversation, { kind: "credential", slot, credential: { user: index, type, value } });
  if (verdict !== "yes" && place.kind === "new")
    await tryChange(conversation, { kind: "user", index, isNew: false, setting: undefined });
  return verdict;
}

/** Removes a user's credentials of one type; and the user, where nothing is left of them. @returns the slots
 *  @throws Failure where there are none */
export async function removeCredentials(
  conversation: Asking,
  { user, credentials }: UserView,
  type: CredentialType,
): Promise<{ readonly slots: readonly number[]; readonly isGone: boolean }> {
  const mine = credentials.filter((credential) => credential.type === type);
  const slots = mine.map(({ slot }) => slot);
  if (slots.length === 0) {
    throw usage(`${printable(user.name)} has no ${type === "pin" ? "PIN" : "authenticator"}: nothing was changed.`);
  }
  const isGone = mine.length === credentials.length;
  if (isGone) await change(conversation, { kind: "user", index: user.index, isNew: false, setting: undefined });
  else for (const slot of slots) await change(conversation, { kind: "credential", slot, credential: undefined });
  return { slots, isGone };
}

/** Gives a user as they are without what was in some slots. */
export function without({ user, credentials }: UserView, slots: readonly number[]): UserView {
  return { user, credentials: credentials.filter(({ slot }) => !slots.includes(slot)) };
}

function firstFree(count: number, taken: readonly number[]): number | undefined {
  for (let number = 1; number <= count; number++) if (!taken.includes(number)) return number;
  return undefined;
}
