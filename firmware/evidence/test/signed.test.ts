// Goal: what a camera signs is read in its one form, and nothing else is.
// Method: a checkpoint, a note and a rail record, with everything in them and with as little as possible; each is read back,
// then tried with every bit turned over, a byte short, a byte long, under another key, and as another kind.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { CAMERA, cameraOf, occasionOf } from "../../../camera/test/film.ts";
import type { Bytes } from "../../bytes.ts";
import { flip, lengthen, shorten, throwsFault } from "../../crypto/test/checks.ts";
import { Fault } from "../../fault.ts";
import { seconds } from "../../platform.ts";
import { encodeFootage, type Footage, verifyFootage } from "../footage.ts";
import { type ClipManifest, encodeManifest, verifyManifest } from "../manifest.ts";
import { encodeRail, type RailRecord, verifyRail } from "../rail.ts";

const bytes = (byte: number, size: number) => new Uint8Array(size).fill(byte);
const { lockId, clip, visit, grant } = occasionOf();

const BARE: Footage = {
  lockId,
  clip,
  number: 0,
  first: 0,
  hashes: bytes(3, 16),
  ms: 0,
  before: bytes(4, 32),
  chain: bytes(5, 32),
  power: 0,
  isLast: false,
};
const FULL: Footage = {
  ...BARE,
  number: 7,
  first: 0xffff_ffff - 59,
  hashes: bytes(3, 960),
  ms: 0xffff_ffff,
  power: 9,
  isLast: true,
  visit,
  grant,
  told: { lo: seconds(5), hi: seconds(0xffff_ffff), ms: 3 },
  nonce: bytes(8, 16),
};
const NOTE: ClipManifest = {
  lockId,
  clip,
  hash: bytes(1, 32),
  size: 99,
  recipients: [bytes(2, 32)],
  lastCheckpoint: 0,
  firstFrame: 4,
  lastFrame: 4,
};
const RECORD: RailRecord = { lockId, number: 1, event: "on", frame: 0, before: bytes(0, 32), mode: "visits" };

type Kind = readonly [
  name: string,
  message: Bytes,
  verify: (key: Uint8Array, message: Bytes) => unknown,
  value: unknown,
];
const footage = (value: Footage): Kind => [
  "a checkpoint",
  encodeFootage(crypto, CAMERA, value),
  (key, message) => verifyFootage(crypto, key, message),
  value,
];
const note = (value: ClipManifest): Kind => [
  "a note",
  encodeManifest(crypto, CAMERA, value),
  (key, message) => verifyManifest(crypto, key, message),
  value,
];
const rail = (value: RailRecord): Kind => [
  "a rail record",
  encodeRail(crypto, CAMERA, value),
  (key, message) => verifyRail(crypto, key, message),
  value,
];

const KINDS: readonly Kind[] = [
  footage(BARE),
  footage(FULL),
  note(NOTE),
  note({ ...NOTE, recipients: Array.from({ length: 8 }, (_, index) => bytes(index, 32)), lastFrame: 0xffff_ffff }),
  rail(RECORD),
  rail({ ...RECORD, event: "lost", number: 5, mode: "never", visit, told: [seconds(1), seconds(2)] }),
];

KINDS.forEach(([name, message, verify, value], index) => {
  test(`${name} (${message.length} bytes) is read back as it was written`, () => {
    assert.equal(verify(CAMERA.publicKey, message), value);
    assert.ok(message.length <= 1_600);
  });

  test(`${name} (${message.length} bytes) is refused with any part changed`, () => {
    for (let bit = 0; bit < 8 * message.length; bit += 1 + (bit % 5)) {
      try {
        verify(CAMERA.publicKey, flip(message, bit));
      } catch (error) {
        assert.ok(error instanceof Fault, String(error));
        continue;
      }
      assert.unreachable(`bit ${bit}`);
    }
    for (const change of [shorten, lengthen]) {
      try {
        verify(CAMERA.publicKey, change(message));
        assert.unreachable();
      } catch (error) {
        assert.ok(error instanceof Fault, String(error));
      }
    }
    throwsFault(() => verify(cameraOf(9).publicKey, message), "cose.key");
  });

  test(`${name} (${message.length} bytes) is no other kind`, () => {
    const other = KINDS[(index + 2) % KINDS.length]?.[2];
    throwsFault(() => other?.(CAMERA.publicKey, message), "cose.shape");
  });
});

const SENSELESS: readonly (readonly [name: string, kind: () => Kind])[] = [
  ["a checkpoint whose frames end behind the last number", () => footage({ ...FULL, first: 0xffff_ffff - 58 })],
  [
    "a checkpoint whose time ends before it begins",
    () => footage({ ...FULL, told: { lo: seconds(5), hi: seconds(4), ms: 0 } }),
  ],
  ["a note whose frames end before they begin", () => note({ ...NOTE, firstFrame: 5 })],
  ["a rail record with the number 0", () => rail({ ...RECORD, number: 0 })],
  ["a rail record whose time ends before it begins", () => rail({ ...RECORD, told: [seconds(2), seconds(1)] })],
];
for (const [name, kind] of SENSELESS) {
  test(`refuses ${name}, though it is signed`, () => {
    const [, message, verify] = kind();
    throwsFault(() => verify(CAMERA.publicKey, message), "cose.shape");
  });
}

const NO_NAME = "\u001b[2Jxxxxxxx";
for (const [name, message, verify] of [
  footage({ ...BARE, lockId: NO_NAME }),
  note({ ...NOTE, lockId: NO_NAME }),
  rail({ ...RECORD, lockId: NO_NAME }),
]) {
  test(`refuses ${name} of a lock whose name acts on a screen, though it is signed`, () => {
    throwsFault(() => verify(CAMERA.publicKey, message), "bytes.encoding");
  });
}

test.run();
