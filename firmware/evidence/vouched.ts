// What a file may say around the pictures that the camera signed, and still show nothing but them.
// Why: signatures cover pictures. A second track, a crop, an encoding or an order of chapters shows a film that nobody signed, out
// of a file whose every signed picture is sound. So the list is of what may be there, and not of what may not.
// Follows RFC 9559 §5, and what ffmpeg 5 and mkvmerge 74 write when they copy a clip.

import { type Bytes, NO_BYTES, toAscii } from "../bytes.ts";
import {
  CODEC_MJPEG,
  childrenOf,
  ID_BLOCK,
  ID_CODEC,
  ID_CRC,
  ID_PIXEL_HEIGHT,
  ID_PIXEL_WIDTH,
  ID_TIMESTAMP_SCALE,
  ID_TRACK_ENTRY,
  ID_TRACK_NUMBER,
  ID_TRACK_TYPE,
  ID_VIDEO,
  ID_VOID,
  uintOf,
} from "./elements.ts";

type Rule = (value: Bytes) => boolean;

/** What may be inside of an element, each once but for `often`, and what must be. */
export interface Rules {
  readonly may: Readonly<Record<number, Rule>>;
  readonly must: readonly number[];
  readonly often?: readonly number[];
}

const TEXT_CHARACTERS_MAX = 64;
const ID_DISPLAY_WIDTH = 0x54b0;
const ID_DISPLAY_HEIGHT = 0x54ba;

// A player that meets a number which is too long for it loses its way, and looks for pictures in whatever is behind, padding too.
const anything: Rule = () => true;
const number: Rule = (value) => value.length <= 8;
const float: Rule = (value) => value.length === 0 || value.length === 4 || value.length === 8;
const is =
  (...numbers: readonly number[]): Rule =>
  (value) =>
    numbers.includes(uintOf(value));
const within =
  (rules: Rules): Rule =>
  (value) =>
    isVouched(value, rules);

/** Whether an element has nothing inside but what its rules name. @throws Fault clip.shape for what is no list of elements */
export function isVouched(content: Bytes, { may, must, often }: Rules): boolean {
  const seen = new Set<number>();
  for (const [id, value] of childrenOf(content)) {
    if (id === ID_VOID || id === ID_CRC) continue;
    const rule = may[id];
    if (rule === undefined || seen.has(id) || !rule(value)) return false;
    if (often?.includes(id) !== true) seen.add(id);
  }
  return must.every((id) => seen.has(id));
}

/** Reads a text, which may be filled up with zeros: RFC 8794 §7.4. Undefined above 64 characters. */
export function textOf(value: Bytes): string | undefined {
  if (value.length > TEXT_CHARACTERS_MAX) return undefined;
  const end = value.indexOf(0);
  return toAscii(end < 0 ? value : value.subarray(0, end));
}

export const HEADER_RULES: Rules = Object.freeze({
  may: Object.freeze({
    [0x4286]: is(1), // EBMLVersion
    [0x42f7]: is(1), // EBMLReadVersion
    [0x42f2]: is(4), // EBMLMaxIDLength
    [0x42f3]: is(8), // EBMLMaxSizeLength
    [0x4282]: (value: Bytes) => textOf(value) === "matroska",
    [0x4287]: number, // DocTypeVersion
    [0x4285]: number, // DocTypeReadVersion
  }),
  must: Object.freeze([0x4282]),
});

/** No other segment that comes before or behind, and no name of one. */
export const INFO_RULES: Rules = Object.freeze({
  may: Object.freeze({
    [ID_TIMESTAMP_SCALE]: number,
    [0x4d80]: anything, // MuxingApp
    [0x5741]: anything, // WritingApp
    [0x4489]: float, // Duration
    [0x73a4]: anything, // SegmentUUID
    [0x4461]: anything, // DateUTC
  }),
  must: Object.freeze([]),
});

/** What ffmpeg says of any JPEG's colours; another matrix or range would show other ones. */
const COLOUR_RULES: Rules = Object.freeze({
  may: Object.freeze({
    [0x55b1]: is(2, 5), // MatrixCoefficients: unspecified, BT.470BG
    [0x55b9]: is(0, 2), // Range: unspecified, full
    [0x55b7]: is(0, 1, 2), // ChromaSitingHorz
    [0x55b8]: is(0, 1, 2), // ChromaSitingVert
  }),
  must: Object.freeze([]),
});

/** No crop, projection, second eye or alpha. */
const VIDEO_RULES: Rules = Object.freeze({
  may: Object.freeze({
    [ID_PIXEL_WIDTH]: number,
    [ID_PIXEL_HEIGHT]: number,
    [ID_DISPLAY_WIDTH]: number,
    [ID_DISPLAY_HEIGHT]: number,
    [0x54b2]: is(0, 3), // DisplayUnit: pixels, aspect ratio
    [0x9a]: is(0, 2), // FlagInterlaced: undetermined, progressive
    [0x9d]: is(0, 2), // FieldOrder: progressive, undetermined
    [0x55b0]: within(COLOUR_RULES),
  }),
  must: Object.freeze([ID_PIXEL_WIDTH, ID_PIXEL_HEIGHT]),
});

/** No encoding, other speed, offset or picture that is added to a block. */
const TRACK_RULES: Rules = Object.freeze({
  may: Object.freeze({
    [ID_TRACK_NUMBER]: number,
    [ID_TRACK_TYPE]: is(1), // Video
    [ID_CODEC]: (value: Bytes) => textOf(value) === CODEC_MJPEG,
    [ID_VIDEO]: (value: Bytes) => isVouched(value, VIDEO_RULES) && isUnstretched(value),
    [0x73c5]: number, // TrackUID
    [0x9c]: is(0, 1), // FlagLacing
    [0xb9]: is(1), // FlagEnabled
    [0x88]: is(0, 1), // FlagDefault
    [0x55aa]: is(0), // FlagForced
    [0x22b59c]: anything, // Language
    [0x22b59d]: anything, // LanguageBCP47
    [0x23e383]: number, // DefaultDuration
    [0x6de7]: number, // MinCache
    [0x55ee]: is(0), // MaxBlockAdditionID
    [0x56aa]: is(0), // CodecDelay
    [0x56bb]: is(0), // SeekPreRoll
    [0xaa]: is(0, 1), // CodecDecodeAll
  }),
  must: Object.freeze([ID_TRACK_NUMBER, ID_TRACK_TYPE, ID_CODEC, ID_VIDEO]),
});

/** One track: a second one, of pictures or sound, is nobody's. */
export const TRACKS_RULES: Rules = Object.freeze({
  may: Object.freeze({ [ID_TRACK_ENTRY]: within(TRACK_RULES) }),
  must: Object.freeze([ID_TRACK_ENTRY]),
});

export const BLOCK_GROUP_RULES: Rules = Object.freeze({
  may: Object.freeze({ [ID_BLOCK]: anything, [0x9b]: number }), // BlockDuration
  must: Object.freeze([ID_BLOCK]),
});

const TARGET_RULES: Rules = Object.freeze({
  may: Object.freeze({
    [0x68ca]: number, // TargetTypeValue
    [0x63ca]: anything, // TargetType
    [0x63c5]: number, // TagTrackUID
    [0x63c9]: number, // TagEditionUID
    [0x63c4]: number, // TagChapterUID
    [0x63c6]: number, // TagAttachmentUID
  }),
  must: Object.freeze([]),
});

/** None within another: players go down only so far. */
const SIMPLE_TAG_RULES: Rules = Object.freeze({
  may: Object.freeze({
    [0x45a3]: anything, // TagName
    [0x447a]: anything, // TagLanguage
    [0x447b]: anything, // TagLanguageBCP47
    [0x4484]: number, // TagDefault
    [0x4487]: anything, // TagString
  }),
  must: Object.freeze([]),
});

const ID_SIMPLE_TAG = 0x67c8;
const TAG_RULES: Rules = Object.freeze({
  may: Object.freeze({ [0x63c0]: within(TARGET_RULES), [ID_SIMPLE_TAG]: within(SIMPLE_TAG_RULES) }),
  must: Object.freeze([]),
  often: Object.freeze([ID_SIMPLE_TAG]),
});

const ID_TAG = 0x7373;
/** What is said of a film in words: what names a whole segment, or one track. */
export const TAGS_RULES: Rules = Object.freeze({
  may: Object.freeze({ [ID_TAG]: within(TAG_RULES) }),
  must: Object.freeze([]),
  often: Object.freeze([ID_TAG]),
});

/** Whether what is shown is as wide for its height as the pictures are. */
function isUnstretched(video: Bytes): boolean {
  const sides = new Map(childrenOf(video).map(([id, value]) => [id, value]));
  const sideOf = (id: number, other: number) => uintOf(sides.get(id) ?? sides.get(other) ?? NO_BYTES);
  const width = sideOf(ID_DISPLAY_WIDTH, ID_PIXEL_WIDTH) * sideOf(ID_PIXEL_HEIGHT, ID_PIXEL_HEIGHT);
  return width === sideOf(ID_DISPLAY_HEIGHT, ID_PIXEL_HEIGHT) * sideOf(ID_PIXEL_WIDTH, ID_PIXEL_WIDTH);
}
