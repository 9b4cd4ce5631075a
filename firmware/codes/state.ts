// All that the lock keeps of codes, and how each record changes it.
// Why: the fold of the journal must come to the same state whenever it is made, so each change is one pure function here,
// and a code that was good once stays spent through every power cut.
// Follows docs/protocol.md §7 and §4.

import { type Bytes, toHex } from "../bytes.ts";
import type { Crypto } from "../crypto/crypto.ts";
import { Fault } from "../fault.ts";
import { type Seconds, seconds } from "../platform.ts";
import {
  ACTIVE_MAX,
  type CodeSecret,
  type CodeUse,
  type Credential,
  SECRETS_MAX,
  SPENT_MAX,
  type UsedWindow,
} from "./credential.ts";
import { encodeUserSetting, type UserSetting } from "./form.ts";
import { CREDENTIALS_MAX, type Holiday, USERS_MAX, type User } from "./user.ts";
import { WINDOW_CLASSES, type Window } from "./window.ts";
import { WindowSet } from "./windowset.ts";

/** The whole of it. Tables are in the order in which their entries came. */
export interface CodeState {
  readonly secrets: readonly CodeSecret[];
  readonly users: readonly User[];
  readonly credentials: readonly Credential[];
  readonly holidays: readonly Holiday[];
  /** Codes that were good once, and were used. */
  readonly spent: WindowSet;
  /** Codes for longer than a day whose stay has begun. */
  readonly active: WindowSet;
}

/** The longest stay that needs no record of its beginning. */
const FIRST_USE_HOURS = 24;

/** A lock without any code. */
export function emptyCodes(): CodeState {
  return { secrets: [], users: [], credentials: [], holidays: [], spent: new WindowSet(), active: new WindowSet() };
}

/** Sets or rotates the secret of an owner: what the former one made is over. @throws Fault journal.corrupt without room */
export function withSecret(crypto: Crypto, codes: CodeState, secret: CodeSecret): CodeState {
  const without = withoutSecret(crypto, codes, secret.owner);
  requireRoom(without.secrets.length < SECRETS_MAX);
  return { ...without, secrets: [...without.secrets, secret] };
}

/** Drops the secret of an owner, with all that came of it. @param owner 8 bytes */
export function withoutSecret(crypto: Crypto, codes: CodeState, owner: Bytes): CodeState {
  return {
    ...codes,
    secrets: codes.secrets.filter((secret) => !crypto.isEqual(secret.owner, owner)),
    spent: codes.spent.withoutOwner(crypto, owner),
    active: codes.active.withoutOwner(crypto, owner),
  };
}

/** Sets a user, or removes one with all credentials. Whoever set it first stays its creator; a user set anew was never used,
 *  unless it is only enabled or disabled.
 *  @throws Fault journal.corrupt without room */
export function withUser(
  crypto: Crypto,
  codes: CodeState,
  change: { readonly index: number; readonly setting: UserSetting | undefined; readonly actor: Bytes },
): CodeState {
  const { index, setting } = change;
  const former = findUser(codes, index);
  const users = codes.users.filter((user) => user !== former);
  if (setting === undefined) {
    return { ...codes, users, credentials: codes.credentials.filter(({ user }) => user !== index) };
  }
  requireRoom(users.length < USERS_MAX);
  const isSwitched = former !== undefined && isOnlySwitched(former, setting);
  const firstUsed = isSwitched ? former.firstUsed : undefined;
  const creator = former?.creator ?? change.actor;
  const user = { ...setting, index, firstUsed, creator, modifier: change.actor };
  return { ...codes, users: [...users, withHeldNames(crypto, codes.users, user)] };
}

/** Sets a credential. @throws Fault journal.corrupt without room, or without its user */
export function withCredential(codes: CodeState, credential: Credential): CodeState {
  const others = codes.credentials.filter(({ slot }) => slot !== credential.slot);
  requireRoom(others.length < CREDENTIALS_MAX && findUser(codes, credential.user) !== undefined);
  return { ...codes, credentials: [...others, credential] };
}

/** Removes a credential. */
export function withoutCredential(codes: CodeState, slot: number): CodeState {
  return { ...codes, credentials: codes.credentials.filter((credential) => credential.slot !== slot) };
}

/** Finds a user. @param index 1..20 */
export function findUser(codes: CodeState, index: number): User | undefined {
  return codes.users.find((user) => user.index === index);
}

/** Whether a use can be noted: a table that is full of codes that may still count takes no other.
 *  @param lo the least that the time can be */
export function hasRoomForUse(crypto: Crypto, codes: CodeState, use: CodeUse, lo: Seconds): boolean {
  if (use.by === "user") return true;
  const table = tableOf(use.window);
  if (table === undefined || codes[table].live(lo).count < mostOf(table)) return true;
  return codes[table].has(crypto, use);
}

/** Notes that somebody opened. @param lo of the record, which is where a stay begins to count
 *  @returns the codes, and whether it was the first use of what it names
 *  @throws Fault journal.corrupt without room */
export function withCodeUse(
  crypto: Crypto,
  codes: CodeState,
  use: CodeUse,
  lo: Seconds,
): { readonly codes: CodeState; readonly isFirst: boolean } {
  if (use.by === "window") return withWindow(crypto, codes, use, lo);
  const user = findUser(codes, use.user);
  const credentials = codes.credentials.map((credential) =>
    credential.slot === use.slot && use.step > credential.lastStep ? { ...credential, lastStep: use.step } : credential,
  );
  const isFirst = user !== undefined && isCounted(user) && user.firstUsed === undefined;
  if (!isFirst) return { codes: { ...codes, credentials }, isFirst };
  // 0 stands for never; a lock that has no idea of the time has long been built by then.
  const firstUsed = seconds(Math.max(1, lo));
  const users = codes.users.map((other) => (other === user ? { ...user, firstUsed } : other));
  return { codes: { ...codes, credentials, users }, isFirst };
}

/** Takes a use back whose bolt never moved. A TOTP step stays spent: it was shown to the street. */
export function withoutCodeUse(crypto: Crypto, codes: CodeState, use: CodeUse): CodeState {
  if (use.by === "user") {
    const users = codes.users.map((user) => (user.index === use.user ? { ...user, firstUsed: undefined } : user));
    return { ...codes, users };
  }
  const table = tableOf(use.window);
  if (table === undefined) return codes;
  return { ...codes, [table]: codes[table].without(crypto, use) };
}

/** Gives a user with the names of its owners as the users that there are have them: names that each of 20 users held for itself
 *  would cost a board 5 KB. */
export function withHeldNames(crypto: Crypto, users: CodeState["users"], user: User): User {
  const held = users.flatMap(({ creator, modifier }) => [creator, modifier]);
  const holdName = (name: Bytes): Bytes => {
    const former = held.find((other) => crypto.isEqual(other, name));
    if (former !== undefined) return former;
    const copy = name.slice();
    held.push(copy);
    return copy;
  };
  return { ...user, creator: holdName(user.creator), modifier: holdName(user.modifier) };
}

/** Whether a new setting does nothing but enable or disable. */
function isOnlySwitched(former: UserSetting, setting: UserSetting): boolean {
  if (former.isEnabled === setting.isEnabled) return false;
  return toHex(encodeUserSetting({ ...former, isEnabled: setting.isEnabled })) === toHex(encodeUserSetting(setting));
}

/** Whether a user's first use is remembered. */
function isCounted(user: User): boolean {
  return user.type === "disposable" || user.type === "expiring";
}

function withWindow(
  crypto: Crypto,
  codes: CodeState,
  used: UsedWindow,
  lo: Seconds,
): { readonly codes: CodeState; readonly isFirst: boolean } {
  const table = tableOf(used.window);
  if (table === undefined || codes[table].has(crypto, used)) return { codes, isFirst: false };
  // What is over goes only when the table is full: the clock may be set back by an owner at the door.
  const former = codes[table];
  const kept = former.count < mostOf(table) ? former : former.live(lo);
  requireRoom(kept.count < mostOf(table));
  return { codes: { ...codes, [table]: kept.with(used) }, isFirst: true };
}

function tableOf({ windowClass }: Window): "spent" | "active" | undefined {
  const { hours, isOnce } = WINDOW_CLASSES[windowClass];
  if (isOnce) return "spent";
  return hours > FIRST_USE_HOURS ? "active" : undefined;
}

function mostOf(table: "spent" | "active"): number {
  return table === "spent" ? SPENT_MAX : ACTIVE_MAX;
}

function requireRoom(hasRoom: boolean): void {
  if (!hasRoom) throw new Fault("journal.corrupt");
}
