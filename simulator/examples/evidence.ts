// Examples of what a camera signs: checkpoints of a film, the note beside it, and the records of its power.
// Why: whoever is shown a film in court has a reader of their own.
// Follows docs/protocol.cddl, footage, clip and rail.

import type { Bytes } from "../../firmware/bytes.ts";
import { encodeFootage, type Footage } from "../../firmware/evidence/footage.ts";
import { encodeManifest } from "../../firmware/evidence/manifest.ts";
import { encodeRail } from "../../firmware/evidence/rail.ts";
import { chainSeed, extendChain, rawFrameHash } from "../../firmware/evidence/segment.ts";
import { link8Of } from "../../firmware/grant/chain.ts";
import { seconds } from "../../firmware/platform.ts";
import type { Example } from "../examples.ts";
import { type Cast, NOW, repeated } from "./keys.ts";
import { leavesOf } from "./signed.ts";

const CLIP = repeated(0xc1, 16);
const JPEG = Uint8Array.of(0xff, 0xd8, 0xff, 0xd9);
const VISIT = 41;

/** Gives the examples of a camera's evidence. */
export function evidenceExamples(cast: Cast): readonly Example[] {
  return [...footageExamples(cast), noteExample(cast), ...railExamples(cast)];
}

function footageExamples({ crypto, camera, lockId, ...cast }: Cast): readonly Example[] {
  const { link } = leavesOf({ crypto, camera, lockId, ...cast });
  const seed = chainSeed(crypto, camera.kid, CLIP);
  const hash = rawFrameHash(crypto, { seq: 1_000, ms: 0 }, JPEG);
  const chain = extendChain(crypto, seed, hash);
  const bare: Footage = {
    lockId,
    clip: CLIP,
    number: 0,
    first: 1_000,
    hashes: hash.slice(0, 16),
    ms: 0,
    before: seed,
    chain,
    power: 5,
    isLast: false,
  };
  const next = rawFrameHash(crypto, { seq: 1_002, ms: 200 }, JPEG);
  const hashes = new Uint8Array(32);
  hashes.set(next.subarray(0, 16), 16);
  const full: Footage = {
    ...bare,
    number: 1,
    first: 1_001,
    hashes,
    ms: 200,
    before: chain,
    chain: extendChain(crypto, chain, next),
    isLast: true,
    visit: VISIT,
    grant: link8Of(crypto, link),
    told: { lo: NOW, hi: seconds(NOW + 1), ms: 150 },
    nonce: cast.challenge,
  };
  return [
    { rule: "footage", says: "one frame, number 1000, outside of a visit", bytes: encodeFootage(crypto, camera, bare) },
    {
      rule: "footage",
      says: "the end of a clip of visit 41: frame 1001 was not kept, frame 1002 is the last",
      bytes: encodeFootage(crypto, camera, full),
    },
  ];
}

function noteExample({ crypto, camera, lockId }: Cast): Example {
  const recipients = [2, 3].map((byte): Bytes => crypto.agreementPublicKey(repeated(byte, 32)));
  const file = { hash: repeated(0xf1, 32), size: 5_242_880 };
  const range = { lastCheckpoint: 1, firstFrame: 1_000, lastFrame: 1_002 };
  const bytes = encodeManifest(crypto, camera, { lockId, clip: CLIP, ...file, recipients, ...range });
  return { rule: "clip", says: "the note beside that clip, sealed for the owner and for a key on paper", bytes };
}

function railExamples({ crypto, camera, lockId }: Cast): readonly Example[] {
  const told = [NOW, seconds(NOW + 1)] as const;
  const none = repeated(0, 32);
  const base = { lockId, mode: "visits" } as const;
  const on = encodeRail(crypto, camera, {
    ...base,
    number: 1,
    event: "on",
    frame: 0,
    before: none,
    visit: VISIT,
    told,
  });
  const off = encodeRail(crypto, camera, {
    ...base,
    number: 2,
    event: "off",
    frame: 1_003,
    before: crypto.sha256(on),
    told,
  });
  const lost = encodeRail(crypto, camera, {
    ...base,
    number: 4,
    event: "lost",
    frame: 4_096,
    before: repeated(0x0e, 32),
  });
  return [
    { rule: "rail", says: "the first switch of a camera: on, for visit 41", bytes: on },
    { rule: "rail", says: "off again, after 1,003 frames", bytes: off },
    { rule: "rail", says: "power was lost while it was on, and no lock tells the time yet", bytes: lost },
  ];
}
