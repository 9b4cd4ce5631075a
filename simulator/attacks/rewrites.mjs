// Defences that are taken out of the source for the twins of the attack checks, where that takes more than a line.
// Why: twins.mjs is a table; what several rows share, or no row can show in passing, stands here.

export const HOLDER = "firmware/grant/holder.ts";
export const POLICY = "firmware/policy/policy.ts";
export const SESSION = "lock/session.ts";
export const PHONES = "lock/phone.ts";
export const ANSWERS = "lock/answers.ts";
export const CIPHER = "firmware/link/cipher.ts";
export const CHAIN = "firmware/grant/chain.ts";
export const CLOCK = "firmware/time/clock.ts";
export const ACTS = "lock/acts.ts";

/** What asks for a press behind the lock's own alarm, whenever keys are to change. */
export const ANNOUNCED =
  'return denial ?? (ANNOUNCED_KINDS.includes(body.kind) && !context.isAnswered(kid) ? "presence" : undefined);';

/** Replaces one text of a file, by nothing where nothing is given. */
export const rewrite = (file, find, replace = "") => ({ file, find, replace });

// Both ends forget which channel they are in, as if nothing bound a proof to it.
export const NO_BINDING = [
  rewrite(SESSION, "const { handshakeHash } = handshake;", "const handshakeHash = new Uint8Array(32);"),
  rewrite("owner/phone.ts", "const { handshakeHash } = handshake;", "const handshakeHash = new Uint8Array(32);"),
  rewrite("simulator/hostile.ts", "= handshake.handshakeHash;", "= new Uint8Array(32);"),
];

export const NO_PROOF_SIGNATURE = rewrite(
  HOLDER,
  'if (!verifySign1(crypto, proof.message, { publicKey: grant.key, externalAad })) return deny(proof, "signature");',
);

// A generator that begins anew at every boot: the n-th handshake is the same each time.
export const RANDOM_ANEW = [
  rewrite(
    SESSION,
    "startHandshake(crypto, random, {",
    `startHandshake(crypto, { fill: (target) => target.fill((identity.shakes = (identity.shakes ?? 0) + 1)) }, {`,
  ),
  rewrite(SESSION, "random.fill(challenge);", "challenge.fill(identity.shakes);"),
];

// A channel that outlives its connection, and begins to count again.
export const LASTING_CHANNELS = [
  rewrite(PHONES, "session.channel?.cipher.wipe();\n", "(this.channels ??= []).push(session.channel);\n"),
  rewrite(
    PHONES,
    "const type = checkFrame(frame);",
    `const type = checkFrame(frame);
    if (type === FRAME_COMMANDS && session.channel === undefined) {
      session.channel = this.channels?.find((channel) => channel?.cipher.session === sessionOf(frame));
      if (session.channel !== undefined) session.channel.cipher.expected = 0;
    }`,
  ),
];

// Messages that go as they are, with an empty tag behind them.
export const NO_SEALING = [
  rewrite(
    CIPHER,
    "const sealed = this.crypto.seal(this.keys.sendKey, this.nonce, this.header, plaintext);",
    "const sealed = new Uint8Array(plaintext.length + 16);\n    sealed.set(plaintext);",
  ),
  rewrite(
    CIPHER,
    "const plaintext = this.crypto.open(this.keys.receiveKey, this.nonce, aad, bodyOf(frame));",
    "const plaintext = bodyOf(frame).slice(0, -16);",
  ),
];

// Uses that are written before anybody looks whether there is room for them.
export const SPENDING_FIRST = rewrite(
  "lock/guest.ts",
  "if (!decision.isAllowed) return decision.denial;",
  `if (!decision.isAllowed) {
    const { link8, grant } = chain.leaf;
    const spends = [{ link8, root8: chain.links[0].link8, used: 1, until: chain.links[0].grant.expiry }];
    if (grant.uses !== undefined) desk.recorder.intent({ chain, holder: proof.holder, operation, source: "phone", spends }, now);
    return decision.denial;
  }`,
);

// A drive that begins before its record is written.
export const ACTING_FIRST = rewrite(
  "lock/guest.ts",
  '  if (!desk.ration.take(chain.links[0].link8, now)) return "rate";',
  "  desk.act(intent.proof.operation, now);",
);
