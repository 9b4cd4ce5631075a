// The film of a visit as its owner looks at it: the file that the journal names, opened with the owner's secret, and judged.
// Why: whoever tells a story and whoever watches a house must ask the same of a film, and neither knows more than an owner does.

import { toHex } from "../firmware/bytes.ts";
import type { Crypto } from "../firmware/crypto/crypto.ts";
import { ClipReader } from "../firmware/evidence/matroska.ts";
import { type ClipVerdict, ClipVerifier } from "../firmware/evidence/verify.ts";
import type { Entry } from "../firmware/journal/entry.ts";
import type { Hall } from "./hall.ts";
import { openAge } from "./opener.ts";

/** What became of looking: the journal names no film; the card has it not whole; or how it is. */
export type Looked =
  | { readonly kind: "unnamed" }
  | { readonly kind: "missing" }
  | { readonly kind: "judged"; readonly verdict: ClipVerdict };

/** Looks at the film of a visit: whether it is whole, as it was signed, and the one whose chain the journal holds.
 *  @param visit the number of its intent */
export function lookAtFilm(crypto: Crypto, hall: Hall, of: { visit: number; entries: readonly Entry[] }): Looked {
  const { visit, entries } = of;
  const told = entries.flatMap((entry) => (entry.kind === "camera" && entry.visit === visit ? [entry] : []));
  const end = told.find(({ event }) => event === "end")?.head;
  if (end === undefined) return { kind: "unnamed" };
  const name = toHex(end.clip);
  const file = hall.board.card.file(`${name}.age`);
  const opened = file === undefined ? undefined : openAge(crypto, hall.ownerSecret, file);
  const key = hall.board.camera?.signingKey;
  if (opened?.isWhole !== true || key === undefined) return { kind: "missing" };
  const heads = told.flatMap(({ head }) => (head !== undefined && toHex(head.clip) === name ? [head.chain] : []));
  const verifier = new ClipVerifier(crypto, key, { visit, heads });
  const reader = new ClipReader(({ jpeg, shownAt }) => verifier.add(jpeg, shownAt));
  reader.push(opened.bytes);
  return { kind: "judged", verdict: verifier.finish(reader.finish()) };
}
