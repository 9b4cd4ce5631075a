// T04, fuzzed open (Okidokey opened when one byte was off): a good proof with every byte of it wrong in turn.
// Follows docs/protocol.md §2.2: shape, then signatures, over every byte.

import { encodeRequest } from "../../firmware/link/message.ts";
import { type Attack, adopted, must, opens } from "./attack.ts";

const PROOFS_MAX = 3;

export const attack: Attack = {
  id: "T04",
  claim: "a proof with any byte wrong, missing or added leaves the bolt as it was; the whole one opens",
  run: (factory) => {
    const desk = adopted(factory);
    const token = desk.grant({ to: desk.person("courier"), uses: 5 });
    let phone = desk.hostile();
    let proofs = PROOFS_MAX;
    const retractions = desk.rig.retractions;
    const fresh = () => {
      desk.hangUp(phone);
      // A handshake and three proofs, which count as one each.
      desk.passTime(1);
      phone = desk.hostile();
      must(phone.shake(), "the lock answers a handshake");
      proofs = 0;
    };
    const harm = (change: (proof: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>) => {
      if (proofs >= PROOFS_MAX) fresh();
      proofs++;
      const { kind } = phone.prove(proofs, change(phone.proof(token, 0))) ?? { kind: "silence" };
      must(kind === "no", "a harmed proof is refused");
    };
    fresh();
    const size = phone.proof(token, 0).length;
    for (let byte = 0; byte < size; byte++) {
      harm((proof) => {
        proof[byte] ^= 1 << (byte % 8);
        return proof;
      });
    }
    harm((proof) => proof.slice(0, -1));
    harm((proof) => proof.slice(1));
    harm((proof) => new Uint8Array([...proof, 0]));
    must(desk.rig.retractions === retractions, "the bolt is as it was");
    must(desk.entries("intent").length === 0, "nothing was spent");

    fresh();
    const frame = phone.seal(encodeRequest({ kind: "prove", id: 1, message: phone.proof(token, 0) }));
    for (let byte = 0; byte < frame.length; byte++) {
      const harmed = frame.slice();
      harmed[byte] ^= 0x10;
      must(phone.send(harmed) === undefined, "a harmed frame is dropped");
    }
    must(
      opens(desk, () => phone.send(frame)),
      "the whole one opens",
    );
  },
};
