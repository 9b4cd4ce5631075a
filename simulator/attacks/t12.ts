// T12, guessing: a burglar with a machine at the keypad, and strangers on the air and on the wire who would guess too.
// Each search of a table is seen where it is made (watch.ts), so that what was compared is counted and not believed.
// Follows docs/protocol.md §7, "The budget of guesses", and §3.2 (only an enrolled keypad is answered).

import { type Bytes, concat, fromAscii } from "../../firmware/bytes.ts";
import { MAC_BYTES } from "../../firmware/codes/pin.ts";
import { OPERATION_OWN } from "../../firmware/grant/holder.ts";
import { encodeCommand } from "../../firmware/link/command.ts";
import { FRAME_HEADER_BYTES, FRAME_MEDIA } from "../../firmware/link/frame.ts";
import { TAG_BYTES } from "../../lock/codes/windows.ts";
import type { Person, Token } from "../caller.ts";
import { HOUR, Porch, TOTP_SECRET, TWO_HOURS } from "../porch.ts";
import { Typist } from "../typist.ts";
import { type Attack, type DeskFactory, must, opens } from "./attack.ts";
import { type Search, type Watch, watched } from "./watch.ts";

const PINS = Object.freeze(["394827", "705183", "482915", "583017", "274019"]);
/** What a burst may hit with, and what an hour earns of a year's half a per cent. */
const BURST_MAX = 1e-4;
const HOUR_MAX = 0.005 / 8_766;
/** Of one owner key while the clock is within one hour: twice the hours in which each class may have begun. */
const WINDOW_LIVES = 662;
const ENTRIES_MAX = 400;
const LOCK = 1;
/** A burglar's numbers: none is a code of this lock. */
const WRONG_PIN = "000001";
const WRONG_CODE = "5555000001";

/** A lock with five PINs, which tells what it compares. */
function besieged(factory: DeskFactory): { readonly porch: Porch; readonly watch: Watch } {
  const watch = watched(factory().crypto);
  const porch = new Porch(factory({ crypto: watch.crypto }));
  for (const [index, pin] of PINS.entries()) porch.store(index + 1, pin);
  return { porch, watch };
}

/** The chance that the entries behind some searches hit, each code as good as any other of its length. */
function chanceOf(searches: readonly Search[]): number {
  return searches.reduce((sum, { entries, width }) => {
    if (width === MAC_BYTES) return sum + entries / 1e6;
    return width === TAG_BYTES ? sum + WINDOW_LIVES / 1e10 : sum;
  }, 0);
}

/** Types one number until it is not compared any more. @returns how often it was */
function exhaust(porch: Porch, digits: string): number {
  let tested = 0;
  while (tested < ENTRIES_MAX && porch.typist.type(digits) === "no") tested++;
  return tested;
}

/** All guesses at once, six digits first and then ten: together no more than the capacity, and in an hour no more than it earns. */
function tryBurst({ porch, watch }: ReturnType<typeof besieged>): void {
  const { desk, typist } = porch;
  watch.searches.length = 0;
  const began = desk.elapsed;
  must(exhaust(porch, WRONG_PIN) > 0, "six digits are compared at first");
  must(typist.type(PINS[0]) === "paused", "a pause answers the right code as well as wrong ones");
  must(exhaust(porch, WRONG_CODE) > 0, "ten digits go on for a while");
  const earned = (chance: number, since: number): number => chance + ((desk.elapsed - since) / 3_600_000) * HOUR_MAX;
  must(chanceOf(watch.searches) <= earned(BURST_MAX, began), "a burst hits with no more than the capacity");
  watch.searches.length = 0;
  must(typist.type(porch.code(TWO_HOURS)) === "paused", "a pause answers the right long code as well as wrong ones");
  must(watch.searches.length === 0, "what is paused is not compared");
  const paused = desk.elapsed;
  while (desk.elapsed - paused < HOUR * 1_000) {
    typist.type(WRONG_CODE);
    desk.passTime(60);
  }
  const chance = chanceOf(watch.searches);
  must(chance > 0 && chance <= earned(WINDOW_LIVES / 1e10, paused), "an hour earns its part of half a per cent a year");
}

/** Somebody has a user's authenticator, and guesses the PIN that stands before it. Nothing else is stored or given out. */
function tryOtherHalf(factory: DeskFactory): void {
  const watch = watched(factory().crypto);
  const porch = new Porch(factory({ crypto: watch.crypto }), "UTC0", false);
  porch.store(1, PINS[0], { rule: "dual" });
  const credential = { user: 1, type: "totp" as const, value: TOTP_SECRET };
  must(porch.set({ kind: "credential", slot: 10, credential }) === "yes", "the owner sets an authenticator");
  watch.searches.length = 0;
  let last = "no";
  for (let tries = 0; last === "no" && tries < ENTRIES_MAX; tries++) last = porch.typist.type(`000001${porch.totp()}`);
  must(last === "paused", "guesses at one half end while the other is known");
  must(watch.searches.length > 0, "and some were compared");
  must(chanceOf(watch.searches) <= BURST_MAX * 1.1, "with no more than the capacity, and what comes back meanwhile");
}

/** Everybody but the enrolled keypad says the right code. */
function tryElsewhere({ porch, watch }: ReturnType<typeof besieged>): void {
  const { desk, typist } = porch;
  const id = new Uint8Array(8).fill(1);
  // It names the first frame of a session, which is the newest one of a keypad that has just reported.
  const entry = encodeCommand({ kind: "entry", id, heard: 0, digits: fromAscii(PINS[0]) });
  const rows: readonly (readonly [string, () => void])[] = [
    ["a stranger's session", () => say(porch, entry)],
    ["a guest's session", () => say(porch, entry, { by: desk.grant({ to: desk.person("guest") }), operation: LOCK })],
    ["an owner session", () => say(porch, entry, { by: desk.owner, operation: OPERATION_OWN })],
    ["a phone's radio with the keypad's own keys", () => typeByRadio(porch)],
    ["a foreign keypad", () => void new Typist(desk, "foreign").connect().type(PINS[0])],
    ["a plain frame on the wire", () => sayPlainly(porch, entry)],
  ];
  for (const [where, attempt] of rows) {
    watch.searches.length = 0;
    const before = porch.level;
    must(!opens(desk, attempt), `no code opens from ${where}`);
    must(watch.searches.length === 0 && porch.level >= before, `no guess is spent from ${where}`);
  }
  typist.connect();
  must(typist.type(PINS[0]) === "yes", "the same code opens at the keypad");
}

/** Says in a session what a keypad would. */
function say(
  { desk }: Porch,
  entry: Bytes,
  proven?: { readonly by: Token | Person; readonly operation: number },
): void {
  desk.passTime(1);
  const line = desk.hostile();
  must(line.shake(), "the lock answers");
  if (proven !== undefined) line.prove(1, line.proof(proven.by, proven.operation));
  line.say(entry);
  desk.hangUp(line);
}

/** Whoever has stolen the keypad's keys stands at the radio. */
function typeByRadio({ desk, typist }: Porch): void {
  const line = desk.hostile();
  const { carry } = typist;
  typist.carry = (frame) => void line.send(frame);
  typist.connect();
  typist.type(PINS[0]);
  typist.carry = carry;
  desk.hangUp(line);
}

/** Every type of frame, with the command as it is. */
function sayPlainly({ desk, typist }: Porch, entry: Bytes): void {
  typist.connect();
  for (let type = 0; type <= FRAME_MEDIA + 1; type++) {
    for (const body of [entry, concat(entry, new Uint8Array(16)), concat(entry, new Uint8Array(39))]) {
      desk.carryWire(concat(Uint8Array.of(type), new Uint8Array(FRAME_HEADER_BYTES - 1), body));
    }
  }
}

export const attack: Attack = {
  id: "T12",
  claim: "a burst of guesses hits with one in 10,000 at most, and only an enrolled keypad can guess at all",
  run: (factory) => {
    const house = besieged(factory);
    tryElsewhere(house);
    house.porch.visit();
    tryBurst(house);
    tryOtherHalf(factory);
  },
};
