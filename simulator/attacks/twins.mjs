// The twins of the attack checks: the same lock with one defence taken out of its source. Each must turn its check red.
// Why: a check that cannot fail shows nothing. A row whose text is no longer in the source, exactly once, is an error, so
// that the table follows the code. Where a check claims several things, each has a twin, and `at` is the sentence at which
// that twin must turn it red.

import { CAMERA_TWINS } from "./camera.mjs";
import { DOOR_TWINS } from "./door.mjs";
import { GUESS_TWINS } from "./guesses.mjs";
import { OWNERSHIP_TWINS } from "./ownership.mjs";
import {
  ACTING_FIRST,
  ACTS,
  ANNOUNCED,
  ANSWERS,
  CHAIN,
  CIPHER,
  CLOCK,
  HOLDER,
  LASTING_CHANNELS,
  NO_BINDING,
  NO_PROOF_SIGNATURE,
  NO_SEALING,
  PHONES,
  POLICY,
  RANDOM_ANEW,
  rewrite,
  SESSION,
  SPENDING_FIRST,
} from "./rewrites.mjs";
import { WIRE_TWINS } from "./wire.mjs";

/** Rows of `{id, without, at, rewrites}`: which check turns red without what, and at which of its sentences. */
export const TWINS = Object.freeze([
  {
    id: "T02",
    without: "challenge and channel binding",
    at: "not with the signed proof of another session",
    rewrites: [
      rewrite(HOLDER, 'if (!crypto.isEqual(proof.challenge, context.challenge)) return deny(proof, "challenge");'),
      ...NO_BINDING,
    ],
  },
  {
    id: "T02",
    without: "rising numbers of frames and requests",
    at: "not in the same session",
    rewrites: [
      rewrite(CIPHER, 'if (!this.isFresh(n)) throw new Fault("link.order");'),
      rewrite(PHONES, "session.lastId !== undefined && id <= session.lastId", "id < 0"),
    ],
  },
  {
    id: "T02",
    without: "fresh keys and challenges",
    at: "whole, right afterwards",
    rewrites: [
      rewrite(
        SESSION,
        "startHandshake(crypto, random, {",
        "startHandshake(crypto, { fill: (target) => target.fill(9) }, {",
      ),
      rewrite(SESSION, "random.fill(challenge);"),
    ],
  },
  {
    id: "T02",
    without: "random numbers that go on after a reboot",
    at: "whole, after a reboot",
    rewrites: RANDOM_ANEW,
  },
  {
    id: "T02",
    without: "the end of a channel with its connection",
    at: "in parts, right afterwards",
    rewrites: LASTING_CHANNELS,
  },
  {
    id: "T02",
    without: "counting of broken frames",
    at: "it is noted",
    rewrites: [
      rewrite(
        PHONES,
        "if (!(fault instanceof Fault)) throw fault;\n      this.#desk.stranger(0, now);",
        "if (!(fault instanceof Fault)) throw fault;",
      ),
    ],
  },
  {
    id: "T03",
    without: "presence for what changes the keys",
    rewrites: [rewrite(ACTS, ANNOUNCED, "return denial;")],
  },
  {
    id: "T03",
    without: "a statement's signature",
    rewrites: [
      rewrite(
        "firmware/grant/statement.ts",
        'return verifySign1(crypto, statement.message, { publicKey }) ? statement : "signature";',
        "return statement;",
      ),
    ],
  },
  { id: "T04", without: "the proof's signature", rewrites: [NO_PROOF_SIGNATURE] },
  {
    id: "T05",
    without: "the lock's own key in the handshake",
    at: "the phone opens no session with a rogue",
    rewrites: [
      rewrite(
        "firmware/link/noise.ts",
        "const shared = this.crypto.agree(secret, publicKey);",
        'const shared = token === "es" ? new Uint8Array(KEY_BYTES) : this.crypto.agree(secret, publicKey);',
      ),
    ],
  },
  {
    id: "T05",
    without: "sealing",
    at: "nobody on the air reads a grant",
    rewrites: NO_SEALING,
  },
  {
    id: "T05",
    without: "the lock's name in a grant",
    at: "a grant for one lock at another",
    rewrites: [
      rewrite(
        CHAIN,
        'if (lock === undefined || !crypto.isEqual(lock, context.lockId)) return "lock";',
        'if (lock === undefined) return "lock";',
      ),
    ],
  },
  {
    id: "T05",
    without: "channel binding",
    at: "a proof that was signed for another channel",
    rewrites: NO_BINDING,
  },
  {
    id: "T06",
    without: "drawn keys",
    rewrites: [rewrite("firmware/identity.ts", "random.fill(secret);", "secret.fill(name.length);")],
  },
  {
    id: "T07",
    without: "the root's limits below a delegation",
    rewrites: [
      rewrite(
        POLICY,
        "if (grant.expiry !== undefined && grant.expiry < expiry) expiry = grant.expiry;",
        "if (grant.expiry !== undefined) expiry = grant.expiry;",
      ),
    ],
  },
  {
    id: "T08",
    without: "permissions",
    rewrites: [rewrite(POLICY, 'if ((grant.permissions & permission) === 0) return deny("permission");')],
  },
  {
    id: "T08",
    without: "the owner session for a fetch",
    rewrites: [rewrite(ANSWERS, "if (!mayRead)", "if (id < 0)")],
  },
  {
    id: "T10",
    without: "the watermark",
    rewrites: [rewrite(CLOCK, "const lo = watermark > buildTime ? watermark : buildTime;", "const lo = buildTime;")],
  },
  {
    id: "T10",
    without: "refusing without the time",
    rewrites: [rewrite(CLOCK, 'if (hi === undefined) return "unknown";', 'if (hi === undefined) return "within";')],
  },
  {
    id: "T11",
    without: "writing before acting",
    rewrites: [ACTING_FIRST],
  },
  {
    id: "T11",
    without: "the signed heads",
    rewrites: [
      rewrite(
        "firmware/journal/verify.ts",
        'if (!crypto.isEqual(anchor.link, link)) return { kind: "fork", region, agreedSeq, seq };',
      ),
    ],
  },
  {
    id: "T14",
    without: "three proofs a session",
    rewrites: [rewrite(SESSION, "export const PROOFS_MAX = 3;", "export const PROOFS_MAX = 3_000;")],
  },
  {
    id: "T14",
    without: "a challenge that is drawn",
    rewrites: [rewrite(SESSION, "random.fill(challenge);")],
  },
  {
    id: "T15",
    without: "dropping what does not authenticate",
    rewrites: [
      rewrite(
        CIPHER,
        "const plaintext = this.crypto.open(this.keys.receiveKey, this.nonce, aad, bodyOf(frame));",
        "const plaintext = this.crypto.open(this.keys.receiveKey, this.nonce, aad, bodyOf(frame)) ?? new Uint8Array(bodyOf(frame));",
      ),
    ],
  },
  {
    id: "T15",
    without: "the version in the prologue",
    rewrites: [rewrite("firmware/link/prologue.ts", 'const VERSION = "lk1";', 'const VERSION = "lk2";')],
  },
  {
    id: "T21",
    without: "the catch at the edge",
    rewrites: [
      rewrite(
        PHONES,
        "      if (!(fault instanceof Fault)) throw fault;\n      this.#desk.stranger(0, now);",
        "      throw fault;",
      ),
      rewrite(
        PHONES,
        "      if (!(fault instanceof Fault)) throw fault;\n      session.nonsense++;",
        "      if (session.nonsense >= 0) throw fault;\n      session.nonsense++;",
      ),
    ],
  },
  {
    id: "T25",
    without: "counted uses",
    rewrites: [rewrite(POLICY, 'if (used >= uses) return "uses";')],
  },
  {
    id: "T25",
    without: "the end of free retries at the open door",
    rewrites: [rewrite("lock/visit.ts", "visit.openedAt !== undefined || ")],
  },
  {
    id: "T32",
    without: "rationed handshakes",
    at: "handshakes are rationed",
    rewrites: [rewrite(PHONES, "!this.#handshakes[session.transport].take(now)", "now < 0")],
  },
  {
    id: "T32",
    without: "proofs that count as handshakes",
    at: "proofs are rationed",
    rewrites: [rewrite(PHONES, "if (session.knocks === 0) this.#handshakes[session.transport].owe(now);")],
  },
  {
    id: "T32",
    without: "counting instead of writing",
    at: "a flood does not flush the journal",
    rewrites: [
      rewrite(
        "lock/coalescer.ts",
        "if (kind.count === 0 || (kind.lastWritten !== undefined && now - kind.lastWritten < kind.periodMillis)) return;",
        "if (kind.count === 0) return;",
      ),
    ],
  },
  {
    id: "T32",
    without: "places that strangers must give up",
    at: "the owner is served in time",
    rewrites: [
      rewrite(SESSION, "export const STRANGER_MILLIS = 5_000;", "export const STRANGER_MILLIS = 500_000;"),
      rewrite(SESSION, 'return role === "stranger" && !isPatient && ', "return role === undefined && !isPatient && "),
    ],
  },
  { id: "T33", without: "the proof's signature", rewrites: [NO_PROOF_SIGNATURE] },
  {
    id: "T44",
    without: "the challenge in a statement",
    rewrites: [
      rewrite(
        "firmware/grant/statement.ts",
        'if (!crypto.isEqual(statement.challenge, context.challenge)) return "challenge";',
      ),
    ],
  },
  {
    id: "T45",
    without: "counting of noise",
    at: "noise is counted, not written",
    rewrites: [
      rewrite("lock/coalescer.ts", "kind.periodMillis = kind.count > 1 ? ", "kind.periodMillis = 0 > 1 ? "),
      rewrite("lock/recorder.ts", "const MINUTE_MILLIS = 60_000;", "const MINUTE_MILLIS = 1_000;"),
    ],
  },
  {
    id: "T45",
    without: "90 days that noise may not touch",
    at: "every opening of the last 90 days is there",
    rewrites: [rewrite("lock/memory.ts", "const KEPT_SECONDS = 7_776_000;", "const KEPT_SECONDS = -1;")],
  },
  {
    id: "T45",
    without: "keeping what no owner has fetched",
    at: "guests overwrite no opening that nobody has fetched",
    rewrites: [
      rewrite(
        "lock/memory.ts",
        "return this.#store.journal.room(region, RECORD_PAYLOAD_BYTES, fetchedIn(this.state, region));",
        "return this.#store.journal.room(region, RECORD_PAYLOAD_BYTES);",
      ),
    ],
  },
  {
    id: "T45",
    without: "room that noise may not take from alarms, and what a start knows of the last hour",
    at: "an alarm that nobody has fetched is still there",
    rewrites: [
      rewrite("lock/memory.ts", "this.#room(NOTICES) >= RESERVED_FOR_ALARMS;", "this.#room(NOTICES) >= 0;"),
      rewrite("lock/recorder.ts", "memory.recentNotices((entry) => this.#remember(entry, now), now);"),
    ],
  },
  {
    id: "T46",
    without: "steps",
    rewrites: [
      rewrite("firmware/grant/statement.ts", "SEQUENCE_STEP_MAX = 65_536;", "SEQUENCE_STEP_MAX = 0xffff_ffff;"),
    ],
  },
  {
    id: "T49",
    without: "the end of a stranger's time",
    rewrites: [rewrite(SESSION, "export const STRANGER_MILLIS = 5_000;", "export const STRANGER_MILLIS = 500_000;")],
  },
  {
    id: "T50",
    without: "a quota for each root",
    at: "minted links have room for 16 counters with the root's",
    rewrites: [
      rewrite(
        "firmware/policy/counters.ts",
        "export const COUNTERS_PER_ROOT_MAX = 16;",
        "export const COUNTERS_PER_ROOT_MAX = 100;",
      ),
    ],
  },
  {
    id: "T50",
    without: "refusing before anything is spent",
    at: "a refusal spends nothing",
    rewrites: [SPENDING_FIRST],
  },
  {
    id: "T50",
    without: "counting of refusals",
    at: "minting does not flush the journal",
    rewrites: [
      rewrite("lock/coalescer.ts", "kind.periodMillis = kind.count > 1 ? ", "kind.periodMillis = 0 > 1 ? "),
      rewrite(
        "lock/recorder.ts",
        "const REFUSALS: Family<Refusal, Memory> = Object.freeze({\n  ...{ periodMillis: HOUR_MILLIS,",
        "const REFUSALS: Family<Refusal, Memory> = Object.freeze({\n  ...{ periodMillis: 0,",
      ),
    ],
  },
  {
    id: "T50",
    without: "counting by the hash of a link: by the identifier in it",
    at: "the victim's use is still there",
    rewrites: [
      rewrite(
        "firmware/grant/grant.ts",
        "reader.readBytes(IDENTIFIER_BYTES, IDENTIFIER_BYTES);",
        "draft.identifier = reader.readView(IDENTIFIER_BYTES, IDENTIFIER_BYTES);",
      ),
      rewrite(CHAIN, "link8: link8Of(crypto, message)", "link8: grant.identifier"),
    ],
  },
  ...OWNERSHIP_TWINS,
  ...DOOR_TWINS,
  ...WIRE_TWINS,
  ...CAMERA_TWINS,
  ...GUESS_TWINS,
]);
