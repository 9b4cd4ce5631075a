// The film of a visit as its owner looks at it: the file that the journal names, opened with the owner's secret, and judged.
// Why: whoever tells a story and whoever watches a house must ask the same of a film, and neither knows more than an owner does.

import { type Bytes, toHex } from "../firmware/bytes.ts";
import type { Crypto } from "../firmware/crypto/crypto.ts";
import { ClipReader } from "../firmware/evidence/matroska.ts";
import { type ClipVerdict, ClipVerifier } from "../firmware/evidence/verify.ts";
import type { Entry } from "../firmware/journal/entry.ts";
import type { CameraBoard } from "./camera.ts";
import { openAge } from "./opener.ts";

/** A camera with its card, and the X25519 secret of whoever owns its films. */
export interface Filmed {
  readonly board: CameraBoard;
  readonly ownerSecret: Bytes;
}

/** What became of looking: the journal names no film; the card has it not whole; or how it is. */
export type Looked =
  | { readonly kind: "unnamed" }
  | { readonly kind: "missing" }
  | { readonly kind: "judged"; readonly verdict: ClipVerdict };

/** Looks at the film of a visit: whether it is whole, as it was signed, and the one whose chain the journal holds.
 *  @param visit the number of its intent */
export function lookAtFilm(
  crypto: Crypto,
  { board, ownerSecret }: Filmed,
  of: { readonly visit: number; readonly entries: readonly Entry[]; readonly lockId?: string },
): Looked {
  const { visit, entries, lockId } = of;
  const told = entries.flatMap((entry) => (entry.kind === "camera" && entry.visit === visit ? [entry] : []));
  const end = told.find(({ event }) => event === "end")?.head;
  if (end === undefined) return { kind: "unnamed" };
  const name = toHex(end.clip);
  const file = board.card.file(`${name}.age`);
  const opened = file === undefined ? undefined : openAge(crypto, ownerSecret, file);
  const key = board.camera?.signingKey;
  if (opened?.isWhole !== true || key === undefined) return { kind: "missing" };
  const heads = told.flatMap(({ head }) => (head !== undefined && toHex(head.clip) === name ? [head.chain] : []));
  const verifier = new ClipVerifier(crypto, key, { visit, lockId, heads });
  const reader = new ClipReader(({ jpeg, shownAt }) => verifier.add(jpeg, shownAt));
  reader.push(opened.bytes);
  return { kind: "judged", verdict: verifier.finish(reader.finish()) };
}
