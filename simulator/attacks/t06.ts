// T06, shared and derivable keys (KeyWe and Tapplock from the MAC, Chirp in the app): two units of one image, and whatever
// can be computed from what they tell.
// Follows lock/identity.ts: keys are drawn on the board.

import { fromAscii } from "../../firmware/bytes.ts";
import type { Desk } from "../desk.ts";
import { type Attack, adopted, must, opens } from "./attack.ts";

function isEqual(left: Uint8Array, right: Uint8Array): boolean {
  return left.join() === right.join();
}

/** Secrets that an attacker would guess from an image or a label. */
function guesses(desk: Desk): readonly Uint8Array[] {
  const { crypto, lockId, agreementKey, signingKey } = desk;
  const told = [fromAscii(lockId), agreementKey, signingKey, new Uint8Array(0), fromAscii("latchkey")];
  const constant = [0, 1, 7, 0xff].map((byte) => new Uint8Array(32).fill(byte));
  return [...constant, agreementKey, signingKey, ...told.map((text) => crypto.sha256(text))];
}

export const attack: Attack = {
  id: "T06",
  claim: "no two units share a key, and no key is a constant or follows from what a unit tells",
  run: (factory) => {
    const units = [1, 2, 3].map((seed) => adopted(factory, { seed }));
    const [mine, other] = units;
    for (const unit of units) {
      const { crypto } = unit;
      must(
        !isEqual(unit.agreementKey, crypto.agreementPublicKey(unit.constants.read("sign") ?? unit.signingKey)),
        "one key for two purposes",
      );
      for (const guess of guesses(unit)) {
        must(!isEqual(crypto.signingPublicKey(guess), unit.signingKey), "the signing key can be guessed");
        must(!isEqual(crypto.agreementPublicKey(guess), unit.agreementKey), "the agreement key can be guessed");
      }
      for (const stranger of units) {
        if (stranger === unit) continue;
        must(stranger.lockId !== unit.lockId, "two units have one name");
        must(!isEqual(stranger.signingKey, unit.signingKey), "two units share a signing key");
        must(!isEqual(stranger.agreementKey, unit.agreementKey), "two units share an agreement key");
      }
    }
    const token = other.grant({ to: other.person("courier") });
    must(!opens(mine, () => mine.open(token)), "one unit's grant at another");
  },
};
