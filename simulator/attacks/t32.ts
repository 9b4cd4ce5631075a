// T32, flooding (Master Lock): one minute of connections, handshakes and nonsense, as fast as a radio carries them.
// Follows docs/protocol.md §3: places, rationed handshakes, silence for nonsense.

import { type Attack, adopted, must } from "./attack.ts";

const FLOOD_SECONDS = 60;
const BLOWS_A_SECOND = 50;
/** Eight handshakes at once and four a second over each of two carriers, with two agreements each. */
const AGREEMENTS_MAX = 2 * 2 * (8 + 4 * FLOOD_SECONDS);
const SERVED_MILLIS_MAX = 10_000;
const RECORDS_MAX = 4;

export const attack: Attack = {
  id: "T32",
  claim: "a flood costs a bounded share of the processor and a few records; the owner is served within 10 s of its end",
  run: (factory) => {
    const { crypto } = factory();
    let agreements = 0;
    const counting: typeof crypto = {
      ...crypto,
      agree: (secret, publicKey) => {
        agreements++;
        return crypto.agree(secret, publicKey);
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
