// Goal: nothing that somebody else wrote acts on a person's terminal: it moves no cursor, hides no line and turns no text around.
// Method: receipts, messages and films whose makers put controls wherever a text may stand, each shown by its command; what is
// printed is searched for every character that acts. Then the terminal itself is handed such a text, and pictures that act too.

import { writeFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { Recording } from "../../camera/recording.ts";
import { CAMERA, FIRST_SEQ, occasionOf, smallPicture } from "../../camera/test/film.ts";
import { Tape } from "../../camera/test/tape.ts";
import { type Bytes, concat, fromHex, toBase64url } from "../../firmware/bytes.ts";
import { encodeHeader } from "../../firmware/cose/header.ts";
import { kid8 } from "../../firmware/cose/key.ts";
import { sign1 } from "../../firmware/cose/sign1.ts";
import { main } from "../cli.ts";
import { notationOf } from "../notation.ts";
import { Terminal } from "../terminal.ts";
import { receiptOf, write } from "./daybook.node.ts";
import { Desk, Transcript } from "./stage.node.ts";

interface Scene {
  desk: Desk;
}

const test = suite<Scene>("screen");
test.before((scene) => {
  scene.desk = new Desk();
});
test.after(({ desk }) => desk.close());

/** Every control but the line end, and what is invisible or reorders text. */
const ACTS = /[^\P{C}\n]|[\u2028\u2029]/u;
/** Clears a screen, begins a command in one byte of Latin-1, turns the rest around. */
const HOSTILE = "\u001b[2J\u009b8m\u202ex";
/** A type that no version knows: its payload is shown as whatever CBOR it is. */
const TYP_UNKNOWN = 65_199;

const holder = new Uint8Array(8);
const scribe = write(1);
const unknown = (payload: Bytes) =>
  sign1(crypto, scribe.seed, {
    protected: encodeHeader({ kid: kid8(crypto, scribe.publicKey), typ: TYP_UNKNOWN }),
    payload,
  });
const textItem = (text: string) => {
  const bytes = new TextEncoder().encode(text);
  return concat(Uint8Array.of(0x60 + bytes.length), bytes);
};

const SHOWN: readonly (readonly [name: string, message: Bytes, exit: number])[] = [
  ["a receipt of a lock with such a name", receiptOf(scribe, { lockId: "\u001b[2Jxxxxxxx" }), 5],
  ["a receipt for somebody with such a name", receiptOf(scribe, { grant: { leaf: holder, holder, name: HOSTILE } }), 0],
  ["a message of an unknown type with such a text", unknown(textItem(HOSTILE)), 0],
  // The other reader makes an error of tag 27, and of tag 105 an object whose properties the message names.
  ["one with an error that says it", unknown(concat(fromHex("d81b82"), textItem("Error"), textItem(HOSTILE))), 5],
  [
    "one with an object that is no text",
    unknown(concat(fromHex("d8698301"), fromHex("81"), textItem("toString"), fromHex("01"))),
    5,
  ],
];
for (const [name, message, exit] of SHOWN) {
  test(`show: ${name}`, async ({ desk }) => {
    const shown = await desk.run(["show", toBase64url(message), "--zone", "UTC"]);
    assert.not.match(shown.output + shown.errors, ACTS);
    assert.is(shown.exit, exit, shown.output + shown.errors);
    const { output } = await desk.run(["show", toBase64url(message), "--zone", "UTC", "--json"]);
    assert.match(output, /^[\x20-\x7e]+\n$/);
  });
}

test("the notation says each such character by its number", () => {
  assert.is(notationOf(textItem(HOSTILE)), '"\\u001b[2J\\u{9b}8m\\u{202e}x"');
});

test("clip verify: a film of a camera that calls its lock so", async ({ desk }) => {
  const tape = new Tape();
  const occasion = occasionOf({ lockId: "\u001b[8mxxxxxxx" });
  const recording = new Recording(crypto, { signer: CAMERA, occasion, sink: tape, size: { width: 64, height: 48 } });
  const frame = (place: number) => ({ seq: FIRST_SEQ + place, ms: 100 * place, jpeg: smallPicture(place) });
  for (let place = 0; place < 29; place++) recording.add(frame(place), { power: 1 });
  recording.end(frame(29), { power: 1 });
  writeFileSync(desk.file("film.mkv"), tape.bytes);
  const key = toBase64url(CAMERA.publicKey);
  const { exit, output, errors } = await desk.run(["clip", "verify", desk.file("film.mkv"), "--camera", key]);
  assert.not.match(output + errors, ACTS);
  assert.is(exit, 5);
  assert.match(output, /NOT OK/);
});

test("the terminal lets line ends act, and nothing else, wherever it prints", async () => {
  const [output, errors] = [new Transcript(), new Transcript()];
  const terminal = new Terminal(false, { output, errors });
  terminal.say(`one\ntwo ${HOSTILE}`);
  terminal.warn(HOSTILE);
  await terminal.showOnce([HOSTILE], async () => undefined);
  const shown = "\\u{1b}[2J\\u{9b}8m\\u{202e}x\n";
  assert.is(output.text, `one\ntwo ${shown}${shown}`);
  assert.is(errors.text, shown);
});

test("the terminal paints its own pictures, and only those", () => {
  const output = Object.assign(new Transcript(), { isTTY: true });
  const terminal = new Terminal(false, { output, errors: new Transcript() });
  terminal.showPicture("##\n##\n");
  assert.is(output.text, "\u001b[30;107m##\u001b[0m\n\u001b[30;107m##\u001b[0m\n");
});

test("a picture that a screen would break is not shown, and it is said why", () => {
  for (const [columns, shown] of [
    [44, "The QR code is 45 columns wide, and this terminal 44: make it wider to see it.\n"],
    [45, `\u001b[30;107m${"#".repeat(45)}\u001b[0m\n`],
    [undefined, `\u001b[30;107m${"#".repeat(45)}\u001b[0m\n`],
  ] as const) {
    const output = Object.assign(new Transcript(), { isTTY: true, columns });
    new Terminal(false, { output, errors: new Transcript() }).showPicture(`${"#".repeat(45)}\n`);
    assert.is(output.text, shown);
  }
});

test("watch: a camera's pictures are no text, and go to no terminal", async () => {
  const [output, errors] = [Object.assign(new Transcript(), { isTTY: true }), new Transcript()];
  assert.is(await main(["watch", "--stdout"], { output, errors }), 2);
  assert.is(output.text, "");
  assert.match(errors.text, /no text for a terminal/);
});

test.run();
