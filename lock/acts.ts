// Whether a verified statement may be obeyed, before anything of it is written.
// Why: what widens access has the most ways to go wrong, so each kind's conditions stand together, one line each, and a
// refused statement has changed nothing (docs/attacks.md T03, T08, T43, T46).
// Follows docs/protocol.md §2.3.

import type { Bytes } from "../firmware/bytes.ts";
import { kid8 } from "../firmware/cose/key.ts";
import type { Crypto } from "../firmware/crypto/crypto.ts";
import { canEnterMode, type Mode, modeAllows, type Source } from "../firmware/door/mode.ts";
import type { Door } from "../firmware/door/state.ts";
import { unreachable } from "../firmware/fault.ts";
import {
  type Adoption,
  type Board,
  type Body,
  KIND_ACKNOWLEDGE,
  KIND_ACT,
  KIND_ADD_OWNER,
  KIND_ADOPT,
  KIND_ANNOUNCE,
  KIND_CANCEL_RESET,
  KIND_CONFIGURE,
  KIND_ENROL,
  KIND_FACTORY_RESET,
  KIND_REMOVE_BOARD,
  KIND_REMOVE_OWNER,
  KIND_SET_CLOCK,
  KIND_TRANSFER,
  type Setting,
} from "../firmware/grant/body.ts";
import type { Denial } from "../firmware/grant/denial.ts";
import { OPERATION_LOCK, OPERATION_UNLATCH } from "../firmware/grant/holder.ts";
import { NAME_BYTES } from "../firmware/grant/names.ts";
import { isNextSequence, type Statement } from "../firmware/grant/statement.ts";
import type { Transport } from "../firmware/platform.ts";
import { type Configuration, configure, withZone } from "../firmware/policy/configuration.ts";
import {
  BOARDS_MAX,
  findOwner,
  type Keyring,
  OWNERS_MAX,
  REMOVED_MAX,
  sequenceOf,
  statementKey,
  wasRemoved,
} from "../firmware/policy/keyring.ts";
import { ROLE_CAMERA } from "../firmware/role.ts";

/** What the lock looks at when it judges a statement. */
export interface ActContext {
  readonly crypto: Crypto;
  readonly keyring: Keyring;
  readonly configuration: Configuration;
  /** The operating mode in force. */
  readonly mode: Mode;
  readonly door: Door;
  readonly hasPresence: boolean;
  /** Whether somebody inside pressed after the lock had announced what this key asks for. @param kid 8 bytes */
  isAnswered(kid: Bytes): boolean;
  /** Whether the delay of a factory reset runs. */
  readonly isResetRunning: boolean;
  /** Where it comes from: an owner at the door, or over the network. */
  readonly source: Source;
  readonly canUnlatch: boolean;
  /** Whether somebody inside has just asked to get out. */
  readonly isLeaving: boolean;
  /** Whether no record is lost that could have said who owns the lock. */
  readonly isCustodyWhole: boolean;
  /** Whether the journal has more room than must be kept for the removal of a key. */
  readonly hasRoom: boolean;
}

/** What may use the last room of the journal: whatever ends a thief's key, or brings the lock back. */
const LAST_KINDS: readonly number[] = Object.freeze([
  KIND_ADD_OWNER,
  KIND_REMOVE_OWNER,
  KIND_ACKNOWLEDGE,
  KIND_ACT,
  KIND_FACTORY_RESET,
  KIND_CANCEL_RESET,
  KIND_TRANSFER,
]);
/** What the key on paper may say. */
const RECOVERY_KINDS: readonly number[] = Object.freeze([
  KIND_ADD_OWNER,
  KIND_REMOVE_OWNER,
  KIND_FACTORY_RESET,
  KIND_CANCEL_RESET,
  KIND_TRANSFER,
]);
/** What changes whose word counts: a press vouches for it only if the lock had announced it before. */
const ANNOUNCED_KINDS: readonly number[] = Object.freeze([
  KIND_ADD_OWNER,
  KIND_REMOVE_OWNER,
  KIND_FACTORY_RESET,
  KIND_TRANSFER,
]);

/** Whether a mode lets a guest's grant move the bolt: as a guest, and over the network as whoever comes from there. A cable counts
 *  as the network: the computer on it may be reached from anywhere. */
export function modeAllowsGuest(mode: Mode, transport: Transport): boolean {
  return modeAllows(mode, "phone") && (transport === "ble" || modeAllows(mode, "remote"));
}

/** Says why a statement is refused, or undefined where it may be obeyed. Its signature, lock and challenge hold already;
 *  what the clock makes of it is the caller's question. */
export function judgeStatement(statement: Statement, context: ActContext): Denial | undefined {
  const { crypto, keyring } = context;
  const { body, kid, sequence } = statement;
  const isAdopted = keyring.owners.length > 0;
  if (body.kind === KIND_ADOPT) {
    return isAdopted ? "unsupported" : judgeAdoption(body.adoption, sequence, context);
  }
  if (!isAdopted) return "not-adopted";
  if (!isNextSequence(sequenceOf(crypto, keyring, kid), sequence)) return "sequence";
  const isOwner = findOwner(crypto, keyring, kid) !== undefined;
  if (!context.hasRoom && !LAST_KINDS.includes(body.kind)) return "journal";
  if (isOwner ? body.kind === KIND_TRANSFER : !RECOVERY_KINDS.includes(body.kind)) return "permission";
  const denial = judgeBody(body, isOwner, context);
  // Last, since each announcement sounds: what is refused anyway must not.
  return denial ?? (ANNOUNCED_KINDS.includes(body.kind) && !context.isAnswered(kid) ? "presence" : undefined);
}

function judgeBody(
  body: Exclude<Body, { kind: typeof KIND_ADOPT }>,
  isOwner: boolean,
  context: ActContext,
): Denial | undefined {
  const { crypto, keyring } = context;
  switch (body.kind) {
    case KIND_ENROL:
      return judgeEnrolment(body.board, context);
    case KIND_REMOVE_BOARD:
      return keyring.boards.some((board) => crypto.isEqual(board.kid, body.boardKid)) ? undefined : "target";
    case KIND_CONFIGURE:
      return judgeSettings(body.settings, context);
    case KIND_ADD_OWNER:
      return judgeNewOwner(body.ownerKey, context);
    case KIND_REMOVE_OWNER:
      return judgeRemoval(body.ownerKid, context);
    case KIND_ACT:
      if (!modeAllows(context.mode, context.source)) return "mode";
      if (body.operation === OPERATION_LOCK && context.isLeaving) return "door";
      return body.operation === OPERATION_UNLATCH && !context.canUnlatch ? "unsupported" : undefined;
    case KIND_SET_CLOCK:
    case KIND_ACKNOWLEDGE:
      return undefined;
    case KIND_TRANSFER:
      return judgeTransfer(body.adoption, context);
    case KIND_FACTORY_RESET:
      // The key on paper waits for nothing; an owner's delay is not begun twice, or it would never end.
      return isOwner && context.isResetRunning ? "limit" : undefined;
    case KIND_CANCEL_RESET:
      return context.isResetRunning ? undefined : "target";
    case KIND_ANNOUNCE:
      return "unsupported";
    default:
      return unreachable(body);
  }
}

function judgeAdoption(adoption: Adoption, sequence: number, context: ActContext): Denial | undefined {
  // A lock that lost the record of its owner belongs to somebody; who presses its button first is not the one.
  if (!context.isCustodyWhole) return "journal";
  if (!context.hasPresence) return "presence";
  if (!isNextSequence(0, sequence)) return "sequence";
  // A lost phone's key that is also the recovery key would leave nobody to remove it.
  if (context.crypto.isEqual(adoption.ownerKey, adoption.recoveryKey)) return "limit";
  return withZone(context.configuration, adoption.zoneRule) === undefined ? "malformed" : undefined;
}

/** A board learns whose it is over the wire, so somebody must have seen which board hangs there (docs/attacks.md T16). */
function judgeEnrolment({ role, signingKey }: Board, { crypto, keyring, hasPresence }: ActContext): Denial | undefined {
  const kid = kid8(crypto, signingKey);
  const isThere = keyring.boards.some((board) => crypto.isEqual(board.kid, kid));
  // Two cameras could vouch for each other's blindness: one counts, and it is removed before another is enrolled.
  const isSecond = keyring.boards.some((board) => board.role === ROLE_CAMERA && !crypto.isEqual(board.kid, kid));
  if (role === ROLE_CAMERA && isSecond) return "limit";
  if (!isThere && keyring.boards.length >= BOARDS_MAX) return "limit";
  return hasPresence ? undefined : "presence";
}

function judgeSettings(settings: readonly Setting[], context: ActContext): Denial | undefined {
  const configured = configure(context.configuration, settings);
  if (configured === undefined) return "malformed";
  // Whoever's word on the time counts can end every grant, and have one that is over open again: no stolen key names him from afar.
  const isNewServer = (key: Bytes | undefined, place: number) => {
    const known = context.configuration.timeServers[place];
    return key !== undefined && (known === undefined || !context.crypto.isEqual(known, key));
  };
  if (!context.hasPresence && configured.timeServers.some(isNewServer)) return "presence";
  const former = context.configuration.mode;
  if (configured.mode === former || (configured.mode !== "privacy" && former !== "privacy")) return undefined;
  // Privacy begins and ends at the inside: it shuts out a phone that was stolen, whoever's it is.
  if (!context.hasPresence) return "presence";
  return canEnterMode(configured.mode, "inside", context.door) ? undefined : "door";
}

function judgeNewOwner(publicKey: Bytes, { crypto, keyring }: ActContext): Denial | undefined {
  const hasRoom = keyring.owners.length < OWNERS_MAX && hasRoomToRemove(keyring);
  return isKnownKey(crypto, keyring, publicKey) || !hasRoom ? "limit" : undefined;
}

/** Whoever is an owner can be removed one day: the table of removed keys must have room for all, and for one more. */
function hasRoomToRemove({ owners, removed }: Keyring): boolean {
  return owners.length + removed.length / NAME_BYTES < REMOVED_MAX;
}

/** Whether a key is an owner's, was one, or is the recovery key: none of these may come in anew. */
function isKnownKey(crypto: Crypto, keyring: Keyring, publicKey: Bytes): boolean {
  const kid = kid8(crypto, publicKey);
  return statementKey(crypto, keyring, kid) !== undefined || wasRemoved(crypto, keyring, kid);
}

/** Both keys must be new here: the seller knows the words of the former recovery key, and a former owner's old grants
 *  would live again with its key. */
function judgeTransfer(adoption: Adoption, { crypto, keyring, configuration }: ActContext): Denial | undefined {
  const { ownerKey, recoveryKey, zoneRule } = adoption;
  const isKnown = isKnownKey(crypto, keyring, ownerKey) || isKnownKey(crypto, keyring, recoveryKey);
  if (isKnown || crypto.isEqual(ownerKey, recoveryKey) || !hasRoomToRemove(keyring)) return "limit";
  return withZone(configuration, zoneRule) === undefined ? "malformed" : undefined;
}

function judgeRemoval(kid: Bytes, { crypto, keyring }: ActContext): Denial | undefined {
  if (findOwner(crypto, keyring, kid) === undefined) return "target";
  return keyring.owners.length === 1 ? "limit" : undefined;
}
