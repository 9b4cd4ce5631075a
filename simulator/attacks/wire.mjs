// The twins of the checks about the keypad's wire: T01, T16, T40, and T35 for codes. See twins.mjs, whose table goes on here.

import { CIPHER, NO_SEALING, rewrite } from "./rewrites.mjs";

const OUTSIDE = "lock/outside.ts";
const KEYPAD = "lock/keypad.ts";
const VAULT = "lock/codes/vault.ts";

/** Rows as in twins.mjs. */
export const WIRE_TWINS = Object.freeze([
  { id: "T01", without: "sealing", at: "no secret on the keypad's wire", rewrites: NO_SEALING },
  {
    id: "T01",
    without: "sealing what phones send",
    at: "no secret on the air",
    rewrites: [
      rewrite(
        CIPHER,
        "const sealed = this.crypto.seal(this.keys.sendKey, this.nonce, this.header, plaintext);",
        `const isLong = plaintext.length > 34;
    const sealed = isLong
      ? new Uint8Array([...plaintext, ...new Uint8Array(16)])
      : this.crypto.seal(this.keys.sendKey, this.nonce, this.header, plaintext);`,
      ),
      rewrite(
        CIPHER,
        "const plaintext = this.crypto.open(this.keys.receiveKey, this.nonce, aad, bodyOf(frame));",
        `const body = bodyOf(frame);
    const plaintext =
      body.length > 50 ? body.slice(0, -16) : this.crypto.open(this.keys.receiveKey, this.nonce, aad, body);`,
      ),
    ],
  },
  {
    id: "T01",
    without: "the vault for secrets",
    at: "no secret in the flash",
    rewrites: [
      rewrite(
        VAULT,
        "return concat(nonce, this.#crypto.seal(this.#sealKey, nonce, name, secret));",
        "return concat(nonce, secret, new Uint8Array(16));",
      ),
      rewrite(
        VAULT,
        "return this.#crypto.open(this.#sealKey, sealed.subarray(0, NONCE_BYTES), name, sealed.subarray(NONCE_BYTES));",
        "return sealed.slice(NONCE_BYTES, -16);",
      ),
    ],
  },
  {
    id: "T16",
    without: "somebody inside at the enrolment",
    at: "no enrolment with nobody inside",
    rewrites: [rewrite("lock/acts.ts", 'return hasPresence ? undefined : "presence";', "return undefined;")],
  },
  {
    id: "T16",
    without: "silence towards who is not enrolled",
    at: "a foreign keypad knocks, and hears nothing",
    rewrites: [
      rewrite(
        "lock/boards.ts",
        "    this.#desk.stranger(FAILED_PROOF, now);\n  }",
        "    this.#desk.stranger(FAILED_PROOF, now);\n    this.#wire.send(encodePlain(FRAME_ENROLLED, new Uint8Array(49)));\n  }",
      ),
    ],
  },
  {
    id: "T16",
    without: "the truth about a link",
    at: "the owner sees that the keypad is another's",
    rewrites: [
      rewrite("lock/boards.ts", 'return this.#find(kid)?.link === "up";', "return this.#find(kid) !== undefined;"),
    ],
  },
  {
    id: "T16",
    without: "the end of a removed board",
    at: "a removed keypad is over at once",
    rewrites: [
      rewrite(
        "lock/boards.ts",
        "      if (!isEnrolled) endSessions(peer);\n      return isEnrolled;",
        "      return isEnrolled || peer !== undefined;",
      ),
    ],
  },
  {
    id: "T35",
    without: "writing a code before acting on it",
    at: "never open by a code that is not spent",
    rewrites: [
      rewrite(
        "lock/codes/codes.ts",
        '        const { seq } = memory.write({ kind: "code", operation, isHalf: false, use }, now);',
        `        desk.act(operation, now);
        const { seq } = memory.write({ kind: "code", operation, isHalf: false, use }, now);`,
      ),
    ],
  },
  {
    id: "T35",
    without: "codes that stay spent through a cut",
    at: "no code opens twice, and none is lost",
    rewrites: [
      rewrite(
        "firmware/journal/store.ts",
        "          applyEntry(crypto, state, readEntry(record.region, record.type, record.payload.slice()), record);",
        `          const entry = readEntry(record.region, record.type, record.payload.slice());
          if (entry.kind !== "code") applyEntry(crypto, state, entry, record);`,
      ),
    ],
  },
  {
    id: "T40",
    without: "the alarm of the case",
    at: "an open case sounds at once",
    rewrites: [rewrite(KEYPAD, "if (command.isCaseOpen && !desk.wasCaseOpen) soundTamper(desk, now);")],
  },
  {
    id: "T40",
    without: "the loop in the cable",
    at: "a cut cable sounds at once",
    rewrites: [rewrite(OUTSIDE, "if (!isClosed) soundTamper(this.#parts, now);")],
  },
  {
    id: "T40",
    without: "a watch on the link",
    at: "a keypad that falls silent is found out",
    rewrites: [rewrite(OUTSIDE, "if (!isUp) soundSilence(parts, at);")],
  },
]);
