// What the lock writes, in the words of the lock: intents, closings, refusals, alarms.
// Why: what decides and drives should read as deciding and driving; how an event becomes a record stands here, and what may
// happen often is counted and written seldom.
// Follows docs/protocol.md §4.

import type { Bytes } from "../firmware/bytes.ts";
import { toHex } from "../firmware/bytes.ts";
import type { Crypto } from "../firmware/crypto/crypto.ts";
import type { Cause } from "../firmware/door/state.ts";
import type { Chain } from "../firmware/grant/chain.ts";
import type { Denial } from "../firmware/grant/denial.ts";
import { holdsName } from "../firmware/grant/names.ts";
import type { Alarm, CameraEvent, DoorEvent, Entry, SpentUse } from "../firmware/journal/entry.ts";
import type { Head } from "../firmware/journal/walk.ts";
import type { Heartbeat } from "../firmware/link/witness.ts";
import { type Millis, millis } from "../firmware/platform.ts";
import { Coalescer, type Family } from "./coalescer.ts";
import type { DeniedProof } from "./desk.ts";
import type { Memory } from "./memory.ts";
import { provenBy } from "./visit.ts";

const MINUTE_MILLIS = 60_000;
const HOUR_MILLIS = 3_600_000;
/** Roots and reasons whose refusals are told apart within an hour; above that they count as strangers. */
const REFUSALS_MAX = 8;
const KINDS_MAX = 16;
const FAILED_PROOF = 2;
const BELL = 3;
const WRONG_CODE = 4;
/** Refusals of who was forced that wait for the next tick: more than keypads can ask for until then. */
const FORCED_MAX = 4;
const NO_HASH: Bytes = new Uint8Array(8);

type CodeRefusal = Omit<Extract<Entry, { kind: "code-refusal" }>, "kind" | "count">;
/** A code that was right, and did not open. */
export interface RefusedCode extends Pick<CodeRefusal, "use" | "denial"> {
  /** Of the code, 16 characters. */
  readonly name: string;
  /** Whether it is a record of its own, and not to be lost in a count. */
  readonly isAlone: boolean;
}

type Refusal = Omit<Extract<Entry, { kind: "refusal" }>, "kind" | "count">;

const REFUSALS: Family<Refusal, Memory> = Object.freeze({
  ...{ periodMillis: HOUR_MILLIS, kindsMax: REFUSALS_MAX },
  write: (memory: Memory, refusal: Refusal, count: number, now: Millis) =>
    memory.writeNoise({ kind: "refusal", ...refusal, count }, now),
});
const CODES: Family<CodeRefusal, Memory> = Object.freeze({
  ...{ periodMillis: HOUR_MILLIS, kindsMax: REFUSALS_MAX },
  write: (memory: Memory, refusal: CodeRefusal, count: number, now: Millis) =>
    memory.writeNoise({ kind: "code-refusal", ...refusal, count }, now),
});
const STRANGERS: Family<number, Memory> = Object.freeze({
  ...{ periodMillis: HOUR_MILLIS, kindsMax: KINDS_MAX },
  write: (memory: Memory, strangerClass: number, count: number, now: Millis) =>
    memory.writeNoise({ kind: "stranger", strangerClass, count }, now),
});
const ALARMS: Family<Alarm, Memory> = Object.freeze({
  ...{ periodMillis: HOUR_MILLIS, kindsMax: KINDS_MAX },
  write: (memory: Memory, alarm: Alarm, count: number, now: Millis) =>
    memory.write({ kind: "alarm", alarm, count }, now),
});
const DOORS: Family<DoorEvent, Memory> = Object.freeze({
  ...{ periodMillis: MINUTE_MILLIS, kindsMax: KINDS_MAX },
  write: (memory: Memory, event: DoorEvent, count: number, now: Millis) =>
    memory.writeNoise({ kind: "door", event, count }, now),
});
const PRESSES: Family<undefined, Memory> = Object.freeze({
  ...{ periodMillis: MINUTE_MILLIS, kindsMax: 1 },
  write: (memory: Memory, _: undefined, count: number, now: Millis) =>
    memory.writeNoise({ kind: "inside", count }, now),
});
const UNPROVEN: Family<Heartbeat | undefined, Memory> = Object.freeze({
  ...{ periodMillis: HOUR_MILLIS, kindsMax: KINDS_MAX },
  write: (memory: Memory, beat: Heartbeat | undefined, _: number, now: Millis) =>
    memory.writeNoise(cameraEntry("unproven", { visit: 0, beat }), now),
});

/** Writes the lock's records into its memory. */
export class Recorder {
  readonly #memory: Memory;
  readonly #refusals: Coalescer<Refusal, Memory>;
  readonly #codes: Coalescer<CodeRefusal, Memory>;
  readonly #strangers: Coalescer<number, Memory>;
  readonly #alarms: Coalescer<Alarm, Memory>;
  readonly #doors: Coalescer<DoorEvent, Memory>;
  readonly #presses: Coalescer<undefined, Memory>;
  readonly #unproven: Coalescer<Heartbeat | undefined, Memory>;
  /** Refusals that are records of their own, until the next tick. */
  #alone: readonly RefusedCode[] = [];
  /** The end of a visit that could not be written yet. */
  #closing: Extract<Entry, { kind: "closing" }> | undefined;

  /** Goes on from what the journal tells of the last hour. */
  constructor(memory: Memory, now: Millis) {
    this.#memory = memory;
    this.#refusals = new Coalescer(REFUSALS, memory);
    this.#codes = new Coalescer(CODES, memory);
    this.#strangers = new Coalescer(STRANGERS, memory);
    this.#alarms = new Coalescer(ALARMS, memory);
    this.#doors = new Coalescer(DOORS, memory);
    this.#presses = new Coalescer(PRESSES, memory);
    this.#unproven = new Coalescer(UNPROVEN, memory);
    memory.recentNotices((entry) => this.#remember(entry, now), now);
  }

  /** Writes the names of a grant whose face is not in the journal's recent ones.
   *  @returns where it stands, or undefined where it need not be written: so the write is a tail call, and takes no more of a board's
   *    stack   @throws Fault journal.* */
  face(crypto: Crypto, { leaf, links }: Chain, now: Millis): Head | undefined {
    if (holdsName(crypto, this.#memory.state.faces, leaf.link8)) return undefined;
    const names = links.map((link) => link.grant.name);
    return this.#memory.write({ kind: "who", leaf: leaf.link8, holder: leaf.kid8, names, root: links[0].link8 }, now);
  }

  /** Writes a guest's intent with what it spends. @throws Fault journal.* */
  intent(
    intent: {
      readonly chain: Chain;
      readonly holder: Bytes;
      readonly operation: number;
      /** `keypad` where a code had to come before the phone. */
      readonly source: "phone" | "keypad";
      readonly spends: readonly SpentUse[];
      /** What the camera proves. */
      readonly proof: number;
    },
    now: Millis,
  ): Head {
    const { chain, holder: actor, operation, source, spends, proof } = intent;
    const root = chain.links[0].link8;
    return this.#memory.write({ kind: "intent", operation, source, actor, root, spends, ...provenBy(proof) }, now);
  }

  /** Writes how a visit ended; where that cannot be done now, it is tried again. @returns whether it is durable */
  closing(closing: Extract<Entry, { kind: "closing" }>, now: Millis): boolean {
    this.#closing = this.#memory.tryWrite(closing, now) ? undefined : closing;
    return this.#closing === undefined;
  }

  /** Writes what the camera says of a visit, while the ring has room for it: who jams a camera in one visit after the other must not
   *  turn it. What is left out, the receipt says. @param visit the number of its intent */
  camera(
    event: CameraEvent,
    said: { readonly visit: number; readonly beat: Heartbeat | undefined },
    now: Millis,
  ): void {
    this.#memory.tryWrite(cameraEntry(event, said), now, true);
  }

  /** Counts a camera that somebody knocked for and that proved nothing in time: one record an hour for each verdict. */
  unproven(beat: Heartbeat | undefined, now: Millis): void {
    this.#unproven.note(String(beat?.verdict), beat, now);
  }

  /** Counts a refusal of somebody who proved a grant. */
  refusal(chain: Chain, operation: number, why: { readonly denial: Denial; readonly now: Millis }): void {
    const { link8: leaf, kid8: actor } = chain.leaf;
    const { denial, now } = why;
    // By the root and the reason: whoever may delegate has as many holder keys as he likes.
    const isCounted = this.#refusals.note(
      `${toHex(chain.links[0].link8)} ${denial}`,
      { actor, leaf, operation, denial },
      now,
    );
    if (!isCounted) this.stranger(FAILED_PROOF, now);
  }

  /** Counts a proof that failed: with the grant's holder where somebody proved one, else as a stranger's. */
  refused({ chain, operation, denied }: DeniedProof, now: Millis): void {
    if (chain === undefined) this.stranger(FAILED_PROOF, now);
    else this.refusal(chain, operation, { denial: denied, now });
  }

  /** Counts a code that was right, and did not open. Like a wrong one it is written at the next tick, behind the answer: who hears
   *  how long that takes could else tell the two apart. */
  codeRefusal(refused: RefusedCode, now: Millis): void {
    if (refused.isAlone && this.#alone.length < FORCED_MAX) this.#alone = [...this.#alone, refused];
    else this.#countRefusal(refused, now);
  }

  /** Counts an entry that was no code. */
  wrongCode(now: Millis): void {
    this.#strangers.noteLater(String(WRONG_CODE), WRONG_CODE, now);
  }

  /** Counts a press of the bell. */
  bell(now: Millis): void {
    this.stranger(BELL, now);
  }

  /** Counts what a stranger did: 0 a broken frame, 1 a message without sense, 2 a proof that failed. */
  stranger(strangerClass: number, now: Millis): void {
    this.#strangers.note(String(strangerClass), strangerClass, now);
  }

  alarm(alarm: Alarm, now: Millis): void {
    this.#alarms.note(alarm, alarm, now);
  }

  /** Counts what the door did outside a visit; what a hand at the thumbturn did is told apart. */
  door(what: "opened" | "closed" | "locked" | "unlocked", cause: Cause, now: Millis): void {
    const isTurned = cause === "manual" && (what === "locked" || what === "unlocked");
    const event: DoorEvent = isTurned ? `thumbturn-${what}` : what;
    this.#doors.note(event, event, now);
  }

  /** Counts a press of the inside button. */
  inside(now: Millis): void {
    this.#presses.note("", undefined, now);
  }

  tick(now: Millis): void {
    if (this.#closing !== undefined) this.closing(this.#closing, now);
    this.#writeAlone(now);
    for (const family of this.#families) family.tick(now);
  }

  get nextTick(): Millis | undefined {
    let next: number | undefined = this.#alone.length > 0 ? 0 : undefined;
    for (const { nextTick } of this.#families) {
      if (nextTick !== undefined && (next === undefined || nextTick < next)) next = nextTick;
    }
    return next === undefined ? undefined : millis(next);
  }

  #writeAlone(now: Millis): void {
    const alone = this.#alone;
    this.#alone = [];
    for (const refused of alone) {
      const { use, denial } = refused;
      if (!this.#memory.tryWrite({ kind: "code-refusal", use, denial, count: 1 }, now))
        this.#countRefusal(refused, now);
    }
  }

  #countRefusal({ name, use, denial }: RefusedCode, now: Millis): void {
    if (!this.#codes.noteLater(`${name} ${denial}`, { use, denial }, now)) this.wrongCode(now);
  }

  #remember(entry: Entry, now: Millis): void {
    if (entry.kind === "alarm") this.#alarms.remember(entry.alarm, entry.alarm, now);
    if (entry.kind === "stranger") this.#strangers.remember(String(entry.strangerClass), entry.strangerClass, now);
    if (entry.kind === "camera" && entry.event === "unproven")
      this.#unproven.remember(String(entry.verdict), undefined, now);
  }

  get #families(): readonly { tick(now: Millis): void; readonly nextTick: Millis | undefined }[] {
    return [this.#refusals, this.#codes, this.#strangers, this.#alarms, this.#doors, this.#presses, this.#unproven];
  }
}

/** What a heartbeat leaves in the journal. */
function cameraEntry(
  event: CameraEvent,
  { visit, beat }: { readonly visit: number; readonly beat: Heartbeat | undefined },
): Extract<Entry, { kind: "camera" }> {
  const { verdict, alarm, head, power = 0, powerHash = NO_HASH } = beat ?? {};
  const own = head === undefined || beat?.visit !== visit ? undefined : head;
  const said = event === "alarm" ? (alarm ?? verdict) : verdict;
  return { kind: "camera", event, visit, verdict: said, head: own, power, powerHash: powerHash.slice(0, 8) };
}
