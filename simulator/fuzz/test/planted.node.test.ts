// Goal: the malformed messages come far enough to find what they are for, and a find can be repeated by its number.
// Method: the firmware with one defence taken away, by a rewrite of its source at bundling, under the same messages.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { bundle, ROOT } from "../../run/bundle.mjs";
import type { Failure } from "../fuzz.ts";

const SEED = 5;
/** It ends at the first find; the rarest of them takes some 30,000 in the mean, and may take more when the messages change. */
const COUNT = 100_000;
const ENTRY = `import { crypto } from "#crypto";
import { fuzz } from "./simulator/fuzz/fuzz.ts";
export const failure = fuzz(crypto, { seed: ${SEED}, count: ${COUNT} });
export const again = failure && fuzz(crypto, { seed: ${SEED}, count: 1, from: failure.index });`;

const PLANTED: readonly (readonly [name: string, file: string, find: string, replace: string, what: RegExp])[] = [
  [
    "a signature that always holds",
    "firmware/cose/sign1.ts",
    "return crypto.verify(signer.publicKey, signedBytes(message, signer.externalAad), signature);",
    "return signature.length > 0;",
    /the lock went from locked|more than strangers was written/,
  ],
  [
    "a reader that throws another error",
    "firmware/cbor/decode.ts",
    'if (argument < argumentMin) throw new Fault("cbor.canonical");',
    'if (argument < argumentMin) throw new TypeError("cbor.canonical");',
    /threw TypeError|TypeError: cbor.canonical left the lock/,
  ],
  [
    "a Fault that leaves the lock",
    "lock/phone.ts",
    `      if (!(fault instanceof Fault)) throw fault;
      this.#desk.stranger(0, now);`,
    "      throw fault;",
    /left the lock/,
  ],
  [
    "a Fault that leaves the lock over the wire to its keypads",
    "lock/peers.ts",
    `      if (!(fault instanceof Fault)) throw fault;
      this.#desk.stranger(BROKEN_FRAME, now);`,
    "      throw fault;",
    /left the lock/,
  ],
  [
    "a wish that is read out of what makes no sense",
    "lock/boards.ts",
    "      this.#desk.stranger(NO_SENSE, now);\n      return undefined;",
    '      return { kind: "lock", id: new Uint8Array(8) };',
    /the keypad was served|more than strangers was written/,
  ],
  [
    "a session that ends with the first frame that fails",
    "lock/peers.ts",
    "const plaintext = session.cipher.open(frame);",
    `const unopened = session.cipher;
      let plaintext: Bytes;
      try {
        plaintext = unopened.open(frame);
      } catch (fault) {
        unopened.wipe();
        throw fault;
      }`,
    /its keypad was not heard afterwards/,
  ],
  [
    "a heartbeat that is read out of what makes no sense",
    "lock/witness.ts",
    "      this.#desk.stranger(NO_SENSE, now);\n      return undefined;",
    `      const nonce = this.#camera?.state.asked.at(-1)?.nonce ?? plaintext;
      const flags = { isOn: true, canRecord: true, isRecording: true, isCaseOpen: false };
      const numbers = { verdict: 0, alarm: undefined, okMillis: 9_000, ageMillis: 0, visit: 0, power: 1 };
      return { kind: "heartbeat", beat: { nonce, ...flags, ...numbers, powerHash: nonce, head: undefined } };`,
    /the lock went from/,
  ],
  [
    "a guest who is served as an owner by the camera",
    "camera/viewer.ts",
    'request.kind === "watch" || request.kind === "ping" ? RIGHT_VIEW : RIGHT_OWNER;',
    "RIGHT_VIEW;",
    /a guest was answered/,
  ],
  [
    "a Fault that leaves the camera",
    "camera/viewers.ts",
    `      if (!(fault instanceof Fault)) throw fault;
      this.#end((each) => each === connection);`,
    "      throw fault;",
    /left the camera/,
  ],
  [
    "a viewer who is hung up on for a stranger's frame",
    "camera/viewers.ts",
    "      this.#end((each) => each === connection);",
    "      this.#end(() => true);",
    /whoever looks by right saw nothing afterwards/,
  ],
  [
    "an allocation without a bound",
    "firmware/grant/names.ts",
    "const count = reader.readArray(0, namesMax);",
    "const count = reader.readArray(0, 0xffff_ffff);",
    /threw RangeError|steps/,
  ],
];

for (const [name, file, find, replace, what] of PLANTED) {
  test(`finds ${name}`, async () => {
    const folder = join(ROOT, ".build/fuzz");
    mkdirSync(folder, { recursive: true });
    const path = join(folder, `planted-${name.replaceAll(" ", "-")}.mjs`);
    writeFileSync(path, await bundle({ contents: ENTRY }, { engine: "node", rewrites: [{ file, find, replace }] }));
    const { failure, again }: Record<string, Failure | undefined> = await import(pathToFileURL(path).href);
    assert.match(String(failure?.what), what, `seed ${SEED}`);
    assert.equal(again, failure);
  });
}

test.run();
