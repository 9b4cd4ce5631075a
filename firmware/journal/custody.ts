// The fold of what owners signed: whose the lock is, which boards it has, and how it is set.
// Why: who may say what is judged before a statement is written; here it only counts, in one place and in its order.
// Follows docs/protocol.md §2.3. The rest of the fold is state.ts.

import { type Bytes, concat } from "../bytes.ts";
import { emptyCodes, withoutSecret } from "../codes/state.ts";
import { kid8 } from "../cose/key.ts";
import type { Crypto } from "../crypto/crypto.ts";
import { Fault, unreachable } from "../fault.ts";
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
} from "../grant/body.ts";
import { OPERATION_LOCK } from "../grant/holder.ts";
import { NAME_BYTES } from "../grant/names.ts";
import { configure, defaultConfiguration, withoutTimeServers, withZone } from "../policy/configuration.ts";
import { Counters } from "../policy/counters.ts";
import {
  BOARDS_MAX,
  type EnrolledBoard,
  emptyKeyring,
  type Keyring,
  OWNERS_MAX,
  type Owner,
  REMOVED_MAX,
  wasRemoved,
  withSequence,
} from "../policy/keyring.ts";
import type { Entry } from "./entry.ts";
import type { LockState } from "./state.ts";

/** What changes who owns the lock. */
const CUSTODY_KINDS: ReadonlySet<number> = new Set([KIND_ADOPT, KIND_ADD_OWNER, KIND_REMOVE_OWNER, KIND_TRANSFER]);

/** Folds a statement. @param seq of its record   @throws Fault journal.corrupt where a table has no room for it; nothing has changed then */
export function applyStatement(
  crypto: Crypto,
  state: LockState,
  statement: Extract<Entry, { kind: "statement" }>,
  seq: number,
): void {
  const { body } = statement;
  requireRoomFor(crypto, state.keyring, body);
  if (CUSTODY_KINDS.has(body.kind)) state.custody = seq;
  if (body.kind === KIND_ADOPT) {
    handOver(crypto, state, body.adoption, statement.sequence);
    return;
  }
  const { keyring } = state;
  state.keyring = withSequence(crypto, keyring, { kid: statement.actor.slice(), sequence: statement.sequence });
  switch (body.kind) {
    case KIND_ENROL:
      enrol(crypto, state, body.board, statement.sequence);
      break;
    case KIND_REMOVE_BOARD:
      state.keyring = { ...state.keyring, boards: withoutBoard(crypto, state.keyring, body.boardKid) };
      break;
    case KIND_CONFIGURE:
      state.configuration = configure(state.configuration, body.settings) ?? state.configuration;
      break;
    case KIND_ADD_OWNER:
      addOwner(crypto, state, body.ownerKey);
      break;
    case KIND_REMOVE_OWNER:
      removeOwner(crypto, state, body.ownerKid);
      break;
    case KIND_TRANSFER:
      passOn(crypto, state, body.adoption);
      break;
    case KIND_ACT:
      if (body.operation === OPERATION_LOCK) break;
      state.visit = { intent: seq, actor: statement.actor.slice(), spends: [], code: undefined };
      break;
    case KIND_ANNOUNCE:
    case KIND_SET_CLOCK:
    case KIND_ACKNOWLEDGE:
    case KIND_FACTORY_RESET:
    case KIND_CANCEL_RESET:
      break;
    default:
      unreachable(body);
  }
}

/** A board that stands keeps the number by which it was paired: it hears of no other, and would be cut off until somebody opens its case. */
function enrol(crypto: Crypto, state: LockState, board: Board, sequence: number): void {
  const { role, agreementKey, signingKey } = board;
  const isSame = (other: EnrolledBoard) =>
    other.role === role &&
    crypto.isEqual(other.agreementKey, agreementKey) &&
    crypto.isEqual(other.signingKey, signingKey);
  if (state.keyring.boards.some(isSame)) return;
  const kid = kid8(crypto, signingKey);
  const keys = { agreementKey: agreementKey.slice(), signingKey: signingKey.slice() };
  const others = withoutBoard(crypto, state.keyring, kid);
  state.keyring = { ...state.keyring, boards: [...others, { kid, role, ...keys, sequence }] };
}

function addOwner(crypto: Crypto, state: LockState, ownerKey: Bytes): void {
  state.keyring = { ...state.keyring, owners: [...state.keyring.owners, newOwner(crypto, ownerKey, 0)] };
}

function removeOwner(crypto: Crypto, state: LockState, kid: Bytes): void {
  const { keyring } = state;
  const owners = keyring.owners.filter((owner) => !crypto.isEqual(owner.kid, kid));
  state.keyring = { ...keyring, owners, removed: concat(keyring.removed, kid) };
  state.codes = withoutSecret(crypto, state.codes, kid);
  // They may be its own, and would have a say over the time for good.
  state.configuration = withoutTimeServers(state.configuration);
  dropLists(crypto, state);
}

/** Makes a lock somebody's alone, with the settings of a new one. @param sequence the number of the owner's last statement */
function handOver(crypto: Crypto, state: LockState, adoption: Adoption, sequence: number): void {
  const owners = [newOwner(crypto, adoption.ownerKey, sequence)];
  state.keyring = { ...emptyKeyring(), owners, recovery: newOwner(crypto, adoption.recoveryKey, 0) };
  state.configuration = defaultConfiguration();
  state.configuration = withZone(state.configuration, adoption.zoneRule) ?? state.configuration;
  state.codes = emptyCodes();
}

/** Makes an owned lock somebody else's: whatever the former owners signed is over with their keys. */
function passOn(crypto: Crypto, state: LockState, adoption: Adoption): void {
  const { owners, removed } = state.keyring;
  handOver(crypto, state, adoption, 0);
  state.keyring = { ...state.keyring, removed: concat(removed, ...owners.map(({ kid }) => kid)) };
  state.counters = new Counters();
  dropLists(crypto, state);
}

/** Forgets the lists of keys that were thrown out, and no others: lists are read before owners. */
function dropLists(crypto: Crypto, state: LockState): void {
  const { keyring, lists } = state;
  state.lists = lists.filter(({ owner }) => !wasRemoved(crypto, keyring, owner));
}

/** A table above its bound could not be read back from a snapshot. @throws Fault journal.corrupt */
function requireRoomFor(crypto: Crypto, keyring: Keyring, body: Body): void {
  const { owners } = keyring;
  const removed = keyring.removed.length / NAME_BYTES;
  if (body.kind === KIND_ENROL) {
    requireRoom(withoutBoard(crypto, keyring, kid8(crypto, body.board.signingKey)).length < BOARDS_MAX);
  } else if (body.kind === KIND_ADD_OWNER) requireRoom(owners.length < OWNERS_MAX);
  else if (body.kind === KIND_REMOVE_OWNER) requireRoom(removed < REMOVED_MAX);
  else if (body.kind === KIND_TRANSFER) requireRoom(removed + owners.length <= REMOVED_MAX);
}

function requireRoom(hasRoom: boolean): void {
  if (!hasRoom) throw new Fault("journal.corrupt");
}

function newOwner(crypto: Crypto, publicKey: Bytes, sequence: number): Owner {
  return { kid: kid8(crypto, publicKey), publicKey: publicKey.slice(), sequence };
}

function withoutBoard(crypto: Crypto, keyring: Keyring, kid: Bytes): readonly EnrolledBoard[] {
  return keyring.boards.filter((board) => !crypto.isEqual(board.kid, kid));
}
