// T01, secrets on the air and on the wire: somebody records every frame that any phone or keypad ever sends or is sent, and
// reads the flash besides.
// Follows docs/protocol.md §3 (everything after the handshake is sealed) and §7 ("Secrets").

import { type Bytes, concat, fromAscii } from "../../firmware/bytes.ts";
import { Porch, SECRET, TOTP_SECRET, TWO_HOURS } from "../porch.ts";
import { type Attack, must } from "./attack.ts";
import { holds } from "./watch.ts";

const PIN = "394827";

export const attack: Attack = {
  id: "T01",
  claim: "no frame and no flash holds a code, a PIN, a secret that makes codes, or a key",
  run: (factory) => {
    const desk = factory();
    const heard: Bytes[] = [];
    const porch = new Porch(desk);
    porch.typist.onFrame = (frame) => void heard.push(frame.slice());
    porch.store(1, PIN);
    const credential = { user: 1, type: "totp" as const, value: TOTP_SECRET };
    must(porch.set({ kind: "credential", slot: 2, credential }) === "yes", "an authenticator can be set");
    const code = porch.code(TWO_HOURS);
    for (const typed of [PIN, code, porch.totp()]) {
      must(porch.typist.type(typed) === "yes", "a right code opens");
      porch.visit();
    }
    const air = concat(...desk.air.map(({ frame }) => frame));
    const wire = concat(...heard);
    const flash = desk.flash.snapshot();
    must(holds(wire, wire.slice(-8)) && air.length > 1_000 && heard.length >= 6, "what is there is found");
    const codes = [PIN, code].map((digits) => fromAscii(digits));
    for (const secret of [...codes, SECRET, TOTP_SECRET, ...porch.typist.secrets]) {
      must(!holds(wire, secret), "no secret on the keypad's wire");
      must(!holds(air, secret), "no secret on the air");
      must(!holds(flash, secret), "no secret in the flash");
    }
    must(new Set(heard.map(({ length }) => length)).size <= 4, "no frame's length tells how many digits were typed");
  },
};
