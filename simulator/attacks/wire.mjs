// The twins of the checks about the keypad's wire: T01, T16, T40, and T02 and T35 for codes. See twins.mjs, whose table goes on here.

import { CIPHER, NO_SEALING, rewrite } from "./rewrites.mjs";

const BOARDS = "lock/boards.ts";
const PEERS = "lock/peers.ts";
const NOISE = "firmware/link/noise.ts";
const COMMAND = "firmware/link/command.ts";
const OUTSIDE = "lock/outside.ts";
const SERVE = "lock/keypad.ts";
const DOORWAY = "lock/doorway.ts";
const CODE_STATE = "firmware/codes/state.ts";
const VAULT = "lock/codes/vault.ts";

// A handshake in which nobody's lasting key takes part.
const NO_STATIC_KEYS = [
  rewrite(
    NOISE,
    "const shared = this.crypto.agree(secret, publicKey);",
    'const shared = token === "ee" ? this.crypto.agree(secret, publicKey) : new Uint8Array(KEY_BYTES);',
  ),
  rewrite(NOISE, "this.symmetric.mixHash(present(isLocal ? localStatic?.publicKey : remoteStatic));"),
  rewrite("lock/openings.ts", "return openingNumber(", "return known.length > 0 || openingNumber("),
];

/** Rows as in twins.mjs. */
export const WIRE_TWINS = Object.freeze([
  {
    id: "T02",
    without: "the age of an entry",
    at: "not an entry that was kept from the lock, once its typist was told so",
    rewrites: [rewrite(BOARDS, "!isNewest(peer, command.heard, now)", "command.heard === -1")],
  },
  { id: "T01", without: "sealing", at: "no PIN or code on the keypad's wire", rewrites: NO_SEALING },
  {
    id: "T01",
    without: "sealing what phones send",
    at: "no secret of codes on the air",
    rewrites: [
      rewrite(
        CIPHER,
        "const sealed = this.crypto.seal(this.keys.sendKey, this.nonce, this.header, plaintext);",
        `const isRequest = plaintext.length > 34 && plaintext[0] === 0x83;
    const sealed = isRequest
      ? new Uint8Array([...plaintext, ...new Uint8Array(16)])
      : this.crypto.seal(this.keys.sendKey, this.nonce, this.header, plaintext);`,
      ),
      rewrite(
        CIPHER,
        "const plaintext = this.crypto.open(this.keys.receiveKey, this.nonce, aad, bodyOf(frame));",
        `const body = bodyOf(frame);
    const isRequest = body.subarray(-16).every((byte) => byte === 0);
    const plaintext = isRequest
      ? body.slice(0, -16)
      : this.crypto.open(this.keys.receiveKey, this.nonce, aad, body);`,
      ),
    ],
  },
  {
    id: "T01",
    without: "the vault for secrets",
    at: "no secret of codes in the flash",
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
    id: "T01",
    without: "the hash of a PIN",
    at: "no PIN or code in the flash",
    rewrites: [
      rewrite(
        "firmware/codes/pin.ts",
        "const kept = mac.slice(0, MAC_BYTES);",
        "const kept = new Uint8Array(MAC_BYTES);\n  kept.set(digits);",
      ),
    ],
  },
  {
    id: "T01",
    without: "the difference between a secret key and a public one",
    at: "no key on the keypad's wire",
    rewrites: [
      rewrite(
        PEERS,
        "    const { agreementKey } = this.#identity;",
        "    const agreementKey = this.#identity.agreementSecret;",
      ),
    ],
  },
  {
    id: "T01",
    without: "entries of one size",
    at: "no frame's length tells how many digits were typed",
    rewrites: [
      rewrite(COMMAND, "const padded = new Uint8Array(DIGITS_MAX).fill(FILLER);", "const padded = digits.slice();"),
      rewrite(COMMAND, "  padded.set(digits, DIGITS_MAX - digits.length);\n"),
      rewrite(COMMAND, "reader.readView(DIGITS_MAX, DIGITS_MAX)", "reader.readView(1, DIGITS_MAX)"),
      rewrite(COMMAND, "while (start < DIGITS_MAX && padded", "while (start < padded.length && padded"),
    ],
  },
  {
    id: "T16",
    without: "the board's own key in the handshake",
    at: "a foreign keypad opens nothing",
    rewrites: [...NO_STATIC_KEYS, rewrite(NOISE, "this.symmetric.mixHash(options.prologue);")],
  },
  {
    id: "T16",
    without: "silence towards strangers",
    at: "a foreign keypad is not answered with a single frame",
    rewrites: [
      rewrite(
        PEERS,
        "    this.#desk.stranger(FAILED_PROOF, now);\n  }",
        "    this.#desk.stranger(FAILED_PROOF, now);\n    this.#wire.send(frame.slice());\n  }",
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
    without: "the truth about a link",
    at: "the owner sees that the keypad is another's",
    rewrites: [rewrite(PEERS, 'return this.#find(kid)?.link === "up";', "return this.#find(kid) !== undefined;")],
  },
  {
    id: "T16",
    without: "a key of its own for each keypad",
    at: "no two keypads share a key",
    rewrites: [rewrite("firmware/identity.ts", "random.fill(secret);", "secret.fill(7);")],
  },
  {
    id: "T16",
    without: "the end of a removed board",
    at: "a removed keypad is over at once",
    rewrites: [
      rewrite(
        PEERS,
        "      if (!isEnrolled) peer.endSessions();\n      return isEnrolled;",
        "      return isEnrolled || peer !== undefined;",
      ),
      rewrite(PEERS, "if (this.#isBehind) return millis(0);"),
    ],
  },
  {
    id: "T16",
    without: "the number of the enrolment",
    at: "a former enrolment is worth nothing beside a new one",
    rewrites: [
      rewrite("firmware/link/prologue.ts", "writer.bytes(boardKid).uint(sequence)", "writer.bytes(boardKid).uint(0)"),
    ],
  },
  {
    id: "T16",
    without: "an enrolment before an answer",
    at: "an offer alone is not answered",
    rewrites: [
      rewrite(
        PEERS,
        "      this.#offer = { offer, at: now };\n      return;",
        "      this.#offer = { offer, at: now };\n      const { agreementKey } = this.#identity;\n      const answer = encodeEnrolled({ lockId: this.#identity.lockId, agreementKey, sequence: 1 });\n      this.#wire.send(encodePlain(FRAME_ENROLLED, answer));\n      return;",
      ),
    ],
  },
  {
    id: "T16",
    without: "the lock's own key in the handshake",
    at: "a keypad that believed another never comes up here",
    rewrites: NO_STATIC_KEYS,
  },
  {
    id: "T35",
    without: "writing a code before acting on it",
    at: "never open by a code that is not spent",
    rewrites: [
      rewrite(
        "lock/codes/codes.ts",
        "const { seq } = desk.memory.write(entryOf(code.use, visitor), now);",
        "desk.act(visitor.operation, now);\n      const { seq } = desk.memory.write(entryOf(code.use, visitor), now);",
      ),
    ],
  },
  {
    id: "T35",
    without: "codes that stay spent through a cut",
    at: "a code opens once, and is not lost",
    rewrites: [
      rewrite(
        "firmware/journal/store.ts",
        "    applyEntry(crypto, state, entry, record);\n  } catch",
        '    if (entry.kind !== "code") applyEntry(crypto, state, entry, record);\n  } catch',
      ),
    ],
  },
  {
    id: "T35",
    without: "a disposable user's only use",
    at: "a disposable user opens once, and is not lost",
    rewrites: [rewrite(CODE_STATE, 'return user.type === "disposable" || user.type === "expiring";', "return false;")],
  },
  {
    id: "T35",
    without: "the last step of an authenticator",
    at: "a step of an authenticator opens once, and is not lost",
    rewrites: [
      rewrite(CODE_STATE, "credential.slot === use.slot && use.step > credential.lastStep ?", "use.step < 0 ?"),
    ],
  },
  {
    id: "T40",
    without: "the alarm of the case",
    at: "an open case sounds within a second",
    rewrites: [rewrite(SERVE, "if (command.isCaseOpen && !desk.wasCaseOpen) soundTamper(desk, now);")],
  },
  {
    id: "T40",
    without: "the difference between a case that was opened and one that stays open",
    at: "and once",
    rewrites: [rewrite(SERVE, "command.isCaseOpen && !desk.wasCaseOpen", "command.isCaseOpen")],
  },
  {
    id: "T40",
    without: "a keypad that remembers what it could not say",
    at: "a case that was opened and closed behind a cut cable sounds when the cable is whole",
    rewrites: [rewrite("keypad/keypad.ts", "this.#hasOpened ||= isOpen;")],
  },
  {
    id: "T40",
    without: "the alarm of the camera's case",
    at: "a camera whose case is opened sounds within a second",
    rewrites: [
      rewrite("lock/witness.ts", "soundTamper({ indicator: this.#indicator, recorder: this.#recorder }, now);"),
    ],
  },
  {
    id: "T40",
    without: "a camera that says at once that its case is open",
    at: "a camera whose case is opened sounds within a second",
    rewrites: [rewrite("camera/camera.ts", "if (isOpen) this.#post?.link.hurry(now);")],
  },
  {
    id: "T40",
    without: "a camera that remembers what it could not say",
    at: "a case that was opened and closed behind a silent radio sounds when it is heard again",
    rewrites: [rewrite("camera/contact.ts", "this.#hasOpened ||= isOpen;")],
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
    rewrites: [rewrite(OUTSIDE, "if (!isUp) soundSilence(this.#outside.#parts, now);")],
  },
  {
    id: "T40",
    without: "the alarm of a locked door that opens",
    at: "a door that opens behind a thrown bolt sounds at once",
    rewrites: [rewrite("firmware/door/door.ts", 'turn.effects.push({ kind: "alarm", alarm: "forced" });')],
  },
  {
    id: "T40",
    without: "records of what the door sounds",
    at: "and is written, whoever is connected",
    rewrites: [rewrite(DOORWAY, 'recorder.alarm(effect.alarm === "heldOpen" ? "held-open" : effect.alarm, now);')],
  },
  {
    id: "T40",
    without: "word of a jam to owners",
    at: "an owner who listens is told of a jam",
    rewrites: [rewrite(DOORWAY, 'if (effect.alarm === "jammed") visits.notify("jammed");')],
  },
]);
