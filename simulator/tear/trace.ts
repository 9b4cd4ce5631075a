// What a lock writes over some months, in a few thousand operations: every type of record, starts, snapshots, full rings.
// Why: a cut is tried in each of them, so each must be there, and often enough that every region turns many times.
// Everything is drawn from one seed. Lists and names are kept small, so that the state fits in a snapshot of the small part.

import type { Bytes } from "../../firmware/bytes.ts";
import { fromAscii } from "../../firmware/bytes.ts";
import { kid8 } from "../../firmware/cose/key.ts";
import type { Crypto } from "../../firmware/crypto/crypto.ts";
import {
  type Body,
  encodeBody,
  KIND_ACKNOWLEDGE,
  KIND_ACT,
  KIND_ADD_OWNER,
  KIND_ADOPT,
  KIND_CONFIGURE,
  KIND_ENROL,
  KIND_REMOVE_BOARD,
  KIND_REMOVE_OWNER,
  KIND_SET_CLOCK,
} from "../../firmware/grant/body.ts";
import type { WritableEntry } from "../../firmware/journal/entry.ts";
import type { RecordTime } from "../../firmware/journal/record.ts";
import type { LockState } from "../../firmware/journal/state.ts";
import { seconds } from "../../firmware/platform.ts";
import type { Stream } from "../random.ts";
import { drawCodeEntry } from "./codes.ts";

/** One thing that a lock does to its journal. */
export type Operation =
  | { readonly kind: "write"; readonly entry: WritableEntry; readonly time: RecordTime }
  /** The lock starts anew. */
  | { readonly kind: "start"; readonly isPowerOn: boolean; readonly entry: WritableEntry; readonly time: RecordTime }
  /** Both snapshots, as after a change of owners. */
  | { readonly kind: "snapshot" };

const GRANTS = 6;
const START = 1_790_812_800;
const STEP_SECONDS = 600;
const NO_DAMAGE = new Uint8Array(0);

/** How often a record is one of codes. */
const CODES_PER_MILLE = 180;

function bytesOf(byte: number, size: number): Bytes {
  return new Uint8Array(size).fill(byte);
}

/** Draws the next operations, each from the state that the one before left. */
export class Trace {
  readonly #crypto: Crypto;
  readonly #random: Stream;
  #count = 0;
  #sequence = 1;
  #key = 10;

  constructor(crypto: Crypto, random: Stream) {
    this.#crypto = crypto;
    this.#random = random;
  }

  /** Gives the next operation. @param access the number of the newest access record */
  next(state: LockState, access: number): Operation {
    const count = this.#count++;
    const time = { lo: seconds(START + count * STEP_SECONDS), width: count % 7 === 0 ? undefined : seconds(60) };
    if (count === 0) return { kind: "write", entry: this.#adoption(), time };
    const random = this.#random;
    if (random.chance(12)) return { kind: "snapshot" };
    if (random.chance(25)) {
      const entry = { kind: "boot", reason: 1, boots: state.boots + 1, haste: state.haste + 8 } as const;
      return { kind: "start", isPowerOn: random.chance(700), entry, time };
    }
    return { kind: "write", entry: this.#entry(state, access, time.lo), time };
  }

  #entry(state: LockState, access: number, lo: number): WritableEntry {
    const random = this.#random;
    const { visit } = state;
    if (visit !== undefined && random.chance(850)) return this.#closing(visit.intent);
    if (random.chance(CODES_PER_MILLE)) return drawCodeEntry(random, state, lo);
    const draw = random.below(100);
    if (draw < 30) return this.#intent(state, lo);
    if (draw < 50) return { kind: "watermark" };
    if (draw < 56) return this.#statement(state);
    if (draw < 62) return this.#list(state);
    if (draw < 68) return { kind: "door", event: "opened", count: random.between(1, 9) };
    if (draw < 74) return { kind: "inside", count: random.between(1, 300) };
    if (draw < 78) {
      const through = Math.max(state.fetched, access - random.below(20));
      return { kind: "fetched", through, notices: state.fetchedNotices + 2 };
    }
    if (draw < 82) return { kind: "alarm", alarm: "ajar", count: random.between(1, 9) };
    if (draw < 90) return { kind: "stranger", strangerClass: random.below(3), count: random.between(1, 9_999) };
    if (draw < 94) return this.#refusal();
    if (draw < 96) return { kind: "clock", source: random.chance(150) ? 2 : 1, lo: seconds(lo), hi: seconds(lo + 60) };
    if (draw < 98) return { kind: "acknowledged", digests: [NO_DAMAGE, NO_DAMAGE, NO_DAMAGE] };
    const leaf = bytesOf(random.below(GRANTS), 8);
    return {
      kind: "who",
      leaf,
      holder: bytesOf(3, 8),
      names: ["Parcel Co", "Carl"],
      root: bytesOf(random.below(3), 8),
    };
  }

  #intent(state: LockState, lo: number): WritableEntry {
    const random = this.#random;
    const root = random.below(GRANTS);
    const spends = [root, root + GRANTS].slice(0, random.between(0, 2)).map((link) => {
      const link8 = bytesOf(link, 8);
      const used = state.counters.usedOf(this.#crypto, link8) ?? 0;
      return { link8, used: used + 1, until: seconds(lo + 86_400) };
    });
    const root8 = bytesOf(root, 8);
    return { kind: "intent", operation: 0, source: "phone", actor: bytesOf(7, 8), root: root8, spends };
  }

  #closing(intent: number): WritableEntry {
    const outcome = this.#random.pick(["secured", "not-moved", "jammed", "superseded"] as const);
    return { kind: "closing", intent, outcome, openedAfter: 3, closedAfter: 9, securedAfter: 12, witnesses: 3 };
  }

  #refusal(): WritableEntry {
    const count = this.#random.between(1, 40);
    return { kind: "refusal", actor: bytesOf(5, 8), leaf: bytesOf(6, 8), operation: 0, denial: "hours", count };
  }

  #list(state: LockState): WritableEntry {
    const owner = this.#random.pick(state.keyring.owners).kid;
    const former = state.lists.find((list) => this.#crypto.isEqual(list.owner, owner));
    const count = this.#random.between(0, 4);
    const revoked = bytesOf(this.#random.below(GRANTS), 8 * count);
    const untils = Array.from({ length: count }, () => seconds(START));
    const list = { owner, revoked, untils, generation: former?.generation ?? 0, holders: NO_DAMAGE, codes: [] };
    return { kind: "list", list: { ...list, sequence: (former?.sequence ?? 0) + 1 } };
  }

  #statement({ keyring }: LockState): WritableEntry {
    const { owners, boards } = keyring;
    const actor = this.#random.pick(owners).kid;
    const signingKey = bytesOf(this.#key, 32);
    const body = this.#random.pick<Body>([
      { kind: KIND_CONFIGURE, settings: [{ key: 2, value: this.#random.between(5, 3_600) }] },
      { kind: KIND_ACT, operation: 0 },
      { kind: KIND_SET_CLOCK, isBackwards: false },
      { kind: KIND_ACKNOWLEDGE },
      boards.length === 0
        ? { kind: KIND_ENROL, board: { role: 1, agreementKey: bytesOf(9, 32), signingKey } }
        : { kind: KIND_REMOVE_BOARD, boardKid: boards[0].kid },
      owners.length < 2 && keyring.removed.length < 64
        ? { kind: KIND_ADD_OWNER, ownerKey: bytesOf(this.#key++, 32) }
        : { kind: KIND_REMOVE_OWNER, ownerKid: owners.at(-1)?.kid ?? actor },
    ]);
    // The last owner stays.
    const safe: Body = body.kind === KIND_REMOVE_OWNER && owners.length < 2 ? { kind: KIND_ACKNOWLEDGE } : body;
    const sequence = ++this.#sequence;
    return { kind: "statement", actor, sequence, body: safe, encodedBody: encodeBody(sequence, safe) };
  }

  #adoption(): WritableEntry {
    const ownerKey = bytesOf(1, 32);
    const adoption = { ownerKey, recoveryKey: bytesOf(2, 32), zoneRule: fromAscii("CET-1CEST,M3.5.0,M10.5.0/3") };
    const body = { kind: KIND_ADOPT, adoption } as const;
    const actor = kid8(this.#crypto, ownerKey);
    return { kind: "statement", actor, sequence: 1, body, encodedBody: encodeBody(1, body) };
  }
}
