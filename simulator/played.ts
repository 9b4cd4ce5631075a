// The handshake between a lock and one of its boards, either part played by hand.
// Why: a board is tried, and measured, without a lock beside it; and whoever has taken a board apart opens a session in its place.
// Follows docs/protocol.md §3.2; Noise rev. 34 §7.5 (KK).

import type { Bytes } from "../firmware/bytes.ts";
import type { Crypto } from "../firmware/crypto/crypto.ts";
import { assert } from "../firmware/fault.ts";
import { type Cipher, createCipher } from "../firmware/link/cipher.ts";
import { bodyOf, encodeHandshake, FRAME_KK_1, FRAME_KK_2, sessionOf } from "../firmware/link/frame.ts";
import { type Handshake, startHandshake } from "../firmware/link/noise.ts";
import { openingKey, openingNumber } from "../firmware/link/opening.ts";
import { boardPrologue, type Pairing } from "../firmware/link/prologue.ts";
import type { Random } from "../firmware/platform.ts";

/** What both know of each other. */
export interface PlayedPairing extends Pairing {
  /** X25519: the lock's secret, and the board's public key, 32 bytes each. */
  readonly lockSecret: Bytes;
  readonly boardKey: Bytes;
}

/** Answers message 1 of a board. @param first the whole frame @throws Fault link.* where it is of another pairing
 *  @returns the frame with message 2, and the session */
export function answerBoard(
  crypto: Crypto,
  random: Random,
  { first, pairing }: { readonly first: Bytes; readonly pairing: PlayedPairing },
): { readonly answer: Bytes; readonly cipher: Cipher } {
  const { lockSecret: secret, boardKey: remoteStatic } = pairing;
  const handshake = startHandshake(crypto, random, {
    pattern: "KK",
    isInitiator: false,
    prologue: boardPrologue(pairing),
    localStatic: { secret, publicKey: crypto.agreementPublicKey(secret) },
    remoteStatic,
  });
  handshake.readMessage(bodyOf(first));
  const session = sessionOf(first);
  const answer = encodeHandshake(FRAME_KK_2, session, handshake.writeMessage(new Uint8Array(0)));
  return { answer, cipher: createCipher(crypto, { session, keys: handshake.split(), mode: "commands" }) };
}

/** Opens a session in a board's place. @returns the handshake, and the frame that begins it */
export function startBoard(
  crypto: Crypto,
  random: Random,
  board: Pairing & { readonly secret: Bytes; readonly publicKey: Bytes; readonly lockKey: Bytes },
): { readonly handshake: Handshake; readonly first: Bytes } {
  const { secret, publicKey, lockKey: remoteStatic } = board;
  const prologue = boardPrologue(board);
  const handshake = startHandshake(crypto, random, {
    pattern: "KK",
    isInitiator: true,
    prologue,
    localStatic: { secret, publicKey },
    remoteStatic,
  });
  const key = openingKey(crypto, { secret, publicKey: remoteStatic, prologue });
  assert(key !== undefined, "a lock's key is of no small order");
  const message = handshake.writeMessage(new Uint8Array(0));
  return { handshake, first: encodeHandshake(FRAME_KK_1, openingNumber(crypto, key, message), message) };
}
