// Examples of what a viewer asks a camera, and of what it answers and shows.
// Why: whoever writes a page, or another camera, needs bytes to compare with.

import { viewerPrologue } from "../../firmware/link/prologue.ts";
import {
  encodeAnswer,
  encodePicture,
  encodeRequest,
  type ViewerAnswer,
  type ViewerRequest,
} from "../../firmware/link/viewer.ts";
import type { Example } from "../examples.ts";
import { type Cast, NOW, repeated } from "./keys.ts";

const CLIP = repeated(0x0c, 16);
const HEAD = { ping: 3, frame: 71_003, ms: 12_500, verdict: 0, isRecording: true, isInfrared: false };

/** Gives the examples of a viewer's session. */
export function viewerExamples(cast: Cast): readonly Example[] {
  const ask = (says: string, asked: ViewerRequest) => ({ rule: "viewer-request", says, bytes: encodeRequest(asked) });
  const tell = (says: string, told: ViewerAnswer) => ({ rule: "viewer-answer", says, bytes: encodeAnswer(told) });
  const listed = {
    ...{ clip: CLIP, visit: 4_712, bytes: 1_048_576, firstFrame: 70_900, lastFrame: 71_900 },
    ...{ endedLo: NOW, endedHi: NOW + 60, flags: 0 },
  };
  const status = {
    ...{
      verdict: 0,
      alarm: undefined,
      isOn: true,
      canRecord: true,
      isRecording: true,
      isCaseOpen: false,
      isNight: false,
      isStreamOn: false,
    },
    ...{ power: 12, freeKib: 15_000_000, recipients: 2, scenes: 3, clips: 1 },
  };
  return [
    ask("wants to watch", { kind: "watch", id: 1 }),
    ask("ping 3", { kind: "ping", id: 3 }),
    ask("which clips there are", { kind: "list", id: 2, from: 0 }),
    ask("a piece of a clip", { kind: "read", id: 3, clip: CLIP, part: "file", offset: 2_200 }),
    ask("has the clip", { kind: "mark", id: 4, clip: CLIP, mark: "fetched" }),
    ask("records of the switch from number 1 on", { kind: "rail", id: 5, from: 1 }),
    ask("for whom clips are sealed", { kind: "recipients", id: 6, recipients: [repeated(0x0a, 32)] }),
    ask("what is seen now is in order", { kind: "approve", id: 7 }),
    ask("how it is", { kind: "status", id: 8 }),
    ask("the house's own machines may have the picture, for the password of this digest", {
      ...{ kind: "stream", id: 9, secret: repeated(0x0e, 32) },
    }),
    ask("they may not any more", { kind: "stream", id: 10, secret: undefined }),
    tell("yes", { kind: "yes", id: 4 }),
    tell("watch: the base key of the pictures", { kind: "watch", id: 1, baseKey: repeated(0x0b, 32) }),
    tell("one clip, of visit 4712", { kind: "list", id: 2, clips: [listed] }),
    tell("a piece of a file, or nothing behind its end", { kind: "read", id: 3, bytes: repeated(0x64, 8) }),
    tell("no records", { kind: "rail", id: 5, records: [] }),
    tell("how it is", { kind: "status", id: 8, status }),
    { rule: "picture-head", says: "what stands before a JPEG", bytes: encodePicture(HEAD, new Uint8Array(0)) },
    {
      rule: "prologue-viewer",
      says: "whoever has ticket 7c7c7c7c7c7c7c7c, and a camera of this lock",
      bytes: viewerPrologue(cast.lockId, repeated(0x7c, 8)),
    },
  ];
}
