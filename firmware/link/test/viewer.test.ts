// Goal: a viewer's requests, the camera's answers and pieces of pictures have one form each, and every other is refused.
// Method: rows of bytes that were written by hand from docs/protocol.cddl; each is also tried short, long and with another head.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Bytes, concat, fromHex, toHex } from "../../bytes.ts";
import { ascending, throwsFault } from "../../crypto/test/checks.ts";
import { Fault } from "../../fault.ts";
import { checkFrame, FRAME_MEDIA, numberOf, sessionOf } from "../frame.ts";
import {
  type CameraStatus,
  CLIPS_PER_ANSWER,
  encodeAnswer,
  encodePicture,
  encodePieces,
  encodeRequest,
  type ListedClip,
  parseAnswer,
  parsePicture,
  parseRequest,
  READ_BYTES_MAX,
  RECORDS_PER_ANSWER,
  readPiece,
  type ViewerAnswer,
  type ViewerRequest,
} from "../viewer.ts";

const CLIP = new Uint8Array(16).fill(0xc1);
const CLIP_HEX = `50${"c1".repeat(16)}`;
const KEY = new Uint8Array(32).fill(0x4b);
const KEY_HEX = `5820${"4b".repeat(32)}`;
const U32 = 0xffff_ffff;
const LISTED: ListedClip = {
  ...{ clip: CLIP, visit: 41, bytes: 65_536, firstFrame: 1_000, lastFrame: 1_099 },
  ...{ endedLo: 0, endedHi: U32, flags: 4 },
};
const STATUS: CameraStatus = {
  ...{
    verdict: 0,
    alarm: undefined,
    isOn: true,
    canRecord: true,
    isRecording: false,
    isCaseOpen: false,
    isNight: true,
    isStreamOn: false,
  },
  ...{ power: 7, freeKib: 300, recipients: 2, scenes: 3, clips: 1 },
};

const REQUESTS: readonly (readonly [bytes: string, request: ViewerRequest])[] = [
  ["820101", { kind: "watch", id: 1 }],
  ["82021affffffff", { kind: "ping", id: U32 }],
  ["83030218ff", { kind: "list", id: 2, from: 255 }],
  [`850403${CLIP_HEX}00190898`, { kind: "read", id: 3, clip: CLIP, part: "file", offset: 2_200 }],
  [`850403${CLIP_HEX}0100`, { kind: "read", id: 3, clip: CLIP, part: "manifest", offset: 0 }],
  [`840504${CLIP_HEX}01`, { kind: "mark", id: 4, clip: CLIP, mark: "fetched" }],
  [`840504${CLIP_HEX}02`, { kind: "mark", id: 4, clip: CLIP, mark: "kept" }],
  [`840504${CLIP_HEX}03`, { kind: "mark", id: 4, clip: CLIP, mark: "let-go" }],
  ["83060501", { kind: "rail", id: 5, from: 1 }],
  [`83070681${KEY_HEX}`, { kind: "recipients", id: 6, recipients: [KEY] }],
  ["820807", { kind: "approve", id: 7 }],
  ["820908", { kind: "status", id: 8 }],
  [`830a09${KEY_HEX}`, { kind: "stream", id: 9, secret: KEY }],
  ["830a0940", { kind: "stream", id: 9, secret: undefined }],
];

const ANSWERS: readonly (readonly [bytes: string, answer: ViewerAnswer])[] = [
  ["8318400101", { kind: "yes", id: 1 }],
  ["8318400100", { kind: "no", id: 1 }],
  [`83184102${KEY_HEX}`, { kind: "watch", id: 2, baseKey: KEY }],
  [`8318420381${`88${CLIP_HEX}18291a000100001903e819044b001affffffff04`}`, { kind: "list", id: 3, clips: [LISTED] }],
  ["8318420380", { kind: "list", id: 3, clips: [] }],
  ["8318430443010203", { kind: "read", id: 4, bytes: ascending(1, 3) }],
  ["8318430440", { kind: "read", id: 4, bytes: new Uint8Array(0) }],
  ["831844058242010243030405", { kind: "rail", id: 5, records: [ascending(1, 2), ascending(3, 3)] }],
  ["831845068800184013" + "0719012c020301", { kind: "status", id: 6, status: STATUS }],
  ["83184506880018401833" + "0719012c020301", { kind: "status", id: 6, status: { ...STATUS, isStreamOn: true } }],
];

const REFUSED_REQUESTS = [
  ...[
    "",
    "80",
    "8101",
    "82",
    "820001",
    "820a01",
    "820b01",
    "830a0100",
    "821801",
    "8201",
    "83010100",
    "820301",
    "83030101ff",
    "8303011bffffffff",
  ],
  ...[`850403${CLIP_HEX}0200`, `8404034f${"c1".repeat(15)}00`, `840504${CLIP_HEX}00`, `840504${CLIP_HEX}04`],
  ...["83070680", `83070689${KEY_HEX.repeat(9)}`, `83070681581f${"4b".repeat(31)}`, "a10101", "9f0101ff", "82010101"],
  ...["830a0141ff", `830a01581f${"4b".repeat(31)}`, `830a015821${"4b".repeat(33)}`, `840a01${KEY_HEX}00`],
];

const REFUSED_ANSWERS = [
  ...["", "80", "8318400102", "82184001", "83183f0101", "8318460101", "8318410240", "831842038187", "83184202a0"],
  ...[`83184401${`89${"4101".repeat(9)}`}`, "831844018140", "8318450687001840130719012c0203"],
];

for (const [bytes, request] of REQUESTS) {
  test(`request ${bytes.slice(0, 24)} is ${request.kind}`, () => {
    assert.is(toHex(encodeRequest(request)), bytes);
    assert.equal(parseRequest(fromHex(bytes)), request);
    around(bytes, parseRequest);
  });
}

for (const [bytes, answer] of ANSWERS) {
  test(`answer ${bytes.slice(0, 24)} is ${answer.kind}`, () => {
    assert.is(toHex(encodeAnswer(answer)), bytes);
    assert.equal(parseAnswer(fromHex(bytes)), answer);
    around(bytes, parseAnswer);
  });
}

for (const bytes of REFUSED_REQUESTS)
  test(`refuses request ${bytes.slice(0, 24)}`, () => refuses(fromHex(bytes), parseRequest));
for (const bytes of REFUSED_ANSWERS)
  test(`refuses answer ${bytes.slice(0, 24)}`, () => refuses(fromHex(bytes), parseAnswer));

/** Each row is also tried one byte short and one byte long. */
function around(hex: string, parse: (bytes: Bytes) => unknown): void {
  const bytes = fromHex(hex);
  for (let size = 0; size < bytes.length; size++) refuses(bytes.slice(0, size), parse);
  refuses(concat(bytes, Uint8Array.of(0)), parse);
}

function refuses(bytes: Bytes, parse: (bytes: Bytes) => unknown): void {
  try {
    parse(bytes);
  } catch (error) {
    assert.ok(error instanceof Fault, String(error));
    return;
  }
  assert.unreachable(toHex(bytes));
}

test("the fullest answers fit in a frame", () => {
  const widest = { ...LISTED, visit: U32, bytes: U32, firstFrame: U32, lastFrame: U32, endedLo: U32, flags: 7 };
  const clips = new Array<ListedClip>(CLIPS_PER_ANSWER).fill(widest);
  const records = new Array<Bytes>(RECORDS_PER_ANSWER).fill(new Uint8Array(280));
  for (const answer of [
    { kind: "list", id: U32, clips },
    { kind: "rail", id: U32, records },
    { kind: "read", id: U32, bytes: new Uint8Array(READ_BYTES_MAX) },
  ] as const) {
    const bytes = encodeAnswer(answer);
    assert.ok(bytes.length <= 2_400);
    assert.equal(parseAnswer(bytes), answer);
  }
});

test("a picture's head says which ping it is younger than", () => {
  const head = { ping: 3, frame: 1_000, ms: 500, verdict: 13, isRecording: true, isInfrared: false };
  const bytes = encodePicture(head, ascending(1, 3));
  assert.is(toHex(bytes), "85031903e81901f40d01010203");
  assert.equal(parsePicture(bytes), { head, jpeg: ascending(1, 3) });
  for (const bad of ["", "84031903e81901f40d", "85031903e81901f4184001", "8503", "860301020304"])
    refuses(fromHex(bad), parsePicture);
});

test("a message is cut into pieces, of which the first and the last say so", () => {
  for (const [size, sizes] of [
    [1, [1]],
    [2_400, [2_400]],
    [2_401, [2_400, 1]],
    [7_200, [2_400, 2_400, 2_400]],
  ] as const) {
    const message = new Uint8Array(size).map((_, at) => at);
    const frames = encodePieces(0xcafeba98, 0x12345678, message);
    for (const frame of frames) {
      assert.equal([checkFrame(frame), sessionOf(frame), numberOf(frame)], [FRAME_MEDIA, 0xcafeba98, 0x12345678]);
    }
    const pieces = frames.map(readPiece);
    assert.equal(
      pieces.map(({ bytes }) => bytes.length),
      sizes,
    );
    assert.is(toHex(concat(...pieces.map(({ bytes }) => bytes))), toHex(message));
    const last = pieces.length - 1;
    assert.ok(pieces.every(({ isFirst, isLast }, at) => isFirst === (at === 0) && isLast === (at === last)));
  }
});

test("refuses flags of a piece that nobody knows", () => {
  const frame = encodePieces(1, 1, ascending(1, 3))[0] as Bytes;
  for (let flags = 4; flags < 256; flags++) {
    frame[9] = flags;
    throwsFault(() => readPiece(frame), "link.shape");
  }
});

test.run();
