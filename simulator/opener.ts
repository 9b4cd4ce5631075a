// Opens an age file with one secret, for tests on every engine; that the files are age's own, age.node.test.ts shows.
// Why: XS cannot run the age tool, and what the camera left on its card must be looked at there too.
// Follows C2SP age v1.

import { CHUNK_BYTES } from "../camera/age.ts";
import { type Bytes, concat, fromAscii, fromBase64url } from "../firmware/bytes.ts";
import type { Crypto } from "../firmware/crypto/crypto.ts";
import { hkdf } from "../firmware/crypto/kdf.ts";

const NOTHING = new Uint8Array(0);
const SEALED_CHUNK_BYTES = CHUNK_BYTES + 16;

/** What could be opened. */
export interface Opened {
  readonly bytes: Bytes;
  /** Whether the file goes to its end. */
  readonly isWhole: boolean;
}

/** Opens as far as it goes; undefined where the file is for nobody with this secret. */
export function openAge(crypto: Crypto, secret: Bytes, file: Bytes): Opened | undefined {
  const end = endOfHeader(file);
  const fileKey = fileKeyOf(crypto, secret, String.fromCharCode(...file.subarray(0, end)).split("\n"));
  if (fileKey === undefined) return undefined;
  const nonce = file.subarray(end, end + 16);
  const key = hkdf(crypto, fileKey, { salt: nonce, info: fromAscii("payload"), size: 32 });
  const pieces: Bytes[] = [];
  for (let at = end + 16, count = 0; at < file.length; at += SEALED_CHUNK_BYTES, count++) {
    const sealed = file.subarray(at, at + SEALED_CHUNK_BYTES);
    const open = (last: number) => {
      const chunkNonce = new Uint8Array(12);
      new DataView(chunkNonce.buffer).setUint32(7, count);
      chunkNonce[11] = last;
      return sealed.length < 16 ? undefined : crypto.open(key, chunkNonce, NOTHING, sealed);
    };
    const last = open(1);
    if (last !== undefined) return { bytes: concat(...pieces, last), isWhole: at + sealed.length === file.length };
    const piece = open(0);
    if (piece === undefined) break;
    pieces.push(piece);
  }
  return { bytes: concat(...pieces), isWhole: false };
}

function endOfHeader(file: Bytes): number {
  for (let at = 0; at < file.length; at++) {
    const isMac = file[at] === 0x0a && file[at + 1] === 0x2d && file[at + 2] === 0x2d && file[at + 3] === 0x2d;
    if (isMac) return file.indexOf(0x0a, at + 1) + 1;
  }
  return file.length;
}

function fileKeyOf(crypto: Crypto, secret: Bytes, lines: readonly string[]): Bytes | undefined {
  const own = crypto.agreementPublicKey(secret);
  for (const [at, line] of lines.entries()) {
    if (!line.startsWith("-> X25519 ")) continue;
    const share = base64(line.slice("-> X25519 ".length));
    const salt = concat(share, own);
    const info = fromAscii("age-encryption.org/v1/X25519");
    const key = hkdf(crypto, crypto.agree(secret, share), { salt, info, size: 32 });
    const fileKey = crypto.open(key, new Uint8Array(12), NOTHING, base64(lines[at + 1] ?? ""));
    if (fileKey !== undefined) return fileKey;
  }
  return undefined;
}

function base64(text: string): Bytes {
  return fromBase64url(text.replaceAll("+", "-").replaceAll("/", "_"));
}
