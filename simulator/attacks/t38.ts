// T38, whoever looks over a shoulder, dusts the keys, or stands behind somebody with a knife: decoys, duress, and digits
// that stay nowhere.
// Follows docs/protocol.md §7 (decoys, forced users), §3.2, "Sizes tell nothing".

import { type Bytes, concat, fromAscii } from "../../firmware/bytes.ts";
import { KIND_SET_CLOCK } from "../../firmware/grant/body.ts";
import { Porch, TWO_HOURS } from "../porch.ts";
import { type Attack, type DeskFactory, must } from "./attack.ts";
import { holds, watched } from "./watch.ts";

const PIN = "630482";
const DURESS = "915276";
const DIGITS_MAX = 20;
/** A drive, the relock timer, and another drive. */
const VISIT_SECONDS = 45;
const LOCK_SIZE = [3, 4, 3] as const;

/** What somebody at the door can see, hear, weigh or count of an entry. */
interface Seen {
  readonly answer: string;
  readonly words: number;
  readonly drives: string;
  readonly signals: string;
  readonly frames: string;
}

function tryDecoys(porch: Porch): void {
  const code = porch.code(TWO_HOURS);
  for (const right of [PIN, code]) {
    for (const size of [right.length, right.length + 1, DIGITS_MAX]) {
      const entry = `99887766554433221100${right}`.slice(-size);
      must(porch.typist.type(entry) === "yes", "decoys stand before a code");
      porch.visit();
    }
    const middle = right.length >> 1;
    for (const wrong of [
      `${right}7`,
      `7${right}7`,
      `${right.slice(0, middle)}7${right.slice(middle)}`,
      right.slice(1),
    ]) {
      must(porch.typist.type(wrong) === "no", "and nowhere else");
    }
  }
}

/** Opens with a PIN from one and the same start. @returns what is seen, and what owners are told */
function open(porch: Porch, flash: Bytes, pin: string): { readonly seen: Seen; readonly events: readonly string[] } {
  const { desk, typist } = porch;
  desk.cutPower();
  desk.flash.load(flash);
  desk.rig.turn("thrown");
  desk.reboot();
  must(desk.state({ kind: KIND_SET_CLOCK, isBackwards: false }) === "yes", "the owner tells the time");
  typist.connect();
  desk.passMillis(6_000);
  const owner = desk.ownerSession();
  const { drives, signals } = desk.rig;
  const [words, began, drove, signalled] = [desk.flash.words, desk.elapsed, drives.length, signals.length];
  const frames: number[] = [];
  typist.onFrame = (frame) => void frames.push(frame.length);
  const answer = typist.typeAtOnce(pin);
  desk.passMillis(VISIT_SECONDS * 1_000);
  typist.onFrame = () => {};
  owner.leave();
  const seen = {
    answer,
    words: desk.flash.words - words,
    drives: drives
      .slice(drove)
      .map(({ drive, at }) => `${drive} ${at - began}`)
      .join(),
    signals: signals.slice(signalled).join(),
    frames: frames.join(),
  };
  return { seen, events: owner.notices.map(({ event }) => event) };
}

function tryDuress(factory: DeskFactory): void {
  const porch = new Porch(factory({ sectors: LOCK_SIZE }));
  const { desk } = porch;
  porch.store(7, PIN);
  porch.store(8, DURESS, { type: "forced" });
  const flash = desk.flash.snapshot();
  const free = open(porch, flash, PIN);
  must(
    free.seen.answer === "yes" && !free.events.includes("duress"),
    "a free hand opens, and nobody is told of duress",
  );
  const forced = open(porch, flash, DURESS);
  for (const each of ["answer", "words", "drives", "signals", "frames"] as const) {
    must(forced.seen[each] === free.seen[each], `duress looks like any other code by its ${each}`);
  }
  must(forced.events.includes("duress"), "owners are told of duress");
  const uses = desk.entries("code").map(({ use }) => use.by === "user" && use.isDuress);
  must(uses.length === 1 && uses[0], "the record says duress");
  must(desk.entries("alarm").length === 0, "and nothing else does");
}

/** Sets PINs, types them, and looks for their digits in whatever is left. */
function tryDigits(factory: DeskFactory): void {
  const watch = watched(factory().crypto);
  const desk = factory({ crypto: watch.crypto });
  const porch = new Porch(desk);
  const { typist } = porch;
  const wire: Bytes[] = [];
  typist.onFrame = (frame) => void wire.push(frame.slice());
  watch.opened.length = 0;
  porch.store(1, PIN);
  const pin = fromAscii(PIN);
  must(!watch.opened.some((plaintext) => holds(plaintext, pin)), "the lock forgets a PIN that an owner sets");
  watch.opened.length = 0;
  watch.sealed.length = 0;
  const code = porch.code(TWO_HOURS);
  for (const right of [PIN, code]) {
    must(typist.type(right) === "yes", "a right code opens");
    porch.visit();
    must(typist.type(`${right}1`) === "no", "a wrong one does not");
  }
  const owner = desk.ownerSession();
  for (const region of [0, 1, 2] as const) owner.ask({ kind: "fetch", region, from: 0 });
  owner.ask({ kind: "users", from: 1 });
  owner.ask({ kind: "status" });
  owner.leave();
  for (const digits of [PIN, code]) {
    const ascii = fromAscii(digits);
    for (const form of [ascii, ascii.map((digit) => digit - 0x30)]) {
      must(!holds(desk.flash.snapshot(), form), "digits are in no record and no other byte of the flash");
      must(!holds(concat(...wire, ...desk.air.map(({ frame }) => frame)), form), "digits are in no frame");
    }
    const isLeft = (plaintexts: readonly Bytes[]): boolean => plaintexts.some((plaintext) => holds(plaintext, ascii));
    must(!isLeft(watch.sealed) && !isLeft(watch.opened), "digits are wiped at both ends, and in no answer to an owner");
  }
  must(holds(desk.flash.snapshot(), desk.owner.kid), "what is in there is found");
}

export const attack: Attack = {
  id: "T38",
  claim: "decoys hide a code, duress opens like any other and tells owners alone, and digits stay nowhere",
  run: (factory) => {
    const porch = new Porch(factory());
    porch.store(1, PIN);
    tryDecoys(porch);
    tryDuress(factory);
    tryDigits(factory);
  },
};
