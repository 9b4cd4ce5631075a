// `latchkey clip`: films of a camera, as files: decrypted, and judged.
// Why: a film is worth what can be proven of it, by anybody, years later.
// Follows docs/protocol.md §9; each act stands in a file of its own in clip/.

import { optionsOf, positionalsOf, runAct } from "../acts.ts";
import { get, keep, list } from "../clip/card.ts";
import { decrypt } from "../clip/decrypt.ts";
import { exportClip } from "../clip/export.ts";
import { key } from "../clip/key.ts";
import { verify } from "../clip/verify.ts";
import type { Acts, Command } from "../command.ts";

const ACTS: Acts = Object.freeze({ list, get, keep, verify, decrypt, export: exportClip, key });

/** The command `clip`. */
export const clip: Command = {
  name: "clip",
  summary: "Fetch a camera's films; prove, or refute, what they show; decrypt them",
  positionals: positionalsOf(ACTS),
  options: optionsOf(ACTS),
  help: [
    "list, get and keep reach the camera with a ticket that the lock gives you. A film is named by its visit, or by its name.",
    "What get brought is the file as it lies on the card, encrypted for you, and the camera's signed note beside it. A film",
    "leaves the card 30 days after its end, fetched or not, unless you keep it.",
    "",
    "verify takes the key of the camera from the lock's log that is kept here, and FILE.note where it lies beside the film.",
    "It reads a film, encrypted or not, and holds each picture to what the camera signed: it names every picture that was",
    "changed, taken out, put in, moved or shown at another time. A picture without a signature is NOT OK. A film that was",
    "copied into another Matroska file (ffmpeg -c copy) still verifies; one that was encoded anew does not.",
    "Where the lock's log is kept here (latchkey log), a film must have all that the lock was told of it, so that a cut end",
    'is found out; and where the records of the camera\'s switch are ("latchkey camera power"), its frames must be of times',
    "with power. Both are looked at where the keystore opens without a question, or with --lock.",
    "",
    "decrypt needs your keys, or the 24 words on paper; age itself does the same with the key that you give it.",
    "export makes an MP4 with ffmpeg, for whoever only looks: it has no signatures.",
    "key shows for which age key a camera must encrypt, so that you can open what it wrote.",
  ],
  examples: [
    "clip list",
    "clip get 41 --out visit-41.mkv.age",
    "clip export visit-41.mkv.age --out visit-41.mp4",
    "clip verify visit-41.mkv.age",
    "clip verify visit-41.mkv --camera dIBv...",
    "clip verify visit-41.mkv.age --camera dIBv... --manifest visit-41.note --visit 41",
    "clip decrypt visit-41.mkv.age --out visit-41.mkv",
    "clip key --words words.txt",
  ],
  acts: ACTS,
  run: (call) => runAct(call, ACTS, "clip"),
};
