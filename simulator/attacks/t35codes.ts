// The part of T35 at the keypad: somebody with a code, a PIN or an authenticator that is good once pulls the plug at the
// moment that suits him.
// Every word that an entry writes is tried, torn in two ways by turns.
// Follows docs/protocol.md §4, "Write before act", and §7.

import type { Bytes } from "../../firmware/bytes.ts";
import { KIND_ACT } from "../../firmware/grant/body.ts";
import type { Tear } from "../flash.ts";
import { ANA, ONCE_24, Porch, TOTP_SECRET } from "../porch.ts";
import { Stream } from "../random.ts";
import { type DeskFactory, must } from "./attack.ts";

const SEED = 35;
/** A start reads every sector. */
const SECTORS = [6, 8, 3] as const;
const LOCK = 1;
/** The record of a charge takes so many words. */
const CHARGE_WORDS = 16;
/** More words than an entry and its drive write. */
const WORDS_MAX = 200;

/** What is good once: a window's code, a user's PIN, a step of an authenticator. */
interface Once {
  readonly name: string;
  /** The entry, where the time is what it is now. */
  entry(porch: Porch): string;
}

const DISPOSABLE = "394827";
/** The slots of two credentials. */
const PIN_SLOT = 1;
const TOTP_SLOT = 2;

const ALL: readonly Once[] = Object.freeze<Once[]>([
  { name: "a code", entry: (porch) => porch.code(ONCE_24) },
  { name: "a disposable user", entry: () => DISPOSABLE },
  { name: "a step of an authenticator", entry: (porch) => porch.totp() },
]);

/** Cuts at every word between the entry and its outcome. @throws Breach */
export function tryCodes(factory: DeskFactory): void {
  const porch = new Porch(factory({ sectors: SECTORS }));
  porch.store(PIN_SLOT, DISPOSABLE, { type: "disposable" });
  must(porch.set({ kind: "user", index: TOTP_SLOT, isNew: true, setting: ANA }) === "yes", "a user can be set");
  const credential = { user: TOTP_SLOT, type: "totp" as const, value: TOTP_SECRET };
  must(porch.set({ kind: "credential", slot: TOTP_SLOT, credential }) === "yes", "an authenticator can be set");
  const flash = porch.desk.flash.snapshot();
  for (const [index, once] of ALL.entries()) tryAll(porch, { once, flash, isWhole: index === 0 });
}

/** Tries one way to be good once. @param of.isWhole false: the words that are the same for every entry, before its record and
 *  after the bolt was told, are left to another */
function tryAll(porch: Porch, of: { readonly once: Once; readonly flash: Bytes; readonly isWhole: boolean }): void {
  const { once, flash, isWhole } = of;
  let word = isWhole ? 0 : CHARGE_WORDS;
  let outcome = tryWord(porch, { once, flash, word });
  while (word < WORDS_MAX && outcome !== "uncut" && (isWhole || outcome !== "open")) {
    outcome = tryWord(porch, { once, flash, word: ++word });
  }
  must(word > CHARGE_WORDS + 4 && word < WORDS_MAX, "an entry writes so many words, and no more");
}

/** @returns whether the bolt had been told to open before the cut, or that the entry wrote fewer words */
function tryWord(
  porch: Porch,
  at: { readonly once: Once; readonly flash: Bytes; readonly word: number },
): "open" | "shut" | "uncut" {
  const { desk, typist } = porch;
  const { once, flash, word } = at;
  begin(porch, flash);
  const before = desk.rig.retractions;
  const tear: Tear = word % 2 === 0 ? { kind: "prefix" } : { kind: "bits", random: new Stream(SEED, `code ${word}`) };
  desk.passTime(6);
  const entry = once.entry(porch);
  desk.flash.cutAfterWords(word, tear);
  typist.typeAtOnce(entry);
  if (desk.hasPower) desk.passMillis(500);
  if (desk.hasPower) return "uncut";
  desk.reboot();
  const isOpen = desk.rig.retractions > before;
  const isSpent = desk.entries("code").length > 0;
  must(isSpent || !isOpen, `never open by ${once.name} that is not spent`);
  must(desk.state({ kind: KIND_ACT, operation: LOCK }) === "yes", "the owner tells the time again");
  typist.connect();
  // No more time passes here than an authenticator's code lives for.
  must(typist.type(entry) === (isSpent ? "no" : "yes"), `${once.name} opens once, and is not lost`);
  return isOpen ? "open" : "shut";
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
