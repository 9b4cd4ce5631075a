// Goal: a film becomes an MP4 that players show, its maker is told what is lost, and where ffmpeg is not there a sentence says so.
// Method: a film of whole pictures is encrypted and exported; ffprobe, where it is, says what came of it. Films are poured into a
// slow stream and into one that breaks, which see how much of them was drawn; and programs that end early are put in ffmpeg's place.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Writable } from "node:stream";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { AgeWriter, CHUNK_BYTES } from "../../camera/age.ts";
import { Recording } from "../../camera/recording.ts";
import { DAY } from "../../camera/test/board.ts";
import { CAMERA, FIRST_SEQ, occasionOf } from "../../camera/test/film.ts";
import { SeededRandom } from "../../camera/test/sealing.ts";
import { Tape } from "../../camera/test/tape.ts";
import { type Bytes, fromBase64url, toBase64url } from "../../firmware/bytes.ts";
import { Sensor } from "../../simulator/sensor/sensor.ts";
import { pour } from "../clip/export.ts";
import { clipSecretOf } from "../clip/key.ts";
import { ageIdentity } from "../clip/unseal.ts";
import { sourceOf } from "./source.node.ts";
import { Desk, isSentence } from "./stage.node.ts";

const SEED = toBase64url(new Uint8Array(32).fill(0x51));
const FRAMES = 12;
const isThere = ["ffmpeg", "ffprobe"].every((program) => spawnSync(program, ["-version"]).status === 0);

function writeFilm(desk: Desk, name: string): void {
  const sensor = new Sensor(5);
  const tape = new Tape();
  const recipients = [crypto.agreementPublicKey(clipSecretOf(fromBase64url(SEED)))];
  const sink = new AgeWriter(crypto, new SeededRandom(3), { recipients, sink: tape });
  const size = { width: 640, height: 480 };
  const recording = new Recording(crypto, { signer: CAMERA, occasion: occasionOf(), sink, size });
  for (let place = 0; place < FRAMES; place++) {
    const frame = { seq: FIRST_SEQ + place, ms: 250 * place, jpeg: sensor.mosaic(DAY) };
    if (place < FRAMES - 1) recording.add(frame, { power: 1 });
    else recording.end(frame, { power: 1 });
  }
  sink.end();
  writeFileSync(desk.file(name), tape.bytes);
}

const desk = new Desk();
test.before(() => {
  desk.init(SEED);
  writeFilm(desk, "visit.age");
});
test.after(() => desk.close());

const CODECS: readonly (readonly [words: readonly string[], codec: string])[] = [
  [[], "h264"],
  [["--copy"], "mjpeg"],
];
for (const [words, codec] of CODECS) {
  const name = `${codec}.mp4`;
  if (!isThere)
    console.log(`Left out: ffmpeg and ffprobe are not here, so no film becomes ${name} (apt install ffmpeg).`);
  else
    test(`makes an MP4 with ${codec} and every frame, and says what is lost`, async () => {
      const { exit, output, errors } = await desk.run([
        "clip",
        "export",
        desk.file("visit.age"),
        "--out",
        desk.file(name),
        ...words,
      ]);
      assert.equal([exit, errors], [0, ""]);
      assert.match(output, /What is lost: the camera's signatures/);
      assert.is(statSync(desk.file(name)).mode & 0o777, 0o600);
      const asked = [
        "-v",
        "error",
        "-count_packets",
        "-show_entries",
        "stream=codec_name,nb_read_packets",
        "-of",
        "csv=p=0",
      ];
      const probed = spawnSync("ffprobe", [...asked, desk.file(name)], { encoding: "utf8" });
      assert.is(probed.stdout.trim(), `${codec},${FRAMES}`);
      isSentence(
        await desk.run(["clip", "export", desk.file("visit.age"), "--out", desk.file(name)]),
        2,
        /is there already/,
      );
    });
}

for (const name of isThere ? ["-14.mp4", "2026-11-27T14:20.mp4"] : []) {
  test(`makes a file of the name ${name}, whatever ffmpeg would take that for`, async () => {
    const folder = process.cwd();
    process.chdir(desk.file("."));
    try {
      const { exit, errors } = await desk.run(["clip", "export", "visit.age", `--out=${name}`]);
      assert.equal([exit, errors, existsSync(name)], [0, "", true]);
    } finally {
      process.chdir(folder);
    }
  });
}

test("makes nothing of what is no film, and says where ffmpeg is missing", async () => {
  writeFileSync(desk.file("text.mkv"), "no film");
  const out = desk.file("none.mp4");
  const words = ["clip", "export", desk.file("text.mkv"), "--out", out];
  const nowhere = await desk.run([...words.slice(0, -1), desk.file("none/film.mp4")]);
  isSentence(nowhere, 2, /^"[^"]*\/none\/film\.mp4" cannot be written: choose another place\.\n$/);
  if (isThere) isSentence(await desk.run(words), 5, /ffmpeg makes no film of it: /);
  isSentence(await desk.launch(words, { PATH: "/nowhere" }), 2, /There is no ffmpeg here: install it/);
  assert.equal([existsSync(out), existsSync(`${out}.part`)], [false, false]);
  isSentence(await desk.run(["clip", "export", desk.file("visit.age")]), 2, /--out is missing/);
});

const SECRET = clipSecretOf(fromBase64url(SEED));
const LONG = new Uint8Array(20 * CHUNK_BYTES);

function sealed(plain: Bytes): Bytes {
  const tape = new Tape();
  const recipients = [crypto.agreementPublicKey(SECRET)];
  const sink = new AgeWriter(crypto, new SeededRandom(3), { recipients, sink: tape });
  sink.append(plain);
  sink.end();
  return tape.bytes;
}

const FILMS: readonly (readonly [name: string, film: Bytes, identities: readonly string[] | undefined])[] = [
  ["an open film", LONG, undefined],
  ["an encrypted film", sealed(LONG), [ageIdentity(SECRET)]],
];
for (const [name, film, identities] of FILMS) {
  test(`${name} is read no faster than it is taken`, async () => {
    const source = sourceOf(film);
    let taken = 0;
    const slow = new Writable({
      write(piece: Bytes, _, done) {
        taken += piece.length;
        assert.ok(source.drawn <= taken + 2 * CHUNK_BYTES, `${source.drawn} bytes were read for ${taken}`);
        setImmediate(done);
      },
    });
    assert.is(await pour({ pieces: source, identities }, slow), true);
    assert.ok(slow.writableEnded);
    assert.is(taken, LONG.length);
  });

  test(`${name} is read no further where nobody takes it any more`, async () => {
    const source = sourceOf(film);
    let taken = 0;
    const breaking = new Writable({
      write(piece: Bytes, _, done) {
        taken += piece.length;
        done(taken > CHUNK_BYTES ? Object.assign(new Error("write EPIPE"), { code: "EPIPE" }) : null);
      },
    });
    breaking.on("error", () => undefined);
    assert.is(await pour({ pieces: source, identities }, breaking), false);
    assert.ok(source.isClosed);
    assert.ok(source.drawn <= taken + 2 * CHUNK_BYTES, `${source.drawn} bytes were read for ${taken}`);
  });
}

const PROGRAMS: readonly (readonly [name: string, script: string, says: RegExp])[] = [
  [
    "says why",
    "echo 'no such\u001b[2J codec' >&2; exit 1",
    /ffmpeg makes no film of it: no such\\u\{1b\}\[2J codec\.\n$/,
  ],
  ["says nothing", "exit 3", /ffmpeg makes no film of it: it ended with 3\.\n$/],
  // As when somebody stops the command, in which case nobody is left to take away what has the name that was asked for.
  [
    "is killed",
    'for out; do :; done; out=$(echo "$out" | cut -c6-); echo part > "$out"; case "$out" in *.mp4) echo named too early >&2;; esac; kill -9 $$',
    /it was ended by SIGKILL\.\n$/,
  ],
];
for (const [name, script, says] of PROGRAMS) {
  test(`an ffmpeg that ends early and ${name} leaves a sentence, and no file`, async () => {
    mkdirSync(desk.file(name));
    writeFileSync(join(desk.file(name), "ffmpeg"), `#!/bin/sh\n${script}\n`, { mode: 0o700 });
    const out = desk.file(`${name}.mp4`);
    writeFileSync(desk.file("long.age"), FILMS[1][1]);
    writeFileSync(`${out}.part`, "left by one that was interrupted");
    const path = `${desk.file(name)}:${process.env["PATH"]}`;
    isSentence(await desk.launch(["clip", "export", desk.file("long.age"), "--out", out], { PATH: path }), 5, says);
    assert.equal([existsSync(out), existsSync(`${out}.part`)], [false, false]);
  });
}

test.run();
