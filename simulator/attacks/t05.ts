// T05, a rogue lock (Mesh Motion, Sciener): somebody hangs up a lock of their own, or stands between phone and lock.
// Follows docs/protocol.md §3 (the lock proves itself first) and §2.2 (a grant names one lock, a proof one channel).

import type { Bytes } from "../../firmware/bytes.ts";
import { KEY_BYTES } from "../../firmware/crypto/crypto.ts";
import { Fault } from "../../firmware/fault.ts";
import { makeProof } from "../../firmware/grant/issue.ts";
import { bodyOf, encodeHandshake, FRAME_COMMANDS, FRAME_NK_2, sessionOf } from "../../firmware/link/frame.ts";
import { encodeWelcome } from "../../firmware/link/message.ts";
import { createHandshake } from "../../firmware/link/noise.ts";
import { phonePrologue } from "../../firmware/link/prologue.ts";
import { Phone } from "../../owner/phone.ts";
import type { Desk } from "../desk.ts";
import { type Attack, adopted, must, opens } from "./attack.ts";
import { holds } from "./watch.ts";

export const attack: Attack = {
  id: "T05",
  claim: "a phone says nothing to a lock that has not proven its key, and a grant is of no use at another lock",
  run: (factory) => {
    const mine = adopted(factory, { seed: 1 });
    const other = adopted(factory, { seed: 2 });
    const courier = mine.person("courier");
    const token = mine.grant({ to: courier });

    // The rogue has the name of the lock and a radio, but not its key.
    const { crypto, random, agreementKey, lockId } = mine;
    const phone = new Phone({ crypto, random, lockAgreementKey: agreementKey, lockId });
    const rogue = other.hostile();
    must(rogue.send(phone.begin()) === undefined, "another lock cannot answer");
    const noise = new Uint8Array(9 + 48 + 22);
    other.random.fill(noise);
    noise.set([2]);
    phone.receive(noise);
    must(phone.session === undefined, "the phone opens no session with noise");
    const answer = impersonate(mine, phone.begin());
    if (answer !== undefined) phone.receive(answer);
    must(phone.session === undefined, "the phone opens no session with a rogue");

    // The same owner has two locks: a grant for the one, shown at the other, in a session that is in order.
    must(other.state({ kind: 13 }) === "yes", "the other lock is in order");
    const line = other.hostile();
    must(line.shake(), "the other lock answers");
    const here = other.grant({ to: courier, lockId: mine.lockId });
    must(!opens(other, () => line.prove(1, line.proof(here, 0))), "a grant for one lock at another");

    // Somebody between: what the phone signed for their channel, handed on in their own channel to the lock.
    const front = mine.call();
    const { challenge, handshakeHash } = front.session;
    const proof = makeProof({ lockId, challenge, handshakeHash, by: { leaf: token.leaf }, operation: 0 }, courier.sign);
    const between = mine.hostile();
    must(between.shake(), "the lock answers");
    const rebound = makeProof(
      { lockId, challenge: between.challenge, handshakeHash, by: { leaf: token.leaf }, operation: 0 },
      courier.sign,
    );
    must(
      !opens(mine, () => {
        between.prove(1, proof);
        between.prove(2, rebound);
      }),
      "a proof that was signed for another channel",
    );
    const spoken = mine.air.filter(({ frame }) => frame[0] === FRAME_COMMANDS);
    must(
      spoken.every(({ frame }) => !holds(frame, token.leaf.subarray(40, 56))),
      "nobody on the air reads a grant",
    );
  },
};

/** Answers a phone in a lock's name, with all that is public of that lock, and a key of one's own.
 *  @returns undefined where the handshake cannot be gone on with */
function impersonate(lock: Desk, frame: Bytes): Bytes | undefined {
  const { crypto, random, lockId, agreementKey } = lock;
  const [secret, ephemeral, challenge] = [KEY_BYTES, KEY_BYTES, 16].map((size) => {
    const bytes = new Uint8Array(size);
    random.fill(bytes);
    return bytes;
  });
  const handshake = createHandshake(crypto, {
    pattern: "NK",
    isInitiator: false,
    prologue: phonePrologue(lockId),
    ephemeral,
    localStatic: { secret, publicKey: agreementKey },
  });
  try {
    handshake.readMessage(bodyOf(frame));
    const welcome = handshake.writeMessage(encodeWelcome({ challenge, isAdopted: true }));
    return encodeHandshake(FRAME_NK_2, sessionOf(frame), welcome);
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault;
    return undefined;
  }
}
