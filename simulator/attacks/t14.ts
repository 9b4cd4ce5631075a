// T14, short secrets and endless challenges (Sciener CVE-2023-7006): guess on, in one session or in many.
// Follows docs/protocol.md §3: 128 bits, one challenge for a session, three proofs in it, handshakes rationed.

import { type Attack, adopted, must, opens } from "./attack.ts";

const ATTEMPTS = 60;
/** A stranger's session lasts 5 s; three proofs that show a grant cost at most four verifications each. */
const VERIFICATIONS_MAX = 3 * 4;

export const attack: Attack = {
  id: "T14",
  claim: "a challenge is 128 bits, new in every session and dead with it, and a session has three guesses",
  run: (factory) => {
    const { crypto } = factory();
    let verifications = 0;
    const counting: typeof crypto = {
      ...crypto,
      verify: (publicKey, message, signature) => {
        verifications++;
        return crypto.verify(publicKey, message, signature);
      },
    };
    const desk = adopted(factory, { crypto: counting });
    const token = desk.grant({ to: desk.person("courier") });
    const thief = desk.person("thief");
    const seen = new Set<string>();
    for (let count = 0; count < 40; count++) {
      desk.passMillis(250);
      const line = desk.hostile();
      must(line.shake(), "the lock answers");
      must(line.challenge.length === 16, "a challenge has 128 bits");
      seen.add(line.challenge.join());
      desk.hangUp(line);
    }
    must(seen.size === 40, "no challenge comes twice");

    desk.passTime(5);
    const line = desk.hostile();
    must(line.shake(), "the lock answers");
    verifications = 0;
    must(
      !opens(desk, () => {
        for (let id = 1; id <= ATTEMPTS; id++) line.prove(id, line.proof(token, 0, thief));
      }),
      "a guess opens",
    );
    must(verifications <= VERIFICATIONS_MAX, "a session has three guesses");
    verifications = 0;
    for (let count = 0; count < ATTEMPTS; count++) line.prove(1_000 + count, line.proof(token, 0));
    must(verifications === 0, "a session that has guessed is over");

    // The same as statements, which cost a signature each too.
    desk.hangUp(line);
    desk.passTime(5);
    const caller = desk.call();
    verifications = 0;
    const by = { ...desk.owner, sign: thief.sign };
    for (let count = 0; count < ATTEMPTS; count++) caller.state({ kind: 8, operation: 0 }, { by });
    must(verifications <= VERIFICATIONS_MAX, "a session has three false statements");
  },
};
