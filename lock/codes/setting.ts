// What an owner sets of codes in a session: the secret of their window codes, users, credentials, holidays.
// Why: it widens access like a statement, so it is judged whole, written, and only then counts; the digits of a PIN are
// hashed here and go nowhere else (docs/attacks.md T38).
// Follows docs/protocol.md §7.

import type { Bytes } from "../../firmware/bytes.ts";
import type { Credential } from "../../firmware/codes/credential.ts";
import type { UserSetting } from "../../firmware/codes/form.ts";
import { isAnyNear, isGuessable, pinMac } from "../../firmware/codes/pin.ts";
import { findUser } from "../../firmware/codes/state.ts";
import { TOTP_DIGITS } from "../../firmware/codes/totp.ts";
import { checkUser, type User } from "../../firmware/codes/user.ts";
import type { Crypto } from "../../firmware/crypto/crypto.ts";
import { unreachable } from "../../firmware/fault.ts";
import type { Denial } from "../../firmware/grant/denial.ts";
import type { WritableEntry } from "../../firmware/journal/entry.ts";
import type { CodeRequest, NewCredential, UserView } from "../../firmware/link/codes.ts";
import { encodeView, USERS_BYTES_MAX } from "../../firmware/link/codes.ts";
import type { Millis } from "../../firmware/platform.ts";
import type { Memory } from "../memory.ts";
import type { Ration } from "../ration.ts";
import { totpName, type Vault } from "./vault.ts";

/** What setting a code touches in the lock. */
export interface SettingDesk {
  readonly crypto: Crypto;
  readonly memory: Memory;
  readonly vault: Vault;
  /** What each owner has left of statements. */
  readonly statements: Ration;
}

/** What changes something. */
export type CodeChange = Exclude<CodeRequest, { kind: "users" | "offer" }>;

/** Sets what an owner asks for. @param owner 8 bytes @returns why not, or undefined */
export function setCodes(
  desk: SettingDesk,
  request: CodeChange,
  by: { readonly owner: Bytes; readonly now: Millis },
): Denial | undefined {
  const { memory, statements } = desk;
  const { owner, now } = by;
  if (!memory.hasRoomForOwners) return "journal";
  // What is refused is paid for as well: whoever has stolen an owner's key could else try PINs against those that are stored.
  if (!statements.take(owner, now)) return "rate";
  // Written once more, it would make codes that are spent good again.
  if (request.kind === "codeSecret" && isKept(desk, request.secret, owner)) return undefined;
  const judged = judge(desk, request, owner);
  if (typeof judged === "string") return judged;
  return memory.tryWrite(judged, now) ? undefined : "journal";
}

/** Gives the users from a number on, as many as one answer carries. */
export function usersFrom(memory: Memory, from: number): readonly UserView[] {
  const { users, credentials } = memory.state.codes;
  const views: UserView[] = [];
  let left = USERS_BYTES_MAX;
  const following = users.filter(({ index }) => index >= from).sort((left, right) => left.index - right.index);
  for (const user of following) {
    const own = credentials.filter((credential) => credential.user === user.index);
    const view = { user, credentials: own.map(({ slot, type, digits }) => ({ slot, type, digits })) };
    left -= encodeView(view).length;
    if (left < 0) break;
    views.push(view);
  }
  return views;
}

/** Whether it is the secret that the owner's codes are made from already. */
function isKept({ crypto, memory, vault }: SettingDesk, secret: Bytes, owner: Bytes): boolean {
  const former = memory.state.codes.secrets.find((other) => crypto.isEqual(other.owner, owner));
  const kept = former === undefined ? undefined : vault.unseal(former.sealed, owner);
  if (kept === undefined) return false;
  const isSame = crypto.isEqual(kept, secret);
  crypto.wipe(kept);
  return isSame;
}

/** Gives the record that a request comes to, or why it may not. */
function judge(desk: SettingDesk, request: CodeChange, owner: Bytes): WritableEntry | Denial {
  const { memory, vault } = desk;
  const { codes } = memory.state;
  switch (request.kind) {
    case "codeSecret":
      return { kind: "secret", actor: owner, sealed: vault.seal(request.secret, owner) };
    case "user": {
      const { index, isNew, setting } = request;
      const former = findUser(codes, index);
      // Another owner may have given the number to somebody, or taken it from them, since this one read the list.
      if (isNew !== (former === undefined)) return "target";
      if (setting === undefined) return isNew ? "malformed" : { kind: "user", actor: owner, index, setting };
      if (!isSettable(setting, index, owner)) return "malformed";
      // How far a PIN is from others can only be told while its digits are known.
      const isTurned = former !== undefined && (former.type === "forced") !== (setting.type === "forced");
      if (isTurned && codes.credentials.some(({ user, type }) => user === index && type === "pin")) return "code";
      return { kind: "user", actor: owner, index, setting };
    }
    case "credential": {
      const { slot, credential } = request;
      const former = codes.credentials.find((other) => other.slot === slot);
      if (credential === undefined) {
        return former === undefined ? "target" : { kind: "credential", actor: owner, slot, credential: undefined };
      }
      const user = findUser(codes, credential.user);
      if (user === undefined || former !== undefined) return "target";
      const made = makeCredential(desk, credential, { user, slot, others: codes.credentials });
      return typeof made === "string" ? made : { kind: "credential", actor: owner, slot, credential: made };
    }
    case "holidays":
      return { kind: "holidays", actor: owner, holidays: request.holidays };
    default:
      return unreachable(request);
  }
}

/** Two people, and a phone beside a PIN, are for those who come again and again: what counts uses would have to count halves.
 *  And what the phone opens behind the PIN is recorded as the phone's, with no word of duress. */
function isSettable(setting: UserSetting, index: number, owner: Bytes): boolean {
  const { rule, type } = setting;
  const needsMore = rule === "two-person" || rule === "with-grant";
  if (needsMore && (type === "disposable" || type === "expiring")) return false;
  if (rule === "with-grant" && type === "forced") return false;
  return checkUser({ ...setting, index, firstUsed: undefined, creator: owner, modifier: owner });
}

function makeCredential(
  { crypto, memory, vault }: SettingDesk,
  { type, value }: NewCredential,
  place: { readonly user: User; readonly slot: number; readonly others: readonly Credential[] },
): Credential | Denial {
  const { user, slot, others } = place;
  const rest = { slot, user: user.index, type };
  if (type === "totp") {
    if (others.some((other) => other.user === user.index && other.type === "totp")) return "limit";
    const sealed = vault.seal(value, totpName(slot, user.index));
    return { ...rest, digits: TOTP_DIGITS, value: sealed, lastStep: 0 };
  }
  if (isGuessable(value)) return "code";
  const mac = pinMac(crypto, vault.pinKey, value);
  const isTaken = (wanted: Bytes, of: readonly Credential[]): boolean =>
    of.some((other) => other.type === "pin" && crypto.isEqual(other.value, wanted));
  if (isTaken(mac, others)) return "code";
  // Duress must not be typed by a slip of the finger, nor anybody else's code under duress.
  const isForced = (credential: Credential): boolean =>
    findUser(memory.state.codes, credential.user)?.type === "forced";
  const across = others.filter((other) => other.type === "pin" && isForced(other) !== (user.type === "forced"));
  for (const size of new Set(across.map(({ digits }) => digits))) {
    const near = across.filter(({ digits }) => digits === size);
    if (isAnyNear(value, size, (slip) => isTaken(pinMac(crypto, vault.pinKey, slip), near))) return "code";
  }
  return { ...rest, digits: value.length, value: mac, lastStep: 0 };
}
