// One phone's place at the lock: its handshake, its sealed channel, its challenge, and what it has proven so far.
// Why: whoever connects is a stranger until a proof holds; a stranger may hold a place for seconds, cost a few signatures,
// and learn nothing. All that a session knows dies with it.
// Follows docs/protocol.md §3: Noise NK, the welcome in message 2, requests that are answered again but done once.

import type { Bytes } from "../firmware/bytes.ts";
import type { Crypto } from "../firmware/crypto/crypto.ts";
import type { Denial } from "../firmware/grant/denial.ts";
import { type Cipher, createCipher } from "../firmware/link/cipher.ts";
import { bodyOf, encodeHandshake, FRAME_NK_2, sessionOf } from "../firmware/link/frame.ts";
import { CHALLENGE_BYTES, encodeWelcome } from "../firmware/link/message.ts";
import { startHandshake } from "../firmware/link/noise.ts";
import { phonePrologue } from "../firmware/link/prologue.ts";
import { type Millis, millis, type Random, type Transport } from "../firmware/platform.ts";
import type { GrantDenial, GrantProof, Origin } from "./desk.ts";
import type { Identity } from "./identity.ts";
import { openTimeTalk, type TimeTalk } from "./timekeeper.ts";

/** How long one may stay that has proven nothing. */
export const STRANGER_MILLIS = 5_000;
/** A stranger is not thrown out for another before this: a slow phone must be able to finish. */
export const STRANGER_GRACE_MILLIS = 1_000;
/** A guest gives way to another so long after the first proof that was honoured, however busy. */
export const GUEST_YIELD_MILLIS = 10_000;
/** An owner who asks nothing for so long gives way too, and connects again. */
export const OWNER_YIELD_MILLIS = 30_000;
/** A guest is told when the bolt is thrown again, so the session outlasts a visit where nobody needs its place. */
export const GUEST_IDLE_MILLIS = 600_000;
export const OWNER_IDLE_MILLIS = 120_000;
/** However busy, a guest must prove anew after an hour, and an owner after a day: what was revoked since ends there. */
export const GUEST_MILLIS_MAX = 3_600_000;
export const OWNER_MILLIS_MAX = 86_400_000;
/** Proofs, and refused statements of whoever is no owner, in one session: each may cost four signatures. */
export const PROOFS_MAX = 3;
/** Proofs of a guest whom the camera keeps out: they come again, once a second until it has proven itself. */
export const KNOCKS_MAX = 16;
/** For so long whoever knocks may stay; a little longer than the lock waits for the camera. */
export const KNOCKING_MILLIS = 16_000;
/** Handshakes that a stranger may make in one session: one that is lost, and one more. */
export const HANDSHAKES_MAX = 3;
/** How long after the challenge a statement counts that somebody else's phone brings: longer, and it was held back. */
export const CARRIED_MILLIS_MAX = 60_000;
/** Messages that authenticated and still made no sense; a broken phone starts again. */
export const NONSENSE_MAX = 3;

/** What a session has proven: nothing; a grant that was honoured; an owner key. */
export type Role = "stranger" | "guest" | "owner";

/** A channel after its handshake. */
export interface Channel {
  readonly cipher: Cipher;
  /** The frame of message 2: sent again when message 1 is doubled on the way. */
  readonly welcome: Bytes;
  /** 16 bytes: what every proof and statement of this session must carry. */
  readonly challenge: Bytes;
  /** 32 bytes. */
  readonly handshakeHash: Bytes;
  /** When the challenge was given. */
  readonly since: Millis;
}

/** One connection and all that the lock knows of it. */
export interface Session {
  readonly connection: number;
  readonly transport: Transport;
  readonly since: Millis;
  /** The last request that was served. */
  lastRequestAt: Millis;
  /** The first proof that was honoured, or that only the camera stood against. */
  provenAt: Millis;
  role: Role;
  /** What it proved, or knocks by: an owner's kid8, or the link8 of a grant's root; 8 bytes. */
  name: Bytes | undefined;
  channel: Channel | undefined;
  /** The newest message 1, while it waits until its carrier may have another handshake. */
  held: Bytes | undefined;
  handshakes: number;
  /** What it has asked and brought of the time. */
  readonly time: TimeTalk;
  proofs: number;
  /** Proofs that only the camera stood against; and the first of them. */
  knocks: number;
  knockedAt: Millis | undefined;
  nonsense: number;
  /** The last proofs of `read-log` and of `view` that were honoured: whoever asks is judged by them anew. */
  log: GrantProof | undefined;
  view: GrantProof | undefined;
  /** Whether what opened its owner session is the key on paper: it is told the status, and no records. */
  isRecovery: boolean;
  /** Whether it ends with the answer to what it has just asked. */
  isOver: boolean;
  /** The last request and its answer, to be repeated. */
  lastId: number | undefined;
  lastAnswer: Bytes | undefined;
}

/** Gives the place of a phone that has just connected. */
export function openSession(connection: number, transport: Transport, now: Millis): Session {
  return {
    connection,
    transport,
    since: now,
    lastRequestAt: now,
    provenAt: now,
    role: "stranger",
    name: undefined,
    channel: undefined,
    held: undefined,
    handshakes: 0,
    time: openTimeTalk(),
    proofs: 0,
    knocks: 0,
    knockedAt: undefined,
    nonsense: 0,
    log: undefined,
    view: undefined,
    isRecovery: false,
    isOver: false,
    lastId: undefined,
    lastAnswer: undefined,
  };
}

/** Answers message 1 of Noise NK. Noise rev. 34 §7.5; docs/protocol.md §3.
 *  @param frame checked (checkFrame), of type 1
 *  @throws Fault link.shape, link.tag; nothing is kept then */
export function answerHandshake(
  frame: Uint8Array,
  lock: {
    readonly crypto: Crypto;
    readonly random: Random;
    readonly identity: Identity;
    readonly isAdopted: boolean;
    readonly now: Millis;
  },
): Channel {
  const { crypto, random, identity, isAdopted, now: since } = lock;
  const handshake = startHandshake(crypto, random, {
    pattern: "NK",
    isInitiator: false,
    prologue: phonePrologue(identity.lockId),
    localStatic: { secret: identity.agreementSecret, publicKey: identity.agreementKey },
  });
  try {
    handshake.readMessage(bodyOf(frame));
    const challenge = new Uint8Array(CHALLENGE_BYTES);
    random.fill(challenge);
    const session = sessionOf(frame);
    const message = handshake.writeMessage(encodeWelcome({ challenge, isAdopted }));
    const { handshakeHash } = handshake;
    const cipher = createCipher(crypto, { session, keys: handshake.split(), mode: "commands" });
    return { cipher, welcome: encodeHandshake(FRAME_NK_2, session, message), challenge, handshakeHash, since };
  } finally {
    handshake.wipe();
  }
}

/** Notes a proof that did not open: one for which the camera is given time may come again. @returns why not */
export function denied(session: Session, denial: GrantDenial, now: Millis): Denial {
  if (denial !== "knocking") return denial;
  if (session.knockedAt === undefined) {
    session.knockedAt = now;
    // From here on it gives way as a guest's does.
    if (session.role === "stranger") session.provenAt = now;
  }
  if (session.knocks < KNOCKS_MAX) {
    session.knocks++;
    session.proofs--;
  }
  return "camera";
}

/** Gives where a request of a session came from. */
export function originOf({ connection, transport }: Session, { challenge, since }: Channel): Origin {
  return { connection, transport, challenge, since };
}

/** When a session must end if nothing more is heard. */
export function deadlineOf(session: Session): Millis {
  const { role, since, lastRequestAt, knockedAt } = session;
  if (role === "stranger") {
    return knockedAt === undefined ? millis(since + STRANGER_MILLIS) : millis(knockedAt + KNOCKING_MILLIS);
  }
  if (role === "guest") return millis(Math.min(lastRequestAt + GUEST_IDLE_MILLIS, since + GUEST_MILLIS_MAX));
  return millis(Math.min(lastRequestAt + OWNER_IDLE_MILLIS, since + OWNER_MILLIS_MAX));
}

/** Chooses who gives way to a newcomer: the oldest stranger past its grace, which begins with the answer to message 1, else the guest whose
 *  proof, or knock, is oldest, else the owner who was silent longest. @returns undefined where nobody must */
export function chooseEvicted(sessions: readonly Session[], now: Millis): Session | undefined {
  const strangers = sessions.filter(({ role, since, held, knockedAt, channel }) => {
    // Who waits for an answer has had no time to prove anything, and the grant of who knocks is good.
    const isPatient = held !== undefined || knockedAt !== undefined;
    return role === "stranger" && !isPatient && now - (channel?.since ?? since) >= STRANGER_GRACE_MILLIS;
  });
  const guests = sessions.filter(({ role, provenAt, knockedAt }) => {
    const isGuest = role === "guest" || (role === "stranger" && knockedAt !== undefined);
    return isGuest && now - provenAt >= GUEST_YIELD_MILLIS;
  });
  const owners = sessions.filter(
    ({ role, lastRequestAt }) => role === "owner" && now - lastRequestAt >= OWNER_YIELD_MILLIS,
  );
  return (
    longest(strangers, ({ since }) => since) ??
    longest(guests, ({ provenAt }) => provenAt) ??
    longest(owners, ({ lastRequestAt }) => lastRequestAt)
  );
}

/** Gives the session whose moment lies furthest back. */
function longest(sessions: readonly Session[], moment: (session: Session) => Millis): Session | undefined {
  let found: Session | undefined;
  for (const session of sessions) if (found === undefined || moment(session) < moment(found)) found = session;
  return found;
}
