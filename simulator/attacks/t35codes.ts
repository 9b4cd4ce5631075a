// The part of T35 at the keypad: somebody with a code that is good once pulls the plug at the moment that suits him.
// Every word that an entry writes is tried, torn in two ways by turns.
// Follows docs/protocol.md §4, "Write before act", and §7.

import type { Bytes } from "../../firmware/bytes.ts";
import { KIND_ACT } from "../../firmware/grant/body.ts";
import type { Tear } from "../flash.ts";
import { ONCE_24, Porch } from "../porch.ts";
import { Stream } from "../random.ts";
import { type DeskFactory, must } from "./attack.ts";

const SEED = 35;
const LOCK = 1;
const RELOCK_SECONDS = 45;
/** More words than an entry and its drive write. */
const WORDS_MAX = 200;

/** Cuts at every word between the entry and its outcome. @throws Breach */
export function tryCodes(factory: DeskFactory): void {
  const porch = new Porch(factory());
  const code = porch.code(ONCE_24);
  const flash = porch.desk.flash.snapshot();
  let words = 0;
  while (words < WORDS_MAX && tryWord(porch, { code, flash, word: words })) words++;
  must(words > 20 && words < WORDS_MAX, "an entry writes so many words, and no more");
}

/** @returns whether the entry wrote so many words */
function tryWord(porch: Porch, at: { readonly code: string; readonly flash: Bytes; readonly word: number }): boolean {
  const { desk, typist } = porch;
  const { code, flash, word } = at;
  begin(porch, flash);
  const before = desk.rig.retractions;
  const tear: Tear = word % 2 === 0 ? { kind: "prefix" } : { kind: "bits", random: new Stream(SEED, `code ${word}`) };
  desk.passTime(6);
  desk.flash.cutAfterWords(word, tear);
  typist.typeAtOnce(code);
  if (desk.hasPower) desk.passMillis(500);
  if (desk.hasPower) return false;
  desk.reboot();
  const isOpen = desk.rig.retractions > before;
  const isSpent = desk.entries("code").length > 0;
  must(isSpent || !isOpen, "never open by a code that is not spent");
  desk.passTime(RELOCK_SECONDS);
  must(desk.state({ kind: KIND_ACT, operation: LOCK }) === "yes", "the owner tells the time again");
  typist.connect();
  must(typist.type(code) === (isSpent ? "no" : "yes"), "no code opens twice, and none is lost");
  return true;
}

/** Puts everything back to the start, and tells the lock the time. */
function begin({ desk, typist }: Porch, flash: Bytes): void {
  desk.cutPower();
  desk.flash.load(flash);
  desk.rig.turn("thrown");
  desk.reboot();
  must(desk.state({ kind: KIND_ACT, operation: LOCK }) === "yes", "the owner tells the time");
  typist.connect();
}
