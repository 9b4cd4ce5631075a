// `latchkey clip export`: makes of a film an MP4 that telephones and offices play.
// Why: a camera writes single JPEG pictures, which prove themselves and which few players like. What is made here is for looking; the
// film that it was made of is the proof, and stays.
// Follows ffmpeg's command line; it is a program of the system, not a part of this one.

import { spawn } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import type { Act, Call, Outcome } from "../command.ts";
import { EXIT, Failure, systemCode, usage } from "../failure.ts";
import { printable } from "../terminal.ts";
import { identitiesOf, OPENING_OPTIONS } from "./key.ts";
import { unseal } from "./unseal.ts";
import { isAge, piecesOf } from "./verify.ts";

const ERROR_CHARACTERS_MAX = 300;
const OTHERS_MASK = 0o077;
/** Widths and heights of H.264 in 4:2:0 are even. */
const EVEN = "pad=ceil(iw/2)*2:ceil(ih/2)*2";

/** The act `clip export`. */
export const exportClip: Act = {
  summary: "make an MP4 of a film, for looking at: it proves nothing any more",
  positionals: ["FILE"],
  options: {
    out: { value: "FILE.mp4", help: "where the MP4 goes" },
    copy: { help: "leave the pictures as they are (Motion JPEG): larger, and few players show it" },
    ...OPENING_OPTIONS,
  },
  run,
};

async function run(call: Call): Promise<Outcome> {
  const [file = ""] = call.positionals;
  const out = call.required("out", '"--out film.mp4"');
  if (existsSync(out)) throw usage(`${printable(out)} is there already: give another name, so that nothing is lost.`);
  const identities = isAge(file) ? await identitiesOf(call) : undefined;
  const isCopy = call.has("copy");
  const isWhole = await encode({ file, identities, out, isCopy });
  call.terminal.say(`${printable(out)}: for looking at.`);
  call.terminal.say(
    "What is lost: the camera's signatures, so nobody can verify it, and with them the proof of when and for which visit it was taken. Keep the film that it was made of.",
  );
  if (!isWhole) call.terminal.warn("The film was cut or damaged: what is behind that place is not in it.");
  return { exit: isWhole ? EXIT.OK : EXIT.UNVERIFIED, json: { file: out, isWhole, isCopy, isSigned: false } };
}

/** Hands the film to ffmpeg through a pipe, so that no open copy of it lies on the disk.
 *  @returns whether it was read to its end @throws Failure where ffmpeg is not there, or refuses */
async function encode(at: {
  readonly file: string;
  readonly identities: readonly string[] | undefined;
  readonly out: string;
  readonly isCopy: boolean;
}): Promise<boolean> {
  const { file, identities, out, isCopy } = at;
  const codec = isCopy ? ["-c:v", "copy"] : ["-c:v", "libx264", "-pix_fmt", "yuv420p", "-vf", EVEN];
  const words = ["-v", "error", "-nostdin", "-f", "matroska", "-i", "pipe:0", ...codec, "-movflags", "+faststart"];
  // ffmpeg makes the file; like every other film it is for this user alone.
  const former = process.umask(OTHERS_MASK);
  const child = spawn("ffmpeg", [...words, "-f", "mp4", "-n", out], { stdio: ["pipe", "ignore", "pipe"] });
  process.umask(former);
  let errors = "";
  child.stderr.on("data", (chunk) => {
    errors = (errors + String(chunk)).slice(0, ERROR_CHARACTERS_MAX);
  });
  // Where it ends early, it says why itself.
  child.stdin.on("error", () => undefined);
  const ended = new Promise<number>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (exit) => resolve(exit ?? -1));
  });
  ended.catch(() => undefined);
  const pieces: Uint8Array[] = [];
  let isWhole = true;
  try {
    if (identities === undefined) for (const piece of piecesOf(file)) await write(child.stdin, piece);
    else {
      isWhole = await unseal(piecesOf(file), identities, (piece) => void pieces.push(piece));
      for (const piece of pieces) await write(child.stdin, piece);
    }
  } finally {
    child.stdin.end();
  }
  const exit = await ended.catch((error: unknown) => {
    if (systemCode(error) !== "ENOENT") throw error;
    throw usage('There is no ffmpeg here: install it (apt-get install ffmpeg), or use "latchkey clip decrypt".');
  });
  if (exit === 0) return isWhole;
  rmSync(out, { force: true });
  throw new Failure(
    EXIT.UNVERIFIED,
    `ffmpeg makes no film of it: ${printable(errors.trim()) || `it ended with ${exit}`}.`,
  );
}

function write(stream: NodeJS.WritableStream, piece: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    stream.write(piece, () => resolve());
  });
}
