// The twins of the attack checks: the same lock with one defence taken out of its source. Each must turn its check red.
// Why: a check that cannot fail shows nothing. A row whose text is no longer in the source, exactly once, is an error, so
// that the table follows the code.

const HOLDER = "firmware/grant/holder.ts";
const POLICY = "firmware/policy/policy.ts";
const SESSION = "lock/session.ts";
const CLOCK = "firmware/time/clock.ts";

/** Replaces one text of a file. */
const rewrite = (file, find, replace = "") => ({ file, find, replace });

// Both ends forget which channel they are in, as if nothing bound a proof to it.
const NO_BINDING = [
  rewrite(SESSION, "const { handshakeHash } = handshake;", "const handshakeHash = new Uint8Array(32);"),
  rewrite("owner/phone.ts", "const { handshakeHash } = handshake;", "const handshakeHash = new Uint8Array(32);"),
  rewrite("simulator/hostile.ts", "= handshake.handshakeHash;", "= new Uint8Array(32);"),
];

const NO_PROOF_SIGNATURE = rewrite(
  HOLDER,
  'if (!verifySign1(crypto, proof.message, { publicKey: grant.key, externalAad })) return deny(proof, "signature");',
);

/** Rows of `{id, without, rewrites}`: which check turns red without what. */
export const TWINS = Object.freeze([
  {
    id: "T02",
    without: "challenge and channel binding",
    rewrites: [
      rewrite(HOLDER, 'if (!crypto.isEqual(proof.challenge, context.challenge)) return deny(proof, "challenge");'),
      ...NO_BINDING,
    ],
  },
  {
    id: "T02",
    without: "rising numbers of frames and requests",
    rewrites: [
      rewrite("firmware/link/cipher.ts", 'if (!this.isFresh(n)) throw new Fault("link.order");'),
      rewrite("lock/phone.ts", "session.lastId !== undefined && request.id <= session.lastId", "request.id < 0"),
    ],
  },
  {
    id: "T03",
    without: "presence for a new owner",
    rewrites: [
      rewrite(
        "lock/acts.ts",
        'function judgeNewOwner(publicKey: Bytes, { crypto, keyring, hasPresence }: ActContext): Denial | undefined {\n  if (!hasPresence) return "presence";',
        "function judgeNewOwner(publicKey: Bytes, { crypto, keyring }: ActContext): Denial | undefined {",
      ),
    ],
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
    without: "the lock's name in a grant",
    rewrites: [
      rewrite(
        "firmware/grant/chain.ts",
        'if (lock === undefined || !crypto.isEqual(lock, context.lockId)) return "lock";',
        'if (lock === undefined) return "lock";',
      ),
    ],
  },
  { id: "T05", without: "channel binding", rewrites: NO_BINDING },
  {
    id: "T06",
    without: "drawn keys",
    rewrites: [rewrite("lock/identity.ts", "random.fill(secret);", "secret.fill(name.length);")],
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
    rewrites: [rewrite("lock/phone.ts", "if (!isOwner && !(session.canReadLog && region === ACCESS))", "if (id < 0)")],
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
    rewrites: [
      rewrite(
        "lock/guest.ts",
        '  if (!desk.ration.take(chain.links[0].link8, now)) return "rate";',
        "  desk.act(operation, now);",
      ),
    ],
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
        "firmware/link/cipher.ts",
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
        "lock/phone.ts",
        "      if (!(fault instanceof Fault)) throw fault;\n      this.#desk.stranger(0, now);",
        "      throw fault;",
      ),
      rewrite(
        "lock/phone.ts",
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
    rewrites: [rewrite("lock/phone.ts", "if (!this.#handshakes[session.transport].take(now)) return;")],
  },
  { id: "T33", without: "the proof's signature", rewrites: [NO_PROOF_SIGNATURE] },
  {
    id: "T37",
    without: "presence at the adoption",
    rewrites: [
      rewrite(
        "lock/acts.ts",
        'if (!context.hasPresence) return "presence";\n  if (!isNextSequence(0',
        "if (!isNextSequence(0",
      ),
    ],
  },
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
    id: "T46",
    without: "steps",
    rewrites: [
      rewrite("firmware/grant/statement.ts", "SEQUENCE_STEP_MAX = 65_536;", "SEQUENCE_STEP_MAX = 0xffff_ffff;"),
    ],
  },
  {
    id: "T47",
    without: "the bound of a jump",
    rewrites: [
      rewrite(CLOCK, "export const JUMP_SECONDS_MAX = 86_400;", "export const JUMP_SECONDS_MAX = 0xffff_ffff;"),
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
    without: "counting by the hash of a link",
    rewrites: [rewrite("firmware/grant/chain.ts", "link8: link8Of(crypto, message)", "link8: message.subarray(0, 8)")],
  },
]);
