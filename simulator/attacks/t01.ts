// T01, secrets on the air and on the wire: somebody records every frame that any phone or keypad ever sends or is sent, and
// reads the journal's flash besides.
// Follows docs/protocol.md §3 (everything after the handshake is sealed) and §7 ("Secrets").

import { type Bytes, concat, fromAscii } from "../../firmware/bytes.ts";
import { encodePlain, FRAME_OFFER } from "../../firmware/link/frame.ts";
import { encodeOffer } from "../../firmware/link/introduction.ts";
import { Porch, SECRET, TOTP_SECRET, TWO_HOURS } from "../porch.ts";
import { type Attack, must } from "./attack.ts";
import { holds } from "./watch.ts";

const PIN = "394827";
const WRONG = "394828394828";
/** Between two entries. */
const PAUSE_SECONDS = 6;
/** A start reads every sector. */
const SECTORS = [6, 8, 3] as const;
/** What the lock itself never tells: its keys, and the secret that codes are kept with. */
const KEYS = Object.freeze(["sign", "agree", "codes"]);

/** Fewer bytes stand somewhere by chance. */
const FORM_BYTES_MIN = 4;

/** Digits as they may be written: as text, as numbers, two in a byte. */
function formsOf(digits: string): readonly Bytes[] {
  const numbers = Uint8Array.from(digits, Number);
  const packed = Uint8Array.from(
    { length: digits.length >> 1 },
    (_, index) => 16 * numbers[2 * index] + numbers[2 * index + 1],
  );
  return [fromAscii(digits), numbers, packed].filter(({ length }) => length >= FORM_BYTES_MIN);
}

/** Everything that was sent, and what is left in flash. */
interface Capture {
  readonly wire: Bytes;
  readonly air: Bytes;
  readonly flash: Bytes;
}

/** Searches a capture for one kind of secret. @throws Breach */
function search({ wire, air, flash }: Capture, kind: string, secrets: readonly Bytes[]): void {
  for (const secret of secrets) {
    must(!holds(wire, secret), `no ${kind} on the keypad's wire`);
    must(!holds(air, secret), `no ${kind} on the air`);
    must(!holds(flash, secret), `no ${kind} in the flash`);
  }
}

export const attack: Attack = {
  id: "T01",
  claim: "no frame and no flash holds a code, a PIN, a secret that makes codes, or a key",
  run: (factory) => {
    const desk = factory({ sectors: SECTORS });
    const heard: Bytes[] = [];
    const porch = new Porch(desk);
    const { typist } = porch;
    // From the first message of a session on.
    typist.onFrame = (frame) => void heard.push(frame.slice());
    typist.connect();
    porch.store(1, PIN);
    const credential = { user: 1, type: "totp" as const, value: TOTP_SECRET };
    must(porch.set({ kind: "credential", slot: 2, credential }) === "yes", "an authenticator can be set");
    must(porch.set({ kind: "codeSecret", secret: SECRET }) === "yes", "a secret of codes can be set");
    const typed = [PIN, porch.code(TWO_HOURS), porch.totp()];
    const sizes = new Set<number>();
    for (const digits of [...typed, WRONG]) {
      desk.passTime(PAUSE_SECONDS);
      const before = heard.length;
      must(typist.typeAtOnce(digits) === (digits === WRONG ? "no" : "yes"), "a right code opens, a wrong one does not");
      sizes.add(heard[before]?.length ?? 0);
      if (digits !== WRONG) porch.visit();
    }
    must(sizes.size === 1, "no frame's length tells how many digits were typed");
    // The keypad has forgotten its lock, and is answered in the clear.
    desk.carryWire(encodePlain(FRAME_OFFER, encodeOffer(typist.board)));
    typist.ask({ kind: "bell" });
    const wire = concat(...heard);
    const air = concat(...desk.air.map(({ frame }) => frame));
    const capture: Capture = { wire, air, flash: desk.flash.snapshot() };
    must(holds(wire, wire.slice(-8)) && holds(air, air.slice(-8)), "what is there is found");
    must(holds(capture.flash, typist.board.agreementKey), "what is there is found");
    search(capture, "PIN or code", [...typed, WRONG].flatMap(formsOf));
    search(capture, "secret of codes", [SECRET, TOTP_SECRET]);
    const keys = KEYS.map((name) => desk.constants.read(name) ?? new Uint8Array(0));
    must(
      keys.every(({ length }) => length === 32),
      "the lock has these keys",
    );
    search(capture, "key", [...typist.secrets, ...keys]);
  },
};
