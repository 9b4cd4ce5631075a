// Holds the transport to its rules on a bad carrier: what is accepted, in which order, how often, and what a refusal
// leaves behind. A plain set of numbers stands beside the replay window as its reference.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { type Bytes, concat, toHex } from "../../bytes.ts";
import { ascending, flip, lengthen, Seeded, shorten, throwsFault } from "../../crypto/test/checks.ts";
import { CIPHER_BOUND, type Cipher, type CipherOptions, createCipher, REPLAY_WINDOW } from "../cipher.ts";
import { numberOf, sessionOf } from "../frame.ts";

const SESSION = 0x89abcdef;
const SEED = 424242;
const MESSAGE = ascending(1, 40);
const MODES = ["commands", "stream"] as const;

function start(mode: CipherOptions["mode"], change: Partial<CipherOptions> = {}): readonly [Cipher, Cipher] {
  const [forth, back] = [ascending(10, 32), ascending(60, 32)];
  const common = { session: SESSION, mode, ...change };
  return [
    createCipher(crypto, { ...common, keys: { sendKey: forth, receiveKey: back } }),
    createCipher(crypto, { ...common, keys: { sendKey: back.slice(), receiveKey: forth.slice() } }),
  ];
}

/** A frame that says n, sealed rightly under the key of `start`: what only the other side could have made. */
function frameOf(type: number, n: number, plaintext: Uint8Array = MESSAGE): Bytes {
  const header = Uint8Array.of(type, 0xef, 0xcd, 0xab, 0x89, n, n >>> 8, n >>> 16, n >>> 24);
  const nonce = concat(new Uint8Array(4), header.subarray(5), new Uint8Array(4));
  return concat(header, crypto.seal(ascending(10, 32), nonce, header, plaintext));
}

for (const mode of MODES) {
  const type = mode === "commands" ? 3 : 6;

  test(`${mode}: carries messages both ways, n counting from 0`, () => {
    const [left, right] = start(mode);
    for (let n = 0; n < 20; n++) {
      for (const [from, to] of [
        [left, right],
        [right, left],
      ]) {
        const message = ascending(n, n * 7);
        const frame = from.seal(message);
        assert.is(frame[0], type);
        assert.is(sessionOf(frame), SESSION);
        assert.is(numberOf(frame), n);
        assert.equal(to.open(frame), message);
      }
    }
  });

  test(`${mode}: seals by Noise's nonce, with the header as additional data`, () => {
    const [left] = start(mode);
    for (let n = 0; n < 300; n++) assert.is(toHex(left.seal(MESSAGE)), toHex(frameOf(type, n)));
  });

  test(`${mode}: carries 0 and 2,400 bytes, and stops on one more`, () => {
    const [left, right] = start(mode);
    for (const size of [0, 1, 2400]) assert.is(right.open(left.seal(new Uint8Array(size))).length, size);
    assert.throws(() => left.seal(new Uint8Array(2401)), /assertion/);
  });

  test(`${mode}: refuses each flipped byte, each cut and each addition, and then takes the good frame`, () => {
    const [left, right] = start(mode);
    right.open(left.seal(MESSAGE));
    const frame = left.seal(MESSAGE);
    let tags = 0;
    for (let index = 0; index < frame.length; index++) {
      const damaged = flip(frame, 8 * index + (index % 8));
      // The type and the session are not ours any more; n may now be seen, or beyond the bound; the rest is the tag's.
      let code = "nothing";
      try {
        right.open(damaged);
      } catch (error) {
        code = error instanceof Error ? error.message : "";
      }
      const expected = index < 5 ? ["link.shape"] : index < 9 ? ["link.tag", "link.order"] : ["link.tag"];
      assert.ok(expected.includes(code), `byte ${index}: ${code}`);
      if (code === "link.tag") tags += 1;
    }
    for (const damaged of [shorten(frame), lengthen(frame)]) {
      throwsFault(() => right.open(damaged), "link.tag");
      tags += 1;
    }
    for (const size of [0, 1, 8, 9, 24]) throwsFault(() => right.open(frame.subarray(0, size)), "link.shape");
    assert.is(right.failures, tags);
    assert.equal(right.open(frame), MESSAGE);
    throwsFault(() => right.open(frame), "link.order", "the good frame twice");
    assert.is(right.failures, tags, "a replay is no forgery");
  });

  test(`${mode}: refuses a frame of another session, of the other type, and its own frame sent back`, () => {
    const [left, right] = start(mode);
    const [other] = start(mode, { session: SESSION + 1 });
    const [otherMode] = start(mode === "commands" ? "stream" : "commands");
    throwsFault(() => right.open(other.seal(MESSAGE)), "link.shape");
    throwsFault(() => right.open(otherMode.seal(MESSAGE)), "link.shape");
    throwsFault(() => left.open(left.seal(MESSAGE)), "link.tag");
    assert.is(right.failures, 0);
  });

  test(`${mode}: ends after its bound of messages sent, and wipes its keys`, () => {
    const [left] = start(mode, { bound: 5 });
    for (let n = 0; n < 5; n++) {
      assert.is(left.isSpent, false);
      left.seal(MESSAGE);
    }
    assert.is(left.isSpent, true);
    throwsFault(() => left.seal(MESSAGE), "link.spent");
    throwsFault(() => left.open(frameOf(type, 0)), "link.spent");
  });

  test(`${mode}: ends after its bound of messages received`, () => {
    const [, right] = start(mode, { bound: 5 });
    right.open(frameOf(type, 0));
    right.open(frameOf(type, 4));
    assert.is(right.isSpent, true);
    throwsFault(() => right.open(frameOf(type, 5)), "link.spent");
    throwsFault(() => right.seal(MESSAGE), "link.spent");
  });

  test(`${mode}: ends after its bound of forgeries, and not one earlier`, () => {
    const [, right] = start(mode, { bound: 5 });
    const forged = flip(frameOf(type, 0), 100);
    for (let count = 0; count < 4; count++) throwsFault(() => right.open(forged), "link.tag");
    assert.equal(right.open(frameOf(type, 0)), MESSAGE);
    throwsFault(() => right.open(flip(frameOf(type, 1), 100)), "link.tag");
    assert.is(right.isSpent, true);
    throwsFault(() => right.open(frameOf(type, 1)), "link.spent");
  });

  test(`${mode}: refuses n from the bound on, and is not ended by it`, () => {
    const [, right] = start(mode);
    for (const n of [CIPHER_BOUND, CIPHER_BOUND + 1, 0x80000000, 0xffffffff]) {
      throwsFault(() => right.open(frameOf(type, n)), "link.order", `n ${n}`);
    }
    assert.is(right.isSpent, false);
    assert.equal(right.open(frameOf(type, 0)), MESSAGE);
    assert.equal(right.open(frameOf(type, CIPHER_BOUND - 1)), MESSAGE);
    assert.is(right.isSpent, true);
  });

  test(`${mode}: wipes the keys that it was given, once or twice`, () => {
    const keys = { sendKey: ascending(0, 32), receiveKey: ascending(0, 32) };
    const cipher = createCipher(crypto, { session: SESSION, keys, mode });
    cipher.wipe();
    cipher.wipe();
    assert.is(toHex(keys.sendKey) + toHex(keys.receiveKey), "00".repeat(64));
    assert.is(cipher.isSpent, true);
    throwsFault(() => cipher.seal(MESSAGE), "link.spent");
  });

  test(`${mode}: on a carrier that loses, doubles, reorders and damages, accepts what its rule says and no more`, () => {
    for (let seed = SEED; seed < SEED + 10; seed++) soak(mode, seed);
  });
}

/** Sends 300 frames over a bad carrier, and compares each answer with a set of the numbers accepted so far. */
function soak(mode: CipherOptions["mode"], seed: number): void {
  const source = new Seeded(seed);
  const [left, right] = start(mode);
  const air: Bytes[] = [];
  const accepted = new Set<number>();
  let highest = -1;
  let failures = 0;
  const deliver = (frame: Bytes): void => {
    const n = numberOf(frame);
    const isLate = n <= highest && (mode === "commands" || n + REPLAY_WINDOW <= highest || accepted.has(n));
    const claim = `seed ${seed}, n ${n}, highest ${highest}`;
    if (source.below(5) === 0) {
      throwsFault(() => right.open(flip(frame, 72 + source.below(100))), isLate ? "link.order" : "link.tag", claim);
      if (!isLate) failures += 1;
    }
    if (isLate) {
      throwsFault(() => right.open(frame), "link.order", claim);
    } else {
      assert.equal(right.open(frame), ascending(n, 20), claim);
      accepted.add(n);
      highest = Math.max(highest, n);
    }
  };
  for (let n = 0; n < 300; n++) {
    const frame = left.seal(ascending(n, 20));
    const copies = source.below(4) === 0 ? 0 : 1 + source.below(2);
    for (let copy = 0; copy < copies; copy++) air.push(frame);
    const lag = source.below(10) === 0 ? 120 : 6;
    while (air.length > lag) deliver(air.splice(source.below(air.length), 1)[0]);
  }
  while (air.length > 0) deliver(air.splice(source.below(air.length), 1)[0]);
  assert.is(right.failures, failures, `seed ${seed}`);
}

test("commands: accepts a gap, and nothing from before it", () => {
  const [, right] = start("commands");
  right.open(frameOf(3, 7));
  for (let n = 0; n <= 7; n++) throwsFault(() => right.open(frameOf(3, n)), "link.order", `n ${n}`);
  assert.equal(right.open(frameOf(3, 8)), MESSAGE);
});

for (const newest of [63, 64, 65, 127, 128, 1000]) {
  test(`stream: behind n = ${newest} accepts 63 late messages once each, and none older`, () => {
    const [, right] = start("stream");
    right.open(frameOf(6, newest));
    for (let n = Math.max(0, newest - 70); n < newest; n++) {
      if (n + REPLAY_WINDOW <= newest) throwsFault(() => right.open(frameOf(6, n)), "link.order", `n ${n}`);
      else assert.equal(right.open(frameOf(6, n)), MESSAGE, `n ${n}`);
    }
    for (let n = Math.max(0, newest - 70); n <= newest; n++) {
      throwsFault(() => right.open(frameOf(6, n)), "link.order", `n ${n} again`);
    }
  });
}

test("stream: a forged n far ahead does not move the window", () => {
  const [, right] = start("stream");
  right.open(frameOf(6, 10));
  const forged = frameOf(6, 10);
  forged[6] = 0x40;
  throwsFault(() => right.open(forged), "link.tag");
  assert.equal(right.open(frameOf(6, 9)), MESSAGE);
});

test("refuses keys of wrong sizes, and stops on a wrong bound", () => {
  const good = ascending(0, 32);
  for (const change of [shorten, lengthen]) {
    for (const keys of [
      { sendKey: change(good), receiveKey: good },
      { sendKey: good, receiveKey: change(good) },
    ]) {
      throwsFault(() => createCipher(crypto, { session: SESSION, keys, mode: "commands" }), "crypto.size");
    }
  }
  for (const bound of [0, -1, 1.5, CIPHER_BOUND + 1]) {
    assert.throws(() => start("commands", { bound }), /assertion/);
  }
});

test.run();
