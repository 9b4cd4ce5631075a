// T32, flooding (Master Lock): one minute of connections, handshakes and nonsense, as fast as a radio carries them; and one of proofs
// that show a copied grant of three links, as fast as the lock answers.
// Follows docs/protocol.md §3: places, rationed handshakes that proofs count for, silence for nonsense.

import type { Desk } from "../desk.ts";
import type { Hostile } from "../hostile.ts";
import { type Attack, adopted, must } from "./attack.ts";

const FLOOD_SECONDS = 60;
const BLOWS_A_SECOND = 50;
/** Eight handshakes at once and four a second over each of two carriers; a proof counts as one. */
const TRIES_MAX = 2 * (8 + 4 * FLOOD_SECONDS);
/** Two for each handshake. */
const AGREEMENTS_MAX = 2 * TRIES_MAX;
const PROOFS_MAX = 3;
/** Four for each proof, before three of which a handshake must come; the last three over each carrier are owed. */
const VERIFICATIONS_MAX = 4 * (TRIES_MAX * (PROOFS_MAX / (1 + PROOFS_MAX)) + 2 * PROOFS_MAX);
const SERVED_MILLIS_MAX = 10_000;
const RECORDS_MAX = 4;

/** Proves what it has copied, in one session after the other over both carriers. @returns what goes on with it, at each call */
function thieves(desk: Desk): () => void {
  const root = desk.grant({ to: desk.person("company"), depth: 2 });
  const link = desk.delegate(root, { to: desk.person("depot"), depth: 1 });
  const token = desk.delegate(link, { to: desk.person("courier") });
  const thief = desk.person("thief");
  const lines: (Hostile | undefined)[] = [undefined, undefined];
  return () => {
    for (const [index, transport] of (["ble", "tcp"] as const).entries()) {
      const line = lines[index];
      if (line?.isConnected !== true) {
        lines[index] = desk.hostile(transport);
        if (lines[index]?.isConnected) lines[index]?.shake();
      } else if (line.challenge.length > 0) {
        for (let id = 1; id <= PROOFS_MAX && line.isConnected; id++) line.prove(id, line.proof(token, 0, thief));
        desk.hangUp(line);
      }
    }
  };
}

export const attack: Attack = {
  id: "T32",
  claim: "a flood costs a bounded share of the processor and a few records; the owner is served within 10 s of its end",
  run: (factory) => {
    const { crypto } = factory();
    let agreements = 0;
    let verifications = 0;
    const counting: typeof crypto = {
      ...crypto,
      agree: (secret, publicKey) => {
        agreements++;
        return crypto.agree(secret, publicKey);
      },
      verify: (publicKey, message, signature) => {
        verifications++;
        return crypto.verify(publicKey, message, signature);
      },
    };
    const desk = adopted(factory, { crypto: counting });
    const records = desk.journal().length;
    const good = desk.call();
    good.leave();
    const first = desk.air.filter(({ frame }) => frame[0] === 1).at(-1)?.frame ?? new Uint8Array(57);
    agreements = 0;
    for (let blow = 0; blow < FLOOD_SECONDS * BLOWS_A_SECOND; blow++) {
      const line = desk.hostile(blow % 2 === 0 ? "ble" : "tcp");
      for (let again = 0; again < 3; again++) {
        const frame = first.slice();
        frame[1] = blow;
        frame[2] = blow >> 8;
        frame[3] = again;
        line.send(frame);
      }
      line.send(new Uint8Array(2_500).fill(blow));
      line.send(new Uint8Array(30).fill(3));
      if (blow % 3 === 0) desk.hangUp(line);
      desk.passMillis(1_000 / BLOWS_A_SECOND);
    }
    must(agreements <= AGREEMENTS_MAX, "handshakes are rationed");
    verifications = 0;
    const steal = thieves(desk);
    for (let blow = 0; blow < FLOOD_SECONDS * BLOWS_A_SECOND; blow++) {
      steal();
      desk.passMillis(1_000 / BLOWS_A_SECOND);
    }
    must(verifications <= VERIFICATIONS_MAX, "proofs are rationed");
    must(desk.journal().length - records <= RECORDS_MAX, "a flood does not flush the journal");
    const end = desk.elapsed;
    while (desk.elapsed - end < SERVED_MILLIS_MAX) {
      desk.passMillis(500);
      const owner = desk.dial();
      if (owner.shake() && owner.state({ kind: 8, operation: 0 }) === "yes") break;
      owner.leave();
    }
    desk.passTime(1);
    must(desk.rig.bolt === "retracted" && desk.elapsed - end < SERVED_MILLIS_MAX, "the owner is served in time");
  },
};
