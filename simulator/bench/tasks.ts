// What a lock's tasks cost on the chip, each from its first byte to its last: instructions, and heap.
// Why: whoever chooses a chip, a battery or a heap asks for these few numbers, side by side.
// A boot is the whole constructor of a Lock over a part of 1 MB: of a new one, and of one with some thousand records in its journal.
// A handshake is each side's own share of both messages of Noise KK, through the classes that do it on a board. Flash has its
// own pace and is left out: it is memory here.

import type { Bytes } from "../../firmware/bytes.ts";
import type { Crypto } from "../../firmware/crypto/crypto.ts";
import { Motor } from "../../firmware/door/motor.ts";
import { assert } from "../../firmware/fault.ts";
import { Store } from "../../firmware/journal/store.ts";
import { BoardLink } from "../../firmware/link/board.ts";
import { type Flash, millis, seconds } from "../../firmware/platform.ts";
import { ROLE_KEYPAD } from "../../firmware/role.ts";
import { Boards } from "../../lock/boards.ts";
import { openIdentity } from "../../lock/identity.ts";
import { Lock } from "../../lock/lock.ts";
import { STANDARD_GEOMETRY } from "../../lock/options.ts";
import { MemoryConstants } from "../memory.ts";
import { Stream } from "../random.ts";
import { enrolledAs, identityOf } from "../wired.ts";
import type { Host } from "./host.ts";

/** Openings in the journal of a lock that has been in use for a season: two records each. */
const OPENINGS = 1_500;
const OPENING_SECONDS = 1_800;
const START = 1_791_187_200;
const RUNS = 5;
const HANDSHAKE_MILLIS = 60_000;

/** One task. */
export interface Task {
  readonly name: string;
  readonly instructions: number;
  /** Bytes that it grows the heap by: what it holds and what it leaves to be collected. */
  readonly grown: number;
  /** Bytes that it still holds once all garbage was collected. */
  readonly kept: number;
}

/** Measures some work a few times: the median of its instructions, and the heap of the last run, since what is made once was made
 *  before; less what measuring itself takes. @param prepare makes all that it needs beside, and gives the work, which gives what
 *  is held */
export function taskOf(host: Host, name: string, prepare: () => () => unknown): Task {
  const busy = measured(host, prepare);
  const idle = measured(host, () => () => undefined);
  return { name, instructions: busy.instructions, grown: busy.grown - idle.grown, kept: busy.kept - idle.kept };
}

function measured(host: Host, prepare: () => () => unknown): Omit<Task, "name"> {
  const runs = Array.from({ length: RUNS }, () => {
    const work = prepare();
    host.collect();
    const before = host.heapBytes();
    host.heapReset();
    const started = host.instructions();
    const held = work();
    const instructions = host.instructions() - started;
    const grown = host.heapPeak();
    host.collect();
    // It is in the row too, so that it was held until here.
    return { held, instructions, grown, kept: host.heapBytes() - before };
  });
  const { grown, kept } = runs[RUNS - 1];
  return { instructions: medianOf(runs.map((run) => run.instructions)), grown, kept };
}

/** Measures the boots and the handshakes. @param flashOf makes a part without physics of so many sectors */
export function measureTasks(crypto: Crypto, host: Host, flashOf: (sectors: number) => Flash): readonly Task[] {
  const sectors = STANDARD_GEOMETRY.sectors.reduce((sum, count) => sum + count, 2 * STANDARD_GEOMETRY.snapshotSectors);
  const used = { flash: flashOf(sectors), constants: new MemoryConstants() };
  fill(crypto, used);
  // A new part is new once only: each of its boots begins with what the boot before has made of it taken away.
  const fresh = { flash: flashOf(sectors), constants: new MemoryConstants() };
  const newBoot = () => {
    for (let sector = 0; sector < sectors; sector++) fresh.flash.erase(sector);
    return () => boot(crypto, fresh);
  };
  return [
    taskOf(host, "boot to ready, an empty journal", newBoot),
    taskOf(host, `boot to ready, ${2 * OPENINGS} records`, () => () => boot(crypto, used)),
    ...measureHandshake(crypto, host),
  ];
}

interface Part {
  readonly flash: Flash;
  readonly constants: MemoryConstants;
}

function boot(crypto: Crypto, { flash, constants }: Part): Lock {
  const pin = { write: () => {} };
  const [on, off] = [{ isActive: true }, { isActive: false }];
  const motor = { retract: pin, throw: pin, ends: { thrown: on, retracted: off }, stall: off };
  const bolt = new Motor({ ...motor, inrushMillis: 20, travelMillis: 200, driveMillis: 1_000 });
  const wire = { send: () => {} };
  const platform = {
    ...{ crypto, random: new Stream(1, "boot"), flash, constants, bolt, wire, cameraWire: wire },
    ...{ carrier: { send: () => {}, close: () => {} }, indicator: { signal: () => {} } },
    ...{ battery: { millivolts: 6_000 }, restart: () => {} },
  };
  const options = {
    geometry: STANDARD_GEOMETRY,
    buildTime: seconds(START),
    firmwareVersion: "1.0.0",
    clockPartsPerMillion: 100,
    ...{ isPowerOn: true, resetReason: 1, hasContact: true, canUnlatch: false },
  };
  return Lock.start(platform, options, millis(0));
}

/** Fills the journal as a season of couriers does: an intent and a closing for each of them. */
function fill(crypto: Crypto, { flash, constants }: Part): void {
  const { lockId } = openIdentity(crypto, constants, new Stream(1, "boot"));
  const store = new Store({ crypto, flash, geometry: STANDARD_GEOMETRY, lockId, isPowerOn: true });
  const random = new Stream(1, "season");
  for (let opening = 0; opening < OPENINGS; opening++) {
    const time = { lo: seconds(START + opening * OPENING_SECONDS), width: seconds(60) };
    const [actor, root, link8] = [new Uint8Array(8), new Uint8Array(8), new Uint8Array(8)];
    for (const name of [actor, root, link8]) random.fill(name);
    const spends = [{ link8, used: 1, until: seconds(time.lo + OPENING_SECONDS) }];
    const { seq } = store.append({ kind: "intent", operation: 0, source: "phone", actor, root, spends }, time);
    const closing = { openedAfter: 2, closedAfter: 9, securedAfter: 11, witnesses: 3 };
    store.append({ kind: "closing", intent: seq, outcome: "secured", ...closing }, time);
  }
}

/** Both sides of Noise KK between a lock and its keypad, each alone: the keypad writes the first message, the lock reads it and writes
 *  the second, the keypad reads that. */
function measureHandshake(crypto: Crypto, host: Host): readonly Task[] {
  const [inside, outside] = [identityOf(crypto, 1), identityOf(crypto, 9)];
  const { lockId, agreementKey } = inside;
  const [toLock, toKeypad]: [Bytes[], Bytes[]] = [[], []];
  const view = { isThrown: true, isNight: false, isBatteryLow: false, isAlarm: false };
  const desk = {
    ...{ boards: [enrolledAs(outside, 1)], view },
    ...{ serve: () => "yes" as const, stranger: () => {}, linkChanged: () => {} },
  };
  let now = 0;
  const lockRandom = new Stream(1, "lock");
  const lock = new Boards(
    { crypto, random: lockRandom, identity: inside, wire: { send: (frame) => void toKeypad.push(frame) } },
    desk,
    millis(0),
  );
  const keypadRandom = new Stream(1, "keypad");
  const newLink = () => {
    now += HANDSHAKE_MILLIS;
    toLock.length = 0;
    toKeypad.length = 0;
    const wire = { send: (frame: Bytes) => void toLock.push(frame) };
    const parts = { crypto, random: keypadRandom, wire, role: ROLE_KEYPAD, identity: outside };
    return new BoardLink({ ...parts, lock: { lockId, agreementKey, sequence: 1 } }, millis(now));
  };
  const begin = () => {
    const link = newLink();
    return () => {
      link.tick(millis(now));
      return link;
    };
  };
  const answer = () => {
    begin()();
    return () => lock.received(firstOf(toLock), millis(now));
  };
  const end = () => {
    const link = begin()();
    lock.received(firstOf(toLock), millis(now));
    return () => {
      link.received(firstOf(toKeypad), millis(now));
      assert(link.isUp, "bench: the lock has proven itself");
      return link;
    };
  };
  return [
    taskOf(host, "Noise KK, the lock's side", answer),
    taskOf(host, "Noise KK, the keypad's side: the first message", begin),
    taskOf(host, "Noise KK, the keypad's side: the second message", end),
  ];
}

function firstOf(frames: readonly Bytes[]): Bytes {
  const [frame] = frames;
  assert(frame !== undefined, "bench: a frame was sent");
  return frame;
}

function medianOf(values: readonly number[]): number {
  return [...values].sort((left, right) => left - right)[values.length >> 1];
}
