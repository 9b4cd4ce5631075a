// Goal: with a file and a public key anybody learns what a film proves, and with one of its keys its owner sees it.
// Method: a film is recorded, encrypted for two people and a paper, and noted beside; then commands are typed.

import { readFileSync, statSync, writeFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { AgeWriter } from "../../camera/age.ts";
import { Recording } from "../../camera/recording.ts";
import { CAMERA, cameraOf, FIRST_SEQ, occasionOf, smallPicture } from "../../camera/test/film.ts";
import { SeededRandom } from "../../camera/test/sealing.ts";
import { Tape } from "../../camera/test/tape.ts";
import { type Bytes, concat, fromBase64url, toBase64url } from "../../firmware/bytes.ts";
import { encodeManifest } from "../../firmware/evidence/manifest.ts";
import type { CameraStatus, ListedClip } from "../../firmware/link/viewer.ts";
import { seconds } from "../../firmware/platform.ts";
import { askFilms } from "../clip/card.ts";
import { clipSecretOf } from "../clip/key.ts";
import { ageIdentity, ageRecipient } from "../clip/unseal.ts";
import { seedOfWords } from "../recovery.ts";
import { Desk, isSentence } from "./stage.node.ts";

const SEED = toBase64url(new Uint8Array(32).fill(0x51));
/** The words of BIP-39's test vectors for 32 zeros. */
const WORDS = `${"abandon ".repeat(23)}art`.split(" ");
const FRAMES = 90;
const SIZE = { width: 64, height: 48 };
const CAMERA_KEY = toBase64url(CAMERA.publicKey);

const STATUS: CameraStatus = {
  ...{ verdict: 0, alarm: undefined, isOn: true, canRecord: true, isRecording: false, isCaseOpen: false },
  ...{ isNight: false, isStreamOn: false, power: 0, freeKib: 0, recipients: 1, scenes: 0, clips: 1 },
};

interface Scene {
  owner: Desk;
  film: Bytes;
  sealed: Bytes;
  note: Bytes;
}

const test = suite<Scene>("clips");

/** A picture that is large enough for a clip of several chunks. */
function pictureOf(place: number): Bytes {
  return concat(smallPicture(place).subarray(0, 46), new Uint8Array(3_000).fill(place), Uint8Array.of(0xff, 0xd9));
}

function record(sink: Tape | AgeWriter): void {
  const occasion = occasionOf();
  const recording = new Recording(crypto, { signer: CAMERA, occasion, sink, size: SIZE });
  const circumstances = { power: 9, told: { lo: seconds(1_793_610_000), hi: seconds(1_793_610_002), ms: 400 } };
  for (let place = 0; place < FRAMES; place++) {
    const frame = { seq: FIRST_SEQ + place, ms: 60_000 + 100 * place, jpeg: pictureOf(place) };
    if (place < FRAMES - 1) recording.add(frame, circumstances);
    else recording.end(frame, circumstances);
  }
}

test.before((scene) => {
  scene.owner = new Desk();
  scene.owner.init(SEED);
  const open = new Tape();
  record(open);
  const tape = new Tape();
  const secrets = [fromBase64url(SEED), seedOfWords(WORDS)].map(clipSecretOf);
  const recipients = secrets.map((secret) => crypto.agreementPublicKey(secret));
  const writer = new AgeWriter(crypto, new SeededRandom(3), { recipients, sink: tape });
  record(writer);
  const { hash, size } = writer.end();
  const { lockId, clip } = occasionOf();
  const range = { lastCheckpoint: 8, firstFrame: FIRST_SEQ, lastFrame: FIRST_SEQ + FRAMES - 1 };
  scene.film = open.bytes;
  scene.sealed = tape.bytes;
  scene.note = encodeManifest(crypto, CAMERA, { lockId, clip, hash, size, recipients, ...range });
  writeFileSync(scene.owner.file("visit.mkv"), scene.film);
  writeFileSync(scene.owner.file("visit.age"), scene.sealed);
  writeFileSync(scene.owner.file("visit.note"), toBase64url(scene.note));
  writeFileSync(scene.owner.file("words.txt"), WORDS.join("\n"));
});
test.after(({ owner }) => owner.close());

function verifyWords(owner: Desk, name: string, ...more: readonly string[]): string[] {
  return ["clip", "verify", owner.file(name), "--camera", CAMERA_KEY, "--zone", "UTC", ...more];
}

test("an honest film is OK, with its visit and its time", async ({ owner }) => {
  const { exit, output } = await owner.run(verifyWords(owner, "visit.mkv", "--visit", "41"));
  assert.is(exit, 0);
  assert.match(output, /^OK: 90 frames, each as the camera signed it, from the first to the last\.\n/);
  assert.match(output, /visit 41/);
  assert.match(output, /09:00/);
});

test("the encrypted film is judged the same, with its note", async ({ owner }) => {
  const ran = await owner.run(verifyWords(owner, "visit.age", "--manifest", owner.file("visit.note")));
  assert.is(ran.errors, "");
  assert.match(ran.output, /^OK: 90 frames/);
  assert.is(ran.exit, 0);
  const json = await owner.ask(verifyWords(owner, "visit.age", "--words", owner.file("words.txt")));
  assert.equal([json["verified"], json["sound"], json["findings"], json["visit"]], [true, 90, [], 41]);
});

test("decrypting gives the film, byte for byte, to either key, and overwrites nothing", async ({ owner, film }) => {
  const words = ["clip", "decrypt", owner.file("visit.age")];
  const ran = await owner.run([...words, "--out", owner.file("mine.mkv")]);
  assert.equal([ran.exit, ran.errors], [0, ""]);
  assert.ok(Buffer.from(film).equals(readFileSync(owner.file("mine.mkv"))));
  assert.is(statSync(owner.file("mine.mkv")).mode & 0o777, 0o600);
  const again = await owner.run([...words, "--out", owner.file("mine.mkv")]);
  isSentence(again, 2, /there already/);
  const nowhere = await owner.run([...words, "--out", owner.file("none/film.mkv")]);
  isSentence(nowhere, 2, /^"[^"]*\/none\/film\.mkv" cannot be written: choose another place\.\n$/);
  const paper = await owner.run([...words, "--out", owner.file("paper.mkv"), "--words", owner.file("words.txt")]);
  assert.is(paper.exit, 0);
  assert.ok(Buffer.from(film).equals(readFileSync(owner.file("paper.mkv"))));
});

test("somebody else's key opens nothing, and leaves no file", async ({ owner }) => {
  writeFileSync(owner.file("other.key"), `# mine\n${ageIdentity(new Uint8Array(32).fill(9))}\n`);
  const out = owner.file("other.mkv");
  const ran = await owner.run([
    "clip",
    "decrypt",
    owner.file("visit.age"),
    "--out",
    out,
    "--identity",
    owner.file("other.key"),
  ]);
  isSentence(ran, 5, /encrypted for other keys/);
  assert.throws(() => readFileSync(out));
});

test("a key with a wrong letter is refused in a sentence", async ({ owner }) => {
  const good = ageIdentity(clipSecretOf(fromBase64url(SEED)));
  const wrong = `${good.slice(0, 40)}${good[40] === "Q" ? "P" : "Q"}${good.slice(41)}`;
  writeFileSync(owner.file("wrong.key"), `${wrong}\n`);
  const options = ["--identity", owner.file("wrong.key")];
  isSentence(await owner.run(verifyWords(owner, "visit.age", ...options)), 2, /AGE-SECRET-KEY-1.*wrong/);
  isSentence(
    await owner.run(["clip", "decrypt", owner.file("visit.age"), "--out", owner.file("w.mkv"), ...options]),
    2,
    /wrong/,
  );
});

test("an encrypted film that was cut is read to the last full chunk, and its end is missed", async ({
  owner,
  sealed,
  film,
}) => {
  writeFileSync(owner.file("cut.age"), sealed.subarray(0, 200_000));
  const ran = await owner.run(["clip", "decrypt", owner.file("cut.age"), "--out", owner.file("cut.mkv")]);
  assert.is(ran.exit, 5);
  assert.match(ran.output, /cut or damaged/);
  const cut = readFileSync(owner.file("cut.mkv"));
  assert.is(cut.length, 3 * 65_536);
  assert.ok(cut.equals(Buffer.from(film).subarray(0, cut.length)));
  const judged = await owner.run(verifyWords(owner, "cut.age", "--manifest", owner.file("visit.note")));
  assert.is(judged.exit, 5);
  assert.match(judged.output, /^NOT OK: the end is missing\./);
  assert.match(judged.output, /note beside it is of another file/);
  assert.match(judged.output, /note says frames 1000 to 1089/);
});

type Change = (film: Bytes) => Bytes;

const CHANGED: readonly (readonly [name: string, change: Change, more: readonly string[], says: RegExp])[] = [
  [
    "a changed byte",
    (film) => film.map((byte, index) => (index === 100_000 ? byte ^ 1 : byte)),
    [],
    /^NOT OK: 89 of 90 frames are .*\n {2}Frame 1031: changed/,
  ],
  ["a film without any signature", (film) => stripped(film), [], /^NOT OK: no frame carries a signature\./],
  [
    "a track beside the camera's",
    (film) => concat(film, Uint8Array.of(0x16, 0x54, 0xae, 0x6b, 0x80)),
    [],
    /^NOT OK: the file has more than the camera's pictures.*\n {2}Bytes \d+ to \d+ of the file: no picture of the camera/,
  ],
  [
    "a card's zeros behind a film",
    (film) => concat(film.subarray(0, film.length - 3_900), new Uint8Array(70_000)),
    [],
    /^NOT OK: the file is damaged\. 80 frames before that place/,
  ],
  ["another visit", (film) => film, ["--visit", "42"], /Picture 11 of the file: carries a signature for another visit/],
  ["another lock", (film) => film, ["--lock-id", "AAAAAAAAAAA"], /another visit, grant or lock/],
  [
    "a film that was cut",
    (film) => film.subarray(0, 150_000),
    [],
    /^NOT OK: the end is missing\. 40 frames before it are as the camera signed them.* the \d+ pictures behind them\./,
  ],
];

/** Every name of our segment changed: the pictures stay, and nobody's signature is left. */
function stripped(film: Bytes): Bytes {
  const changed = Buffer.from(film);
  for (let place = changed.indexOf("LATCHKEY"); place >= 0; place = changed.indexOf("LATCHKEY", place))
    changed[place] = 0x58;
  return new Uint8Array(changed);
}

for (const [name, change, more, says] of CHANGED) {
  test(`names ${name}`, async ({ owner, film }) => {
    writeFileSync(owner.file("changed.mkv"), change(film));
    const { exit, output } = await owner.run(verifyWords(owner, "changed.mkv", ...more));
    assert.is(exit, 5);
    assert.match(output, says);
  });
}

test("another camera's key, a forged note, and what is no film are refused in a sentence", async ({ owner, note }) => {
  const other = toBase64url(cameraOf(8).publicKey);
  const judged = await owner.run(["clip", "verify", owner.file("visit.mkv"), "--camera", other]);
  assert.is(judged.exit, 5);
  assert.match(judged.output, /^NOT OK: 0 of 90/);
  assert.match(judged.output, /another key/);
  const forged = note.map((byte, index) => (index === 70 ? byte ^ 1 : byte));
  writeFileSync(owner.file("forged.note"), toBase64url(forged));
  const rows: readonly (readonly [words: readonly string[], exit: number, what: RegExp])[] = [
    [verifyWords(owner, "visit.age", "--manifest", owner.file("forged.note")), 5, /NOT OK: the note/],
    [verifyWords(owner, "words.txt"), 5, /NOT OK: that is no clip/],
    [verifyWords(owner, "nothing.mkv"), 2, /cannot be read/],
    [["clip", "verify", owner.file("visit.mkv")], 2, /--camera is missing/],
    [["clip", "decrypt", owner.file("visit.mkv"), "--out", owner.file("x.mkv")], 2, /not encrypted/],
    [["clip", "show", owner.file("visit.mkv")], 2, /nothing that clip does/],
  ];
  for (const [words, exit, what] of rows) isSentence(await owner.run(words), exit, what);
});

test("key shows for whom a camera must encrypt", async ({ owner }) => {
  const mine = await owner.ask(["clip", "key"]);
  assert.is(mine["recipient"], await ageRecipient(ageIdentity(clipSecretOf(fromBase64url(SEED)))));
  const paper = await owner.ask(["clip", "key", "--words", owner.file("words.txt")]);
  assert.match(String(paper["recipient"]), /^age1[a-z0-9]{58}$/);
  assert.is.not(paper["recipient"], mine["recipient"]);
});

/** A film as a camera lists it, with an end or without. */
function listed(number: number, isOpen: boolean): ListedClip {
  const name = { clip: new Uint8Array(16).fill(number), visit: number, bytes: 1_000 };
  return { ...name, firstFrame: 100 * number, lastFrame: 0, endedLo: 0, endedHi: 0, flags: isOpen ? 4 : 0 };
}

/** What a camera lists before it says how it is, and what it would after. */
const LISTINGS: readonly (readonly [
  claim: string,
  before: readonly ListedClip[],
  isRecording: boolean,
  after: readonly ListedClip[],
  filming: number | undefined,
])[] = [
  ["is written still", [listed(1, true), listed(2, true)], true, [], 2],
  ["ended meanwhile", [listed(1, true), listed(2, true)], false, [listed(1, true), listed(2, false)], undefined],
  ["lost its end", [listed(1, true)], false, [listed(1, true)], undefined],
  ["is another that began meanwhile", [listed(1, true)], false, [listed(1, false), listed(2, true)], 2],
];
for (const [claim, before, isRecording, after, filming] of LISTINGS) {
  test(`the last film of a card ${claim}`, async () => {
    let clips = before;
    const ask = async (question: { readonly kind: string; readonly from?: number }) => {
      if (question.kind !== "status") {
        const { from = 0 } = question;
        return { kind: "list" as const, id: 1, clips: clips.filter(({ firstFrame }) => firstFrame >= from) };
      }
      clips = after;
      return { kind: "status" as const, id: 1, status: { ...STATUS, isRecording } };
    };
    const films = await askFilms({ ask });
    assert.equal([films.clips, films.filming?.visit], [isRecording ? before : after, filming]);
  });
}

test.run();
