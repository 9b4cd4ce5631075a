// What an owner's statement did, in words: which settings it changed, whose key it added or removed, which board it named.
// Why: whoever looks after a lost phone must read in the log what its key did, and not only that it did something.
// Follows docs/protocol.md §2.3 and §2.4.

import { crypto } from "#crypto";
import { toBase64url } from "../firmware/bytes.ts";
import { kid8 } from "../firmware/cose/key.ts";
import {
  type Body,
  KIND_ACKNOWLEDGE,
  type KIND_ACT,
  KIND_ADD_OWNER,
  KIND_ADOPT,
  KIND_ANNOUNCE,
  KIND_CANCEL_RESET,
  KIND_CONFIGURE,
  KIND_ENROL,
  KIND_FACTORY_RESET,
  KIND_REMOVE_BOARD,
  KIND_REMOVE_OWNER,
  KIND_SET_CLOCK,
  KIND_TRANSFER,
} from "../firmware/grant/body.ts";
import { ROLES } from "../firmware/link/status.ts";
import { saySetting } from "./settings.ts";

/** A statement that is no opening and no locking: those are visits. */
export type DeedBody = Exclude<Body, { readonly kind: typeof KIND_ACT }>;

const HOW: Readonly<Record<DeedBody["kind"], string>> = Object.freeze({
  [KIND_ENROL]: "enrols a board",
  [KIND_REMOVE_BOARD]: "removes a board",
  [KIND_CONFIGURE]: "changes settings",
  [KIND_ANNOUNCE]: "announces firmware",
  [KIND_ADD_OWNER]: "adds an owner",
  [KIND_ADOPT]: "adopts the lock",
  [KIND_REMOVE_OWNER]: "removes an owner",
  [KIND_SET_CLOCK]: "sets the clock",
  [KIND_ACKNOWLEDGE]: "has seen the damage",
  [KIND_FACTORY_RESET]: "begins a reset",
  [KIND_CANCEL_RESET]: "cancels the reset",
  [KIND_TRANSFER]: "hands the lock over",
});
const DONE = "done";

/** Says what was done, and to what. @param nameOf the name of a key, by its kid8 */
export function tellDeed(
  body: DeedBody,
  nameOf: (kid: Uint8Array) => string,
): { readonly how: string; readonly result: string } {
  return { how: HOW[body.kind], result: resultOf(body, nameOf) };
}

function resultOf(body: DeedBody, nameOf: (kid: Uint8Array) => string): string {
  switch (body.kind) {
    case KIND_ENROL:
      return `${ROLES[body.board.role] ?? "board"} ${toBase64url(kid8(crypto, body.board.signingKey))}`;
    case KIND_REMOVE_BOARD:
      return toBase64url(body.boardKid);
    case KIND_CONFIGURE:
      return body.settings.map(saySetting).join(", ");
    case KIND_ADD_OWNER:
      return nameOf(kid8(crypto, body.ownerKey));
    case KIND_REMOVE_OWNER:
      return nameOf(body.ownerKid);
    case KIND_TRANSFER:
      return `to ${nameOf(kid8(crypto, body.adoption.ownerKey))}`;
    case KIND_SET_CLOCK:
      return body.isBackwards ? "backwards" : DONE;
    default:
      return DONE;
  }
}
