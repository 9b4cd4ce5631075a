// T15, downgrade, and plaintext taken for ciphertext (CERT VU#949046, CVE-2023-7009): frames without a tag, other
// handshakes, other versions.
// Follows docs/protocol.md §3: one handshake for phones, and every unsealed frame besides its first is dropped.

import type { Bytes } from "../../firmware/bytes.ts";
import { Writer } from "../../firmware/cbor/encode.ts";
import {
  encodeHandshake,
  FRAME_COMMANDS,
  FRAME_HEADER_BYTES,
  FRAME_NK_1,
  writeHeader,
} from "../../firmware/link/frame.ts";
import { encodeRequest } from "../../firmware/link/message.ts";
import { createHandshake } from "../../firmware/link/noise.ts";
import { type Attack, adopted, must, opens } from "./attack.ts";

/** The bodies of the types that are no handshake: an offer of a board, and its answer. */
const PLAIN_BYTES: ReadonlyMap<number, number> = new Map([
  [9, 71],
  [10, 49],
]);

/** Gives the prologue of another version. docs/protocol.cddl, `prologue-nk`. @param version what stands for "lk1" */
function prologueOf(version: string, lockId: string): Bytes {
  return new Writer().array(4).text(version).uint(4).uint(0).text(lockId).finish();
}

/** Puts a plaintext where the ciphertext stands. */
function unsealed(session: number, plaintext: Uint8Array, n: number): Bytes {
  const header = writeHeader(new Uint8Array(FRAME_HEADER_BYTES), FRAME_COMMANDS, session);
  header[5] = n;
  const frame = new Uint8Array(header.length + plaintext.length);
  frame.set(header);
  frame.set(plaintext, header.length);
  return frame;
}

export const attack: Attack = {
  id: "T15",
  claim: "no frame counts that is not sealed, however short, and no other version or pattern is spoken",
  run: (factory) => {
    const desk = adopted(factory);
    const courier = desk.person("courier");
    const token = desk.grant({ to: courier });
    const line = desk.hostile();
    must(line.shake(), "the lock answers");
    const session = line.connection;
    const request = encodeRequest({ kind: "prove", id: 1, message: line.proof(token, 0) });
    const status = encodeRequest({ kind: "status", id: 1 });
    let answers = 0;
    const isOpen = opens(desk, () => {
      for (const plaintext of [request, status, new Uint8Array(0), new Uint8Array([0x82])]) {
        for (const padding of [0, 1, 15, 16, 17]) {
          const padded = new Uint8Array(plaintext.length + padding);
          padded.set(plaintext);
          if (line.send(unsealed(session, padded, 0)) !== undefined) answers++;
        }
        for (let size = 0; size < 9; size++) if (line.send(plaintext.slice(0, size)) !== undefined) answers++;
      }
    });
    must(!isOpen, "an unsealed proof opens");
    must(answers === 0, "an unsealed frame is answered");

    // Another pattern's first message, and a handshake of another version.
    for (const type of [2, 4, 5, 6, 7, 8, 9, 10]) {
      const frame = new Uint8Array(9 + (PLAIN_BYTES.get(type) ?? 48));
      frame[0] = type;
      must(line.send(frame) === undefined, `a frame of type ${type} is answered`);
    }
    desk.hangUp(line);
    for (const name of ["lk0", "lk2", ""]) {
      desk.passMillis(250);
      const old = desk.hostile();
      const ephemeral = new Uint8Array(32);
      desk.random.fill(ephemeral);
      const handshake = createHandshake(desk.crypto, {
        pattern: "NK",
        isInitiator: true,
        prologue: prologueOf(name, desk.lockId),
        ephemeral,
        remoteStatic: desk.agreementKey,
      });
      const first = encodeHandshake(FRAME_NK_1, 9, handshake.writeMessage(new Uint8Array(0)));
      must(old.send(first) === undefined, `version ${name} is answered`);
      desk.hangUp(old);
    }
    must(desk.open(token) === "yes", "a sealed proof opens");
  },
};
