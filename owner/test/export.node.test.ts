// Goal: a film becomes an MP4 that players show, its maker is told what is lost, and where ffmpeg is not there a sentence says so.
// Method: a film of whole pictures is encrypted and exported; ffprobe, where it is, says what came of it.

import { spawnSync } from "node:child_process";
import { existsSync, statSync, writeFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { AgeWriter } from "../../camera/age.ts";
import { Recording } from "../../camera/recording.ts";
import { DAY } from "../../camera/test/board.ts";
import { CAMERA, FIRST_SEQ, occasionOf } from "../../camera/test/film.ts";
import { SeededRandom } from "../../camera/test/sealing.ts";
import { Tape } from "../../camera/test/tape.ts";
import { fromBase64url, toBase64url } from "../../firmware/bytes.ts";
import { Sensor } from "../../simulator/sensor/sensor.ts";
import { clipSecretOf } from "../clip/key.ts";
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

test("makes nothing of what is no film, and says where ffmpeg is missing", async () => {
  writeFileSync(desk.file("text.mkv"), "no film");
  const out = desk.file("none.mp4");
  const words = ["clip", "export", desk.file("text.mkv"), "--out", out];
  if (isThere) isSentence(await desk.run(words), 5, /ffmpeg makes no film of it: /);
  assert.not.ok(existsSync(out));
  isSentence(await desk.launch(words, { PATH: "/nowhere" }), 2, /There is no ffmpeg here: install it/);
  isSentence(await desk.run(["clip", "export", desk.file("visit.age")]), 2, /--out is missing/);
});

test.run();
