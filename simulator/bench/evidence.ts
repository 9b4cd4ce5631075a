// Counts what a camera's evidence costs on the chip's instruction set.
// Why: ten times a second a frame is hashed and once a second a checkpoint is signed, beside all else that a camera does.
// Runs on XS only, where the host counts.

import { AgeWriter, CHUNK_BYTES } from "../../camera/age.ts";
import { Evidence, type Signer } from "../../camera/evidence.ts";
import { Ring } from "../../camera/ring.ts";
import type { Crypto } from "../../firmware/crypto/crypto.ts";
import { verifyFootage } from "../../firmware/evidence/footage.ts";
import { extendChain, rawFrameHash, readSegment } from "../../firmware/evidence/segment.ts";
import { type Host, instructionsOf, instructionsOnce } from "./host.ts";

/** A frame of 640x480, as a camera's own encoder gives it. */
const FRAME_BYTES = 25_000;
const FRAMES = 10;

/** Gives rows of name and instructions. */
export function measureEvidence(crypto: Crypto, host: Host): (readonly [string, number])[] {
  const seed = new Uint8Array(32).fill(7);
  const signer: Signer = { seed, publicKey: crypto.signingPublicKey(seed) };
  const jpeg = new Uint8Array(FRAME_BYTES).fill(0x55);
  jpeg.set([0xff, 0xd8]);
  const evidence = new Evidence(crypto, signer, { lockId: "Ip1fiNKMHIM", clip: new Uint8Array(16), visit: 41 });
  const take = (place: number) => evidence.take({ seq: place, ms: 100 * place, jpeg }, { power: 1 });
  for (let place = 0; place < FRAMES - 1; place++) take(place);
  const chained = instructionsOnce(host, () => take(FRAMES - 1));
  let start = new Uint8Array(0);
  const signed = instructionsOnce(host, () => {
    start = take(FRAMES);
  });
  const message = readSegment(start)?.checkpoint?.slice();
  const hash = rawFrameHash(crypto, { seq: 0, ms: 0 }, jpeg);
  const ring = new Ring(10 * FRAME_BYTES, 16);
  const recipients = [crypto.agreementPublicKey(seed)];
  const random = { fill: (target: Uint8Array) => void target.fill(3) };
  const sink = { append: () => undefined, flush: () => undefined };
  const age = new AgeWriter(crypto, random, { recipients, sink });
  const chunk = new Uint8Array(CHUNK_BYTES);
  age.append(chunk);
  return [
    ["a frame of 25,000 bytes into the chain", chained],
    ["  its SHA-256 in it", instructionsOf(host, () => rawFrameHash(crypto, { seq: 0, ms: 0 }, jpeg))],
    ["  the chain's own step", instructionsOf(host, () => extendChain(crypto, hash, hash))],
    ["a checkpoint of ten frames, signed, beside its frame", signed - chained],
    [
      "  verified",
      message === undefined ? 0 : instructionsOf(host, () => verifyFootage(crypto, signer.publicKey, message)),
    ],
    ["a frame of 25,000 bytes into the ring", instructionsOf(host, () => ring.push({ seq: 1, ms: 1, jpeg }))],
    ["64 KiB of a clip encrypted with age", instructionsOf(host, () => age.append(chunk))],
  ];
}
