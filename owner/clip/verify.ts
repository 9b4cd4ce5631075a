// `latchkey clip verify`: whether a film is as the camera signed it, and if not, what was done to it.
// Why: evidence that only its owner can check is a claim. This takes a file and a public key, and no lock.
// Follows docs/protocol.md §9.

import { createHash } from "node:crypto";
import { closeSync, openSync, readSync } from "node:fs";
import { crypto } from "#crypto";
import { type Bytes, toBase64url, toHex } from "../../firmware/bytes.ts";
import type { Expected, Finding } from "../../firmware/evidence/finding.ts";
import { endOf } from "../../firmware/evidence/footage.ts";
import { type ClipManifest, verifyManifest } from "../../firmware/evidence/manifest.ts";
import { ClipReader } from "../../firmware/evidence/matroska.ts";
import { type ClipVerdict, ClipVerifier } from "../../firmware/evidence/verify.ts";
import { assert, Fault } from "../../firmware/fault.ts";
import { parseZone } from "../../firmware/time/zone.ts";
import { type Act, type Call, type Outcome, parseKey } from "../command.ts";
import { EXIT, Failure, systemCode, usage } from "../failure.ts";
import { isFileHere, orRefuse, readGiven } from "../given.ts";
import { hasKeystore, type Keystore, keystoreDirectory } from "../keystore.ts";
import type { OwnedLock } from "../person.ts";
import { counted, printable } from "../terminal.ts";
import { findZone, ownZone } from "../timezone.ts";
import { type Held, holdClip, type KeptHeads, keptHeads } from "./held.ts";
import { identitiesOf, OPENING_OPTIONS } from "./key.ts";
import { sayFinding, sayVerdict } from "./say.ts";
import { unseal } from "./unseal.ts";

/** What stands behind the name of a film in the name of its note. */
export const NOTE = ".note";

const AGE_START = "age-encryption.org/";
const PIECE_BYTES = 65_536;
const U32_MAX = 0xffff_ffff;
const UNNOTED = "NOT OK: the note beside the clip is not signed by this camera, or is damaged.";

const NOT_HELD: Held = Object.freeze({ doubts: [], lines: [], heads: 0, checkpoints: 0 });

/** The act `clip verify`. */
export const verify: Act = {
  summary: "say whether a clip is as the camera signed it, and what was changed",
  positionals: ["FILE"],
  options: {
    camera: {
      value: "KEY",
      help: "the camera's public key, 43 characters (the one in your lock's log, where it is kept)",
    },
    manifest: { value: "FILE", help: "the camera's signed note (FILE.note, where that is beside it)" },
    visit: { value: "NUMBER", help: "the visit that it must be of" },
    "lock-id": { value: "ID", help: "the lock that it must be of, 11 characters" },
    head: { value: "HEX", help: "what a lock recorded of it: 64 digits; may be given again", isRepeatable: true },
    lock: { value: "NAME", help: "your lock, to whose log, as it is kept here, it is held" },
    zone: { value: "ZONE", help: "the time zone for times (this computer's)" },
    ...OPENING_OPTIONS,
  },
  run,
};

async function run(call: Call): Promise<Outcome> {
  const [file = ""] = call.positionals;
  const given = call.option("camera");
  const named = call.option("zone");
  const zone = parseZone((named === undefined ? ownZone() : findZone(named)).rule);
  const heads = call.list("head").map(parseHead);
  const note = readNote(call, file);
  const keystore = given === undefined && !isOwned() ? undefined : await openOwn(call, file);
  const kept = keystore === undefined ? [] : keptHeads(keystore, locksOf(call, keystore));
  const makers = given === undefined ? makersOf(kept, note) : [{ cameraKey: parseKey(given), lockId: undefined }];
  const judged = await judgeBy(makers, file, {
    note,
    expected: { visit: call.number("visit", 0, U32_MAX), lockId: call.option("lock-id"), heads },
    recorded: kept.flatMap((log) => log.heads),
    identities: () => identitiesOf(call, keystore),
  });
  const { cameraKey, lockId } = judged.maker;
  const { verdict } = judged;
  const held = keystore === undefined ? NOT_HELD : holdClip(verdict, { keystore, kept, cameraKey });
  const doubts = [...judged.doubts, ...held.doubts];
  const isOk = judged.isOk && held.doubts.length === 0;
  const lines = sayVerdict(verdict, zone);
  if (!isOk && verdict.isOk) lines[0] = "NOT OK: each frame that is here is as the camera signed it, but:";
  const counts = heads.length === 0 ? [] : [`Held to ${counted(heads.length, "head")} that you gave.`];
  const source =
    lockId === undefined ? [] : [`By the camera ${toBase64url(cameraKey)}, which the lock ${lockId} enrolled.`];
  const first = [lines[0] ?? "", ...doubts.map((doubt) => `  ${doubt}`)];
  for (const line of [...first, ...lines.slice(1), ...source, ...counts, ...held.lines]) call.terminal.say(line);
  const heldTo = { heads: heads.length + held.heads, checkpoints: held.checkpoints };
  return { exit: isOk ? EXIT.OK : EXIT.UNVERIFIED, json: { ...objectOf(verdict), verified: isOk, doubts, heldTo } };
}

/** Judges a film by each that may have made it, until it holds; else gives what the one came to that signed a picture of it. */
async function judgeBy(
  makers: readonly Maker[],
  file: string,
  by: {
    readonly note: Bytes | undefined;
    readonly expected: Pick<Expected, "visit" | "lockId" | "heads">;
    readonly recorded: Expected["recorded"];
    readonly identities: () => Promise<readonly string[]>;
  },
): Promise<JudgedClip & { readonly maker: Maker }> {
  const { note, expected, recorded, identities } = by;
  const all: (JudgedClip & { readonly maker: Maker })[] = [];
  for (const maker of makers) {
    const { cameraKey, lockId } = maker;
    const manifest = note === undefined ? undefined : orRefuse(() => verifyManifest(crypto, cameraKey, note), UNNOTED);
    const judged = await judgeClip(file, {
      cameraKey,
      expected: { ...expected, lockId: expected.lockId ?? lockId, clip: manifest?.clip, recorded },
      manifest,
      identities,
    });
    all.push({ ...judged, maker });
    if (judged.isOk) break;
  }
  const found = all.find(({ isOk }) => isOk) ?? all.find(({ verdict }) => verdict.sound > 0) ?? all[0];
  assert(found !== undefined, "some camera may have made it");
  return found;
}

function isOwned(): boolean {
  return hasKeystore(keystoreDirectory());
}

/** A camera that may have made a film, and the lock that enrolled it, where a log says so. */
interface Maker {
  readonly cameraKey: Bytes;
  readonly lockId: string | undefined;
}

/** Finds whose film it may be where no key was given: of the cameras that the logs name, the one that signed the note, or else each.
 *  @returns one at least, the one that came last first @throws Failure where no log names one */
function makersOf(kept: readonly KeptHeads[], note: Bytes | undefined): readonly Maker[] {
  const makers = kept.flatMap(({ lockId, cameras }) => cameras.map((cameraKey) => ({ lockId, cameraKey })));
  if (makers.length === 0)
    throw usage(
      '--camera is missing: give the camera\'s key, or fetch the log of the lock that enrolled it ("latchkey log").',
    );
  const hasSigned = ({ cameraKey, lockId }: Maker) =>
    note !== undefined && manifestOf(note, cameraKey)?.lockId === lockId;
  const signer = makers.find(hasSigned);
  return signer === undefined ? makers : [signer];
}

function manifestOf(note: Bytes, cameraKey: Bytes): ClipManifest | undefined {
  try {
    return verifyManifest(crypto, cameraKey, note);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return undefined;
  }
}

/** Opens the person's keystore where a lock of it was named, or where nobody need be asked for that: a film is judged without one. */
async function openOwn(call: Call, file: string): Promise<Keystore | undefined> {
  if (call.option("lock") !== undefined || call.option("camera") === undefined) return call.openKeystore();
  if (!isOwned()) return undefined;
  const isOpened = !["recovery", "words", "identity"].some((name) => call.named.includes(name)) && isAge(file);
  if (!isOpened && process.env["LATCHKEY_PASSPHRASE"] === undefined) return undefined;
  return call.openKeystore();
}

function locksOf(call: Call, keystore: Keystore): readonly OwnedLock[] {
  return call.option("lock") === undefined ? keystore.person.locks : [call.chooseLock(keystore)];
}

/** Reads a head: base16 of 32 bytes. @throws Failure */
function parseHead(text: string): Bytes {
  if (/^[0-9a-fA-F]{64}$/.test(text)) return new Uint8Array(Buffer.from(text, "hex"));
  throw usage(`"${printable(text)}" is no head of a film: it has 64 digits of base16.`);
}

/** By what a film is judged. */
export interface ClipCase {
  /** Ed25519, 32 bytes. */
  readonly cameraKey: Uint8Array;
  readonly expected: Expected;
  readonly manifest: ClipManifest | undefined;
  /** Gives the keys that open it, AGE-SECRET-KEY-1...; asked for where it is encrypted. */
  readonly identities: () => Promise<readonly string[]>;
}

/** What a film is: its pictures, and in sentences what else is not so. */
export interface JudgedClip {
  readonly verdict: ClipVerdict;
  readonly doubts: readonly string[];
  readonly isOk: boolean;
}

/** Judges a film, encrypted or not.
 *  @returns what the pictures are, and in sentences what else is not so
 *  @throws Failure where it cannot be read or opened, or is no film */
export async function judgeClip(
  file: string,
  { cameraKey, expected, manifest, identities }: ClipCase,
): Promise<JudgedClip> {
  const verifier = new ClipVerifier(crypto, cameraKey, expected);
  const isSealed = isAge(file);
  const { isWhole, container } = await feed({ file, identities: isSealed ? await identities() : undefined, verifier });
  const verdict = verifier.finish(container);
  const doubts = manifest === undefined ? [] : compare(manifest, { file, isSealed, verdict });
  if (!isWhole) doubts.push("The encrypted file was cut or damaged: what is behind that place could not be read.");
  return { verdict, doubts, isOk: verdict.isOk && doubts.length === 0 };
}

/** Reads the note that was named, or the one that lies beside the film. */
function readNote(call: Call, file: string): Bytes | undefined {
  const given = call.option("manifest");
  if (given !== undefined) return readGiven(given, "manifest");
  return isFileHere(file + NOTE) ? readGiven(file + NOTE, "note") : undefined;
}

/** Hands every picture of a file to the judge, up to where it is damaged.
 *  @returns whether an encrypted file goes to its end, and what there is beside the pictures */
async function feed({
  file,
  identities,
  verifier,
}: {
  file: string;
  identities: readonly string[] | undefined;
  verifier: ClipVerifier;
}): Promise<{ isWhole: boolean; container: Finding[] }> {
  const reader = new ClipReader(({ jpeg, shownAt }) => {
    if (verifier.isFull) throw new Failure(EXIT.UNVERIFIED, "That clip has more pictures than any camera's: NOT OK.");
    verifier.add(jpeg, shownAt);
  });
  let isReadable = true;
  const take = (piece: Bytes) => {
    if (isReadable) isReadable = goesOn(reader, piece);
  };
  let isWhole = true;
  if (identities !== undefined) isWhole = await unseal(piecesOf(file), identities, take);
  else for (const piece of piecesOf(file)) take(piece);
  return { isWhole, container: reader.finish() };
}

/** Reads on. @returns false where the file is damaged @throws Failure where it never was a clip */
function goesOn(reader: ClipReader, piece: Bytes): boolean {
  try {
    reader.push(piece);
    return true;
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    if (!reader.hasPictures)
      throw new Failure(EXIT.UNVERIFIED, "NOT OK: that is no clip of a camera, or its beginning is damaged.");
    return false;
  }
}

/** What a signed note says that is not so. */
function compare(
  manifest: ClipManifest,
  { file, isSealed, verdict }: { file: string; isSealed: boolean; verdict: ClipVerdict },
): string[] {
  const doubts: string[] = [];
  if (isSealed) {
    const { hash, size } = measure(file);
    if (size !== manifest.size || toHex(hash) !== toHex(manifest.hash)) {
      doubts.push("The note beside it is of another file, or this file was changed after the camera wrote it.");
    }
  }
  const { first, last } = verdict;
  const isSame =
    last?.number === manifest.lastCheckpoint &&
    first?.first === manifest.firstFrame &&
    endOf(last) - 1 === manifest.lastFrame;
  if (!isSame) doubts.push(`The camera's note says frames ${manifest.firstFrame} to ${manifest.lastFrame}.`);
  return doubts;
}

function objectOf({ frames, sound, skipped, isCutOnly, findings, first, last }: ClipVerdict): Record<string, unknown> {
  const facts = {
    ...(last === undefined ? {} : { clip: toBase64url(last.clip), lockId: last.lockId }),
    ...(last?.visit === undefined ? {} : { visit: last.visit }),
    ...(last?.grant === undefined ? {} : { grant: toBase64url(last.grant) }),
    ...(last?.told === undefined ? {} : { told: last.told }),
    ...(first === undefined || last === undefined ? {} : { firstFrame: first.first, lastFrame: endOf(last) - 1 }),
  };
  return {
    frames,
    sound,
    skipped,
    isCutOnly,
    ...facts,
    findings: findings.map((each) => ({ ...each, says: sayFinding(each) })),
  };
}

/** Gives a file's SHA-256 and its size in bytes. @throws Failure where it cannot be read */
export function measure(file: string): { readonly hash: Bytes; readonly size: number } {
  const hash = createHash("sha256");
  let size = 0;
  for (const piece of piecesOf(file)) {
    hash.update(piece);
    size += piece.length;
  }
  return { hash: new Uint8Array(hash.digest()), size };
}

/** Whether a file begins as age's do. @throws Failure where it cannot be read */
export function isAge(file: string): boolean {
  for (const piece of piecesOf(file))
    return Buffer.from(piece.subarray(0, AGE_START.length)).toString("latin1") === AGE_START;
  return false;
}

/** Gives a file piece by piece, each in memory of its own. @throws Failure where it cannot be read */
export function* piecesOf(file: string): Generator<Bytes> {
  const descriptor = openOrSay(file);
  try {
    for (;;) {
      const piece = new Uint8Array(PIECE_BYTES);
      const size = readSync(descriptor, piece);
      if (size === 0) return;
      yield piece.subarray(0, size);
    }
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    throw unreadable(file);
  } finally {
    closeSync(descriptor);
  }
}

function openOrSay(file: string): number {
  try {
    return openSync(file, "r");
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    throw unreadable(file);
  }
}

function unreadable(file: string): Failure {
  return usage(`${printable(file)} cannot be read: check its name and who may read it.`);
}
