// Goal: nobody who can put frames before a viewer makes it throw, or hold more than one picture.
// Method: pieces of a picture come in every wrong size, far more than a picture has.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import type { Bytes } from "../../firmware/bytes.ts";
import { encodePieces } from "../../firmware/link/viewer.ts";
import { millis } from "../../firmware/platform.ts";
import { ViewerLink } from "../viewer.ts";

const SESSION = 0x0101_0101;
/** More than a call takes as arguments, on any engine. */
const PIECES = 200_000;
const FLAGS_AT = -2;

function linkOf(): ViewerLink {
  const secret = new Uint8Array(32).fill(7);
  return new ViewerLink({
    crypto,
    random: { fill: () => undefined },
    lockId: "AAAAAAAAAAA",
    viewer: { secret, publicKey: crypto.agreementPublicKey(secret) },
    ticket: new Uint8Array(8).fill(1),
    cameraKey: crypto.agreementPublicKey(new Uint8Array(32).fill(9)),
  });
}

/** A piece of one byte. @param flags bit 0 the first, bit 1 the last */
function pieceOf(flags: number): Bytes {
  const [frame = new Uint8Array(0)] = encodePieces(SESSION, 0, new Uint8Array(1));
  frame[frame.length + FLAGS_AT] = flags;
  return frame;
}

test("takes no picture in more pieces than it has, and throws nothing", () => {
  const link = linkOf();
  const now = millis(0);
  const [first, next, last] = [pieceOf(1), pieceOf(0), pieceOf(2)];
  link.received(first.slice(), now);
  for (let piece = 0; piece < PIECES; piece++) link.received(next, now);
  assert.equal(link.received(last.slice(), now), { kind: "nothing" });
});

test.run();
