// Goal: a file cannot say another shape of its pictures than they have, since a player believes it.
// Method: pictures of a few markers, as ITU-T T.81 orders them; the oracle is their own writing.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { ClipWriter, type PictureSize } from "../../../camera/clip.ts";
import { CAMERA, filmOf } from "../../../camera/test/film.ts";
import { Tape } from "../../../camera/test/tape.ts";
import { type Bytes, fromHex } from "../../bytes.ts";
import { ClipReader } from "../matroska.ts";
import { shapeOf } from "../shape.ts";
import { ClipVerifier } from "../verify.ts";

const TABLE = "ffdb0004abcd";
const HUFFMAN = "ffc40004abcd";
/** 64 pixels wide and 48 high. */
const HEADER = "000b080030004001011100";
const SHAPE = { width: 64, height: 48 };

const SHAPED: readonly (readonly [string, string])[] = [
  ["a plain one", `ffd8ffc0${HEADER}ffd9`],
  ["a progressive one", `ffd8ffc2${HEADER}ffd9`],
  ["one with tables before", `ffd8${TABLE}${HUFFMAN}ffc0${HEADER}ffda`],
  ["one with filling before a marker", `ffd8ffffffc0${HEADER}ffd9`],
  ["one with a marker that has nothing behind it", `ffd8ff01ffd0ffc0${HEADER}ffd9`],
];
const SHAPELESS: readonly (readonly [string, string])[] = [
  ["nothing", ""],
  ["a start and an end", "ffd8ffd9"],
  ["a header behind the scan", `ffd8ffda0002ffc0${HEADER}`],
  ["a header behind the end", `ffd8ffd9ffc0${HEADER}`],
  ["a header that is cut", `ffd8ffc0${HEADER.slice(0, 12)}`],
  ["a table that reaches behind the end", `ffd8ffdbffffffc0${HEADER}`],
  ["bytes that are no marker", `ffd8abcdffc0${HEADER}`],
  ["a table of no length, again and again", `ffd8${"ffdb0000".repeat(40)}`],
];

for (const [name, jpeg] of SHAPED)
  test(`finds the shape of ${name}`, () => assert.equal(shapeOf(fromHex(jpeg)), SHAPE));
for (const [name, jpeg] of SHAPELESS) test(`finds none in ${name}`, () => assert.is(shapeOf(fromHex(jpeg)), undefined));

function judge(said: PictureSize): { readonly isOk: boolean; readonly kinds: readonly string[] } {
  const tape = new Tape();
  const writer = new ClipWriter(tape, said);
  const picture = (): Bytes => fromHex(`ffd8${TABLE}ffc0${HEADER}ffda0002abffd9`);
  for (const { jpeg, shownAt } of filmOf({ frames: 5, picture })) writer.add([jpeg], shownAt);
  writer.close();
  const verifier = new ClipVerifier(crypto, CAMERA.publicKey);
  const reader = new ClipReader(({ jpeg, shownAt }) => verifier.add(jpeg, shownAt));
  reader.push(tape.bytes);
  const { isOk, findings } = verifier.finish(reader.finish());
  return { isOk, kinds: [...new Set(findings.map(({ kind }) => kind))] };
}

test("vouches for pictures of the shape that the file says", () => {
  assert.equal(judge(SHAPE), { isOk: true, kinds: [] });
});

for (const said of [
  { width: 64, height: 96 },
  { width: 128, height: 48 },
  { width: 48, height: 64 },
]) {
  test(`does not vouch for pictures of 64 by 48 in a file that says ${said.width} by ${said.height}`, () => {
    assert.equal(judge(said), { isOk: false, kinds: ["foreign"] });
  });
}

test.run();
