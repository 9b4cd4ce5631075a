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
  type Setting,
} from "../firmware/grant/body.ts";
import type { Denial } from "../firmware/grant/denial.ts";
import { OPERATION_LOCK, OPERATION_UNLATCH } from "../firmware/grant/holder.ts";
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
  wasRemoved,
} from "../firmware/policy/keyring.ts";

/** What the lock looks at when it judges a statement. */
export interface ActContext {
  readonly crypto: Crypto;
  readonly keyring: Keyring;
  readonly configuration: Configuration;
  readonly door: Door;
  readonly hasPresence: boolean;
  /** Where it comes from: an owner at the door, or over the network. */
  readonly source: Source;
  readonly canUnlatch: boolean;
  /** Whether somebody inside has just asked to get out. */
  readonly isLeaving: boolean;
  /** Whether the journal is without damage that no owner knows of. */
  readonly isWhole: boolean;
  /** Whether the journal has more room than must be kept for the removal of a key. */
  readonly hasRoom: boolean;
}

/** What may use the last room of the journal: whatever ends a thief's key, or brings the lock back. */
const LAST_KINDS: readonly number[] = Object.freeze([KIND_ADD_OWNER, KIND_REMOVE_OWNER, KIND_ACKNOWLEDGE, KIND_ACT]);

/** Whether a mode lets a guest's grant move the bolt: as a guest, and over the network as whoever comes from there. */
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
  if (!isOwner && body.kind !== KIND_ADD_OWNER && body.kind !== KIND_REMOVE_OWNER) return "permission";
  switch (body.kind) {
    case KIND_ENROL:
      return judgeEnrolment(body.board.signingKey, context);
    case KIND_REMOVE_BOARD:
      return keyring.boards.some((board) => crypto.isEqual(board.kid, body.boardKid)) ? undefined : "target";
    case KIND_CONFIGURE:
      return judgeSettings(body.settings, context);
    case KIND_ADD_OWNER:
      return judgeNewOwner(body.ownerKey, context);
    case KIND_REMOVE_OWNER:
      return judgeRemoval(body.ownerKid, context);
    case KIND_ACT:
      if (!modeAllows(context.configuration.mode, context.source)) return "mode";
      if (body.operation === OPERATION_LOCK && context.isLeaving) return "door";
      return body.operation === OPERATION_UNLATCH && !context.canUnlatch ? "unsupported" : undefined;
    case KIND_SET_CLOCK:
    case KIND_ACKNOWLEDGE:
      return undefined;
    case KIND_ANNOUNCE:
    case KIND_FACTORY_RESET:
    case KIND_CANCEL_RESET:
      return "unsupported";
    default:
      return unreachable(body);
  }
}

function judgeAdoption(adoption: Adoption, sequence: number, context: ActContext): Denial | undefined {
  // A lock that lost the record of its owner belongs to somebody; who presses its button first is not the one.
  if (!context.isWhole) return "journal";
  if (!context.hasPresence) return "presence";
  if (!isNextSequence(0, sequence)) return "sequence";
  // A lost phone's key that is also the recovery key would leave nobody to remove it.
  if (context.crypto.isEqual(adoption.ownerKey, adoption.recoveryKey)) return "limit";
  return withZone(context.configuration, adoption.zoneRule) === undefined ? "malformed" : undefined;
}

function judgeEnrolment(signingKey: Bytes, { crypto, keyring }: ActContext): Denial | undefined {
  const kid = kid8(crypto, signingKey);
  const isThere = keyring.boards.some((board) => crypto.isEqual(board.kid, kid));
  return isThere || keyring.boards.length < BOARDS_MAX ? undefined : "limit";
}

function judgeSettings(settings: readonly Setting[], context: ActContext): Denial | undefined {
  const configured = configure(context.configuration, settings);
  if (configured === undefined) return "malformed";
  const former = context.configuration.mode;
  if (configured.mode === former || (configured.mode !== "privacy" && former !== "privacy")) return undefined;
  // Privacy begins and ends at the inside: it shuts out a phone that was stolen, whoever's it is.
  if (!context.hasPresence) return "presence";
  return canEnterMode(configured.mode, "inside", context.door) ? undefined : "door";
}

function judgeNewOwner(publicKey: Bytes, { crypto, keyring, hasPresence }: ActContext): Denial | undefined {
  if (!hasPresence) return "presence";
  const kid = kid8(crypto, publicKey);
  const isKnown = findOwner(crypto, keyring, kid) !== undefined || wasRemoved(crypto, keyring, kid);
  const isRecovery = keyring.recovery !== undefined && crypto.isEqual(keyring.recovery.kid, kid);
  // Whoever is added can be removed one day: the table of removed keys must have room for all.
  const hasRoom = keyring.owners.length < OWNERS_MAX && keyring.owners.length + keyring.removed.length < REMOVED_MAX;
  return isKnown || isRecovery || !hasRoom ? "limit" : undefined;
}

function judgeRemoval(kid: Bytes, { crypto, keyring, hasPresence }: ActContext): Denial | undefined {
  if (!hasPresence) return "presence";
  if (findOwner(crypto, keyring, kid) === undefined) return "target";
  return keyring.owners.length === 1 ? "limit" : undefined;
}
