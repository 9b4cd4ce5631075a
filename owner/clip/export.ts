// `latchkey clip export`: makes of a film an MP4 that telephones and offices play.
// Why: a camera writes single JPEG pictures, which prove themselves and which few players like. What is made here is for looking; the
// film that it was made of is the proof, and stays.
// Follows ffmpeg's command line; it is a program of the system, not a part of this one.

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import type { Writable } from "node:stream";
import type { Bytes } from "../../firmware/bytes.ts";
import type { Act, Call, Outcome } from "../command.ts";
import { EXIT, Failure, systemCode, usage } from "../failure.ts";
import { PartFile } from "../output.ts";
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
  // ffmpeg says in words of its own that it cannot write, so it is found out before.
  const film = new PartFile(out);
  const program = startFfmpeg(film.part, isCopy);
  try {
    const isWhole = await pour({ pieces: piecesOf(file), identities }, program.input);
    const refusal = await program.ended();
    if (refusal !== undefined) throw new Failure(EXIT.UNVERIFIED, `ffmpeg makes no film of it: ${refusal}.`);
    film.finish();
    return isWhole;
  } catch (error) {
    // What it has made of the beginning is no film that anybody asked for.
    await program.stop();
    film.drop();
    throw error;
  }
}

/** A program that was started, its standard input, and what comes of it. */
interface Program {
  readonly input: Writable;
  /** Waits for its end. @returns why it made nothing; undefined where it did @throws Failure where it is not there */
  ended(): Promise<string | undefined>;
  /** Ends it, and waits. */
  stop(): Promise<void>;
}

function startFfmpeg(out: string, isCopy: boolean): Program {
  const codec = isCopy ? ["-c:v", "copy"] : ["-c:v", "libx264", "-pix_fmt", "yuv420p", "-vf", EVEN];
  const words = ["-v", "error", "-nostdin", "-f", "matroska", "-i", "pipe:0", ...codec, "-movflags", "+faststart"];
  // ffmpeg makes the file; like every other film it is for this user alone. A name alone it may take for an option, or, with a colon in it as
  // a time has, for a protocol.
  const former = process.umask(OTHERS_MASK);
  const child = spawn("ffmpeg", [...words, "-f", "mp4", "-y", `file:${out}`], { stdio: ["pipe", "ignore", "pipe"] });
  process.umask(former);
  let errors = "";
  child.stderr.on("data", (chunk) => {
    errors = (errors + String(chunk)).slice(0, ERROR_CHARACTERS_MAX);
  });
  // Whoever writes is told; the stream need not say it twice.
  child.stdin.on("error", () => undefined);
  const end = new Promise<string | undefined>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (exit, signal) => {
      if (exit === 0) resolve(undefined);
      else
        resolve(printable(errors.trim()) || (signal === null ? `it ended with ${exit}` : `it was ended by ${signal}`));
    });
  });
  end.catch(() => undefined);
  return {
    input: child.stdin,
    ended: () =>
      end.catch((error: unknown) => {
        if (systemCode(error) !== "ENOENT") throw error;
        throw usage('There is no ffmpeg here: install it (apt-get install ffmpeg), or use "latchkey clip decrypt".');
      }),
    stop: async () => {
      child.kill();
      await end.catch(() => undefined);
    },
  };
}

/** Whatever the stream led to takes no more; why, it says itself. */
class Refused extends Error {}

/** Hands a film on as it comes, each piece once the one before it was taken, and ends the stream.
 *  @returns whether all of it was: false where it was cut or damaged, or where the stream broke, from where on nothing is read
 *  @throws Failure where the film cannot be read or opened */
export async function pour(
  film: { readonly pieces: Iterable<Bytes>; readonly identities: readonly string[] | undefined },
  into: Writable,
): Promise<boolean> {
  const { pieces, identities } = film;
  try {
    if (identities !== undefined) return await unseal(pieces, identities, (piece) => write(into, piece));
    for (const piece of pieces) await write(into, piece);
    return true;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return false;
  } finally {
    into.end();
  }
}

function write(stream: Writable, piece: Bytes): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(piece, (error) => (error ? reject(new Refused()) : resolve()));
  });
}
