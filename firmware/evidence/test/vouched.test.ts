// Goal: a file that a player may show anything else from than the pictures that are judged is never OK.
// Method: one honest clip, with one thing added or changed a row, as Matroska allows it; beside them what honest writers add.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { ClipWriter } from "../../../camera/clip.ts";
import { CAMERA, filmOf } from "../../../camera/test/film.ts";
import { Tape } from "../../../camera/test/tape.ts";
import { type Bytes, concat, fromAscii } from "../../bytes.ts";
import { ClipReader } from "../matroska.ts";
import { type ClipVerdict, ClipVerifier } from "../verify.ts";

const FRAMES = 13;
const FILM = filmOf({ frames: FRAMES });

/** An element of a name in hex. A size has four bytes always. */
function element(id: string, ...parts: readonly (Uint8Array | string)[]): Bytes {
  const content = concat(...parts.map((part) => (typeof part === "string" ? hex(part) : part)));
  const size = content.length;
  return concat(hex(id), Uint8Array.of(0x10, (size >> 16) & 0xff, (size >> 8) & 0xff, size & 0xff), content);
}

function hex(text: string): Bytes {
  return Uint8Array.from(text.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
}

function honest(): Bytes {
  const tape = new Tape();
  const writer = new ClipWriter(tape, { width: 64, height: 48 });
  for (const { jpeg, shownAt } of FILM) writer.add([jpeg], shownAt);
  writer.close();
  return tape.bytes;
}

const CLIP = honest();
const at = (name: string) => placeOf(CLIP, hex(name));
const TRACKS_AT = at("1654ae6b");
const CLUSTER_AT = at("1f43b675");
const SEGMENT_CONTENT_AT = at("18538067") + 12;
const OPEN = "01ffffffffffffff";

function placeOf(bytes: Bytes, wanted: Bytes): number {
  for (let place = 0; place < bytes.length; place++)
    if (wanted.every((byte, index) => bytes[place + index] === byte)) return place;
  throw new Error("not there");
}

const FORGED = concat(hex("ffd8"), fromAscii("another film"), hex("ffd9"));
const HEADER = CLIP.slice(0, at("18538067"));
const INFO = CLIP.slice(at("1549a966"), TRACKS_AT);
const CLUSTERS = CLIP.slice(CLUSTER_AT);
/** What is inside of the one TrackEntry. */
const TRACK = CLIP.slice(TRACKS_AT + 8 + 5, CLUSTER_AT);
const VIDEO_AT = TRACK.length - 5 - 18;

const block = (flags = "80", track = "81") => element("a3", `${track}0000${flags}`, FORGED);
const cluster = (...parts: readonly Bytes[]) => element("1f43b675", element("e7", "00"), ...parts);

function clipOf({
  info = INFO,
  entries = [TRACK],
  before = [],
  clusters = CLUSTERS,
}: {
  info?: Bytes;
  entries?: readonly Bytes[];
  before?: readonly Bytes[];
  clusters?: Bytes;
}): Bytes {
  const tracks = element("1654ae6b", ...entries.map((entry) => element("ae", entry)));
  return concat(HEADER, hex(`18538067${OPEN}`), info, tracks, ...before, clusters);
}

const withTrack = (...parts: readonly Bytes[]) => clipOf({ entries: [concat(TRACK, ...parts)] });
const withVideo = (...parts: readonly Bytes[]) =>
  clipOf({ entries: [concat(TRACK.slice(0, VIDEO_AT), element("e0", TRACK.slice(VIDEO_AT + 5), ...parts))] });
const withInfo = (...parts: readonly Bytes[]) => clipOf({ info: element("1549a966", INFO.slice(8), ...parts) });
const withBefore = (...before: readonly Bytes[]) => clipOf({ before });
const secondTrack = element("ae", "d78102", "73c58102", "838101", element("86", fromAscii("V_MJPEG")));

/** The first block's flags, or the first cluster's size, changed in place. */
function changed(place: number, value: string): Bytes {
  const bytes = CLIP.slice();
  bytes.set(hex(value), place);
  return bytes;
}

const FLAGS_AT = CLUSTER_AT + 12 + 9 + 5 + 3;
const seek = (id: string, position: number) =>
  element("114d9b74", element("4dbb", element("53ab", id), element("53ac", u32(position))));
const cues = (position: number, relative?: number) =>
  element(
    "1c53bb6b",
    element(
      "bb",
      "b38100",
      element("b7", "f78101", element("f1", u32(position)), relative === undefined ? "" : element("f0", u32(relative))),
    ),
  );
const u32 = (value: number) => Uint8Array.of(value >>> 24, (value >> 16) & 255, (value >> 8) & 255, value & 255);
const CLUSTER_POSITION = CLUSTER_AT - SEGMENT_CONTENT_AT;

/** The film in a segment with a size, as ffmpeg copies it. @param size how much longer it says it is */
function sized({ clusters = [CLUSTER], size = 0 }: { clusters?: readonly Bytes[]; size?: number } = {}): Bytes {
  const content = concat(INFO, element("1654ae6b", element("ae", TRACK)), ...clusters);
  return concat(HEADER, hex("1853806708"), u32(content.length + size), content);
}

const NINE = "000000000000000000";
const timed = (ms: number) => `81${(ms & 0xffff).toString(16).padStart(4, "0")}80`;
const clusterOf = (time: string, later: number) =>
  element(
    "1f43b675",
    element("e7", time),
    ...FILM.map(({ jpeg, shownAt }) => element("a3", timed(shownAt + later), jpeg)),
  );
const CLUSTER = clusterOf("00", 0);

type Row = readonly [name: string, bytes: Bytes];

const ALLOWED: readonly Row[] = [
  ["as the camera wrote it", CLIP],
  ["written again with other sizes", clipOf({})],
  ["padding, tags and a checksum", withBefore(element("ec", FORGED), element("1254c367"), element("bf", "00000000"))],
  ["a segment and a cluster with sizes", sized()],
  ["a picture before its cluster's time", sized({ clusters: [clusterOf("32", -50)] })],
  [
    "what ffmpeg says of a track",
    withBefore(
      element(
        "1254c367",
        element("7373", element("63c0", "63c58101"), element("67c8", "45a38141", "44878441420000")),
        element("7373", element("67c8", "45a38141"), element("67c8", "45a38142")),
      ),
    ),
  ],
  ["a duration and a name of the segment", withInfo(element("4489", "00000000"), element("73a4", "0102"))],
  [
    "a language and a usual time of a frame",
    withTrack(element("22b59c", fromAscii("eng")), element("23e383", "05f5e100")),
  ],
  ["the same shape shown", withVideo(element("54b0", "04"), element("54ba", "03"), element("54b2", "03"))],
  ["the colours of a JPEG", withVideo(element("55b0", "55b18105", "55b98102"))],
  ["an index that points to a cluster and a block", concat(CLIP, cues(CLUSTER_POSITION, 9))],
  ["a list that points to the tracks", concat(CLIP, seek("1654ae6b", TRACKS_AT - SEGMENT_CONTENT_AT))],
];

const HIDDEN = element("ec", cluster(block()));
const FOREIGN: readonly Row[] = [
  ["a second track of pictures", clipOf({ entries: [TRACK, secondTrack.slice(5)] })],
  [
    "a second track, and its blocks",
    concat(clipOf({ entries: [TRACK, secondTrack.slice(5)] }), cluster(block("80", "82"))),
  ],
  ["blocks of a track that is not there", concat(CLIP, cluster(block("80", "82")))],
  ["a track of sound", clipOf({ entries: [TRACK, concat(hex("d78102838102"), element("86", fromAscii("A_OPUS")))] })],
  ["an encoding that puts a picture before each", withTrack(element("6d80", element("6240", "5034", FORGED)))],
  ["another speed", withTrack(element("23314f", "40000000"))],
  ["a track that is not enabled", withTrack(element("b9", "00"))],
  ["a crop", withVideo(element("54bb", "20"))],
  ["a projection", withVideo(element("7670"))],
  ["another shape", withVideo(element("54b0", "40"), element("54ba", "01"))],
  ["other colours", withVideo(element("55b0", "55b18101"))],
  ["chapters", withBefore(element("1043a770"))],
  ["attachments", withBefore(element("1941a469"))],
  ["an element of no name", withBefore(element("4fff", FORGED))],
  ["a file that is to be shown before", withInfo(element("3cb923", "01"))],
  ["two scales of time", withInfo(element("2ad7b1", "1e8480"))],
  ["a second description", withBefore(INFO)],
  ["second tracks", withBefore(element("1654ae6b", element("ae", TRACK)))],
  ["a second segment", concat(CLIP, element("18538067", cluster(block())))],
  ["a second header", concat(CLIP, HEADER)],
  ["an invisible block", changed(FLAGS_AT, "88")],
  ["a block that may be left out", changed(FLAGS_AT, "81")],
  ["a block that needs others", changed(FLAGS_AT, "00")],
  ["blocks behind their cluster", changed(CLUSTER_AT + 4, "0100000000000009")],
  ["a cluster without a time", concat(CLIP, element("1f43b675", block()))],
  ["two times of a cluster", concat(CLIP, cluster(element("e7", "01")))],
  [
    "a block with something added",
    concat(CLIP, cluster(element("a0", element("a1", "81000080", FORGED), element("75a1")))),
  ],
  ["an encrypted block", concat(CLIP, cluster(element("af", FORGED)))],
  ["a segment that is over before its clusters", changed(SEGMENT_CONTENT_AT - 8, "0100000000000040")],
  ["padding without an end", concat(CLIP, hex("ec1effffff"), FORGED)],
  // A player that cannot read on looks for the next cluster, and finds the one in the padding.
  ["a cluster without a size in a segment with one", sized({ clusters: [HIDDEN, CLUSTERS] })],
  ["a picture before the film's beginning", sized({ clusters: [clusterOf("00", -50)] })],
  ["tags that are a cluster", withBefore(element("1254c367", cluster(block())))],
  ["a tag that is a cluster", withBefore(element("1254c367", element("7373", cluster(block()))))],
  ["tags within tags", withBefore(element("1254c367", element("7373", element("67c8", element("67c8")))))],
  ["a duration of three bytes", withInfo(element("4489", "000000"))],
  ["a track's number of nine bytes", withTrack(element("6de7", NINE))],
  [
    "a block's duration of nine bytes",
    concat(CLIP, cluster(element("a0", element("a1", "81000000", FORGED), element("9b", NINE)))),
  ],
  ["an index of a time of nine bytes", concat(CLIP, element("1c53bb6b", element("bb", element("b3", NINE))))],
  ["padding behind the segment", concat(sized(), element("ec"))],
  ["an index into padding", concat(CLIP, HIDDEN, cues(CLIP.length - SEGMENT_CONTENT_AT + 5))],
  ["an index into a picture", concat(CLIP, cues(CLUSTER_POSITION, 20))],
  ["a list that points into padding", concat(CLIP, HIDDEN, seek("1f43b675", CLIP.length - SEGMENT_CONTENT_AT + 5))],
];

function judge(bytes: Bytes): ClipVerdict {
  const verifier = new ClipVerifier(crypto, CAMERA.publicKey);
  const reader = new ClipReader(({ jpeg, shownAt }) => verifier.add(jpeg, shownAt));
  reader.push(bytes);
  return verifier.finish(reader.finish());
}

for (const [name, bytes] of ALLOWED) {
  test(`vouches for ${name}`, () => assert.equal([judge(bytes).findings, judge(bytes).sound], [[], FRAMES]));
}
for (const [name, bytes] of FOREIGN) {
  test(`does not vouch for ${name}`, () => {
    const { isOk, isCutOnly, findings } = judge(bytes);
    assert.equal([isOk, isCutOnly], [false, false]);
    assert.ok(findings.some(({ kind, by }) => kind === "foreign" && by === "byte"));
  });
}

test("names the bytes, in whatever pieces the file comes", () => {
  const bytes = concat(CLIP, HIDDEN, element("1043a770", FORGED), element("ec"));
  const from = CLIP.length + HIDDEN.length;
  const reader = new ClipReader(() => {});
  for (let place = 0; place < bytes.length; place += 7) reader.push(bytes.subarray(place, place + 7));
  assert.equal(reader.finish(), [{ kind: "foreign", by: "byte", from, through: from + 8 + FORGED.length - 1 }]);
});

test("many foreign elements are named as at most 64", () => {
  const reader = new ClipReader(() => {});
  reader.push(concat(CLIP, ...Array.from({ length: 500 }, () => element("1043a770"))));
  const findings = reader.finish();
  assert.equal([findings.length, findings.at(-1)?.through], [64, CLIP.length + 500 * 8 - 1]);
});

test("what breaks off is cut only, and behind an end it is no longer OK", () => {
  const cut = judge(CLIP.slice(0, CLIP.length - 5));
  assert.equal([cut.isOk, cut.isCutOnly, cut.findings[0]?.kind], [false, true, "broken-off"]);
  const more = judge(concat(CLIP, block().slice(0, 20)));
  assert.equal([more.isOk, more.isCutOnly, more.findings.map(({ kind }) => kind)], [false, false, ["broken-off"]]);
});

test("a segment or a cluster that says it goes on behind the file is damaged, and not only cut", () => {
  const copy = sized();
  const cut = copy.slice(0, copy.length - 5);
  for (const bytes of [sized({ size: 5 }), concat(CLIP, hex("1f43b6751000000ae78100")), cut]) {
    const { isOk, isCutOnly, findings } = judge(bytes);
    assert.equal([isOk, isCutOnly], [false, false]);
    assert.ok(findings.some(({ kind, by }) => kind === "damaged" && by === "byte"));
  }
});

test("a cluster's place or former size of nine bytes, and an open cluster in tags, is damage", () => {
  const open = element("1254c367", hex(`1f43b675${OPEN}`), block());
  for (const bytes of [cluster(element("a7", NINE)), cluster(element("ab", NINE)), open]) {
    const verifier = new ClipVerifier(crypto, CAMERA.publicKey);
    const reader = new ClipReader(({ jpeg, shownAt }) => verifier.add(jpeg, shownAt));
    assert.throws(() => reader.push(concat(CLIP, bytes)));
    assert.equal(
      verifier.finish(reader.finish()).findings.map(({ kind }) => kind),
      ["damaged"],
    );
  }
});

test("zeros behind a film, or a damaged head, take nothing from the frames before", () => {
  for (const [bytes, sound] of [
    [concat(CLIP, new Uint8Array(4_096)), FRAMES],
    [concat(CLIP.slice(0, FLAGS_AT - 8), new Uint8Array(64)), 0],
  ] as const) {
    const verifier = new ClipVerifier(crypto, CAMERA.publicKey);
    const reader = new ClipReader(({ jpeg, shownAt }) => verifier.add(jpeg, shownAt));
    assert.throws(() => reader.push(bytes));
    const { isOk, isCutOnly, findings, ...judged } = verifier.finish(reader.finish());
    assert.equal([isOk, isCutOnly, judged.sound], [false, false, sound]);
    assert.is(findings[0]?.kind, "damaged");
  }
});

test.run();
