// Counts what a camera's evidence costs on the chip's instruction set, part by part, and a whole camera's second of filming.
// Why: ten times a second a frame is hashed, once a second a checkpoint is signed and twice the lock is answered, beside all else
// that a camera does.
// Runs on XS only, where the host counts.

import { AgeWriter, CHUNK_BYTES } from "../../camera/age.ts";
import { Evidence, type Signer } from "../../camera/evidence.ts";
import { LUMA_BYTES } from "../../camera/luma.ts";
import { Ring } from "../../camera/ring.ts";
import type { Bytes } from "../../firmware/bytes.ts";
import type { Crypto } from "../../firmware/crypto/crypto.ts";
import { verifyFootage } from "../../firmware/evidence/footage.ts";
import { extendChain, rawFrameHash, readSegment } from "../../firmware/evidence/segment.ts";
import { assert } from "../../firmware/fault.ts";
import { ASK_MILLIS, Lookout } from "../lookout.ts";
import { Sensor } from "../sensor/sensor.ts";
import { type Host, instructionsOf, instructionsOnce } from "./host.ts";

/** A frame of 640x480, as a camera's own encoder gives it. */
const FRAME_BYTES = 25_000;
const FRAMES = 10;
const FRAME_MILLIS = 100;
/** How many heartbeats are measured; the median counts. */
const BEATS = 5;

/** Name, instructions, and the name of its bar in run/bench.mjs, where it has one. */
export type EvidenceRow = readonly [name: string, instructions: number, bar?: string];

/** Measures all of it. */
export function measureEvidence(crypto: Crypto, host: Host): readonly EvidenceRow[] {
  return [...measureChain(crypto, host), ...measureStorage(crypto, host), ...measureCamera(crypto, host)];
}

function measureChain(crypto: Crypto, host: Host): readonly EvidenceRow[] {
  const seed = new Uint8Array(32).fill(7);
  const signer: Signer = { seed, publicKey: crypto.signingPublicKey(seed) };
  const jpeg = blank();
  const evidence = new Evidence(crypto, signer, { lockId: "Ip1fiNKMHIM", clip: new Uint8Array(16), visit: 41 });
  const take = (place: number) => evidence.take({ seq: place, ms: FRAME_MILLIS * place, jpeg }, { power: 1 });
  for (let place = 0; place < FRAMES - 1; place++) take(place);
  const chained = instructionsOnce(host, () => take(FRAMES - 1));
  let start = new Uint8Array(0);
  const signed = instructionsOnce(host, () => {
    start = take(FRAMES);
  });
  const message = readSegment(start)?.checkpoint?.slice();
  assert(message !== undefined, "the eleventh frame carries a checkpoint");
  const hash = rawFrameHash(crypto, { seq: 0, ms: 0 }, jpeg);
  return [
    ["a frame of 25,000 bytes into the chain", chained, "chainInstructions"],
    ["  its SHA-256 in it", instructionsOf(host, () => rawFrameHash(crypto, { seq: 0, ms: 0 }, jpeg))],
    ["  the chain's own step", instructionsOf(host, () => extendChain(crypto, hash, hash))],
    ["a checkpoint of ten frames, signed, beside its frame", signed - chained, "checkpointInstructions"],
    ["  verified", instructionsOf(host, () => verifyFootage(crypto, signer.publicKey, message))],
  ];
}

/** Gives what takes a frame that carries a checkpoint of the ten before it: first a call that takes those, then the one that counts. */
export function checkpointOf(crypto: Crypto): () => () => undefined {
  const seed = new Uint8Array(32).fill(7);
  const signer: Signer = { seed, publicKey: crypto.signingPublicKey(seed) };
  const jpeg = blank();
  const evidence = new Evidence(crypto, signer, { lockId: "Ip1fiNKMHIM", clip: new Uint8Array(16), visit: 41 });
  let place = 0;
  let signed: Bytes | undefined;
  const take = () => evidence.take({ seq: place, ms: FRAME_MILLIS * place++, jpeg }, { power: 1 });
  return () => {
    const isSigned = signed === undefined || readSegment(signed)?.checkpoint !== undefined;
    assert(isSigned, "bench: a tenth frame carries a checkpoint");
    do take();
    while (place % FRAMES !== 0);
    return () => {
      signed = take();
      return undefined;
    };
  };
}

function measureStorage(crypto: Crypto, host: Host): readonly EvidenceRow[] {
  const jpeg = blank();
  const ring = new Ring(10 * FRAME_BYTES, 16);
  const recipients = [crypto.agreementPublicKey(new Uint8Array(32).fill(7))];
  const random = { fill: (target: Uint8Array) => void target.fill(3) };
  const sink = { append: () => undefined, flush: () => undefined };
  const age = new AgeWriter(crypto, random, { recipients, sink });
  const chunk = new Uint8Array(CHUNK_BYTES);
  age.append(chunk);
  return [
    ["a frame of 25,000 bytes into the ring", instructionsOf(host, () => ring.push({ seq: 1, ms: 1, jpeg }))],
    ["64 KiB of a clip encrypted with age", instructionsOf(host, () => age.append(chunk))],
  ];
}

/** A whole camera in a visit: what it answers its lock, and ten frames of 25,000 bytes of which two are judged. What reads them is
 *  native on a board, and costs nothing here. */
function measureCamera(crypto: Crypto, host: Host): readonly EvidenceRow[] {
  const sensor = new Sensor(1);
  const shown = new Uint8Array(LUMA_BYTES);
  sensor.reduce({ people: [], lightPermille: 1_000, noiseTenths: 25 }, shown);
  const reader = { read: (_jpeg: Uint8Array, luma: Uint8Array) => luma.set(shown) };
  const jpeg = blank();
  const options = { width: 640, height: 480, ringBytes: 10 * FRAME_BYTES };
  const lookout = new Lookout({ crypto, reader, scene: jpeg, options }).pair();
  lookout.purpose = "visit";
  let frames = 0;
  const film = (duration: number) => {
    for (let left = duration; left > 0; left -= FRAME_MILLIS) {
      // Each file differs from those before, as of a sensor.
      new DataView(jpeg.buffer).setUint32(4, frames++);
      shown[frames % LUMA_BYTES] ^= 1;
      lookout.step(FRAME_MILLIS, jpeg);
    }
  };
  film(2_000);
  const counts = Array.from({ length: BEATS }, () => {
    film(ASK_MILLIS);
    const ask = lookout.ask();
    return instructionsOnce(host, () => lookout.camera.lockReceived(ask, lookout.now));
  });
  assert(lookout.camera.snapshot.isRecording && lookout.beats > BEATS, "what is measured films, and answers");
  const heartbeat = counts.sort((left, right) => left - right)[BEATS >> 1] as number;
  const second = instructionsOnce(host, () => film(1_000));
  return [
    ["an ask of the lock heeded, the heartbeat made and sealed", heartbeat, "heartbeatInstructions"],
    ["a second of filming, whole: 10 frames of 25,000 bytes, 2 judged, 2 asks", second],
  ];
}

function blank(): Bytes {
  const jpeg = new Uint8Array(FRAME_BYTES).fill(0x55);
  jpeg.set([0xff, 0xd8]);
  return jpeg;
}
