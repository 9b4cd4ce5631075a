// The person's keys and what belongs to them: one JSON file, sealed under a passphrase, and logs sealed beside it.
// Why: whoever copies the disk gets nothing that opens a door, and whoever changes a byte is noticed.
// Follows RFC 7914 (scrypt) and RFC 8439 (ChaCha20-Poly1305, through node:crypto); the header is authenticated as aad.

import { randomBytes, scryptSync } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { crypto } from "#crypto";
import { type Bytes, concat, fromBase64url, toBase64url } from "../firmware/bytes.ts";
import { KEY_BYTES, NONCE_BYTES, TAG_BYTES } from "../firmware/crypto/crypto.ts";
import { Fault } from "../firmware/fault.ts";
import { EXIT, Failure, systemCode } from "./failure.ts";
import { mergeInto } from "./merge.ts";
import { OWN_FILE, replaceFile, tryRoom } from "./output.ts";
import type { Person } from "./person.ts";

/** The fewest characters of a passphrase. */
export const PASSPHRASE_CHARACTERS_MIN = 8;

const FILE = "keystore.json";
const VERSION = 1;
const SALT_BYTES = 16;
/** scrypt's cost: 128 MB and about half a second a try (RFC 7914 §2). The bounds keep a changed file from asking for
 *  more; a lower cost makes another key, so it opens nothing. */
const COST = 131_072;
const COST_MIN = 1_024;
const COST_MAX = 1_048_576;
const BLOCK_SIZE = 8;
const PARALLELIZATION = 1;
const PRIVATE_DIRECTORY = 0o700;
const OTHERS = 0o077;
/** More than a keystore of a few locks has. */
const ROOM_BYTES = 16_384;
const WRITER_AGE_MILLIS_MAX = 30_000;
/** Writing takes milliseconds, so others wait for it; with this many tries some three seconds. */
const TURN_TRIES_MAX = 150;
const TURN_MILLIS = 20;

/** What a folder refuses that is full, or somebody else's. */
const UNWRITABLE: readonly string[] = Object.freeze(["ENOSPC", "EDQUOT", "EROFS", "EACCES", "EPERM"]);
const UNNOTED =
  "The keys' folder cannot be written, or its disk is full: this command goes on, and what it learns is not noted there.";

interface Header {
  readonly latchkey: number;
  readonly scrypt: { readonly N: number; readonly r: number; readonly p: number; readonly salt: string };
  readonly nonce: string;
}

/** Gives the folder of the keystore: $LATCHKEY_HOME, or ~/.latchkey. */
export function keystoreDirectory(): string {
  const named = process.env["LATCHKEY_HOME"];
  return named !== undefined && named !== "" ? named : join(homedir(), ".latchkey");
}

/** Whether there is a keystore in that folder. */
export function hasKeystore(directory: string): boolean {
  return statSync(join(directory, FILE), { throwIfNoEntry: false }) !== undefined;
}

/** Makes the folder of a keystore where it is missing, and finds out whether one can be written there.
 *  @throws Failure where not, where there is one already, or where others may enter the folder; the system's own error where the disk
 *  is full, which cli.ts says */
export function prepareFolder(directory: string): void {
  mkdirSync(directory, { recursive: true, mode: PRIVATE_DIRECTORY });
  if (hasPosixModes() && (statSync(directory).mode & OTHERS) !== 0) {
    throw new Failure(EXIT.KEYSTORE, `Others may enter ${directory}: run "chmod 700 ${directory}", then try again.`);
  }
  if (hasKeystore(directory)) throw taken(directory);
  const path = join(directory, FILE);
  const release = takeTurn(path);
  try {
    // A disk that is full takes a file without bytes.
    tryRoom(path, ROOM_BYTES);
  } finally {
    release();
  }
}

/** Makes the folder where it is missing, and a keystore in it.
 *  @param options `cost`: scrypt's N, less than the usual in tests only
 *  @throws Failure where there is one already, or where others may enter the folder */
export function createKeystore(
  directory: string,
  person: Person,
  options: { readonly passphrase: string; readonly cost?: number },
): Keystore {
  prepareFolder(directory);
  const salt = toBase64url(randomBytes(SALT_BYTES));
  const scrypt = { N: options.cost ?? COST, r: BLOCK_SIZE, p: PARALLELIZATION, salt };
  const keystore = new Keystore(directory, person, { key: deriveKey(options.passphrase, scrypt), scrypt, nonce: "" });
  keystore.save();
  return keystore;
}

/** Opens the keystore.
 *  @throws Failure where there is none, where others may read it, where the passphrase is wrong, or where it is damaged */
export function openKeystore(directory: string, passphrase: string): Keystore {
  const path = join(directory, FILE);
  const { header, sealed } = readSealed(path);
  if (hasPosixModes() && (statSync(path).mode & OTHERS) !== 0) {
    throw new Failure(EXIT.KEYSTORE, `Others may read ${path}: run "chmod 600 ${path}", and think of new keys.`);
  }
  const key = deriveKey(passphrase, header.scrypt);
  const text = unseal(key, header, sealed);
  if (text === undefined) {
    throw new Failure(EXIT.KEYSTORE, `The passphrase is wrong, or ${path} was changed; type it again.`);
  }
  const seal = { key, scrypt: header.scrypt, nonce: header.nonce };
  return new Keystore(directory, JSON.parse(text) as Person, seal);
}

/** An open keystore. `person` is changed in place; `update` and `save` make it durable. */
export class Keystore {
  readonly person: Person;
  private readonly directory: string;
  private readonly key: Bytes;
  private readonly scrypt: Header["scrypt"];
  /** The nonce of the file as this process knows it; empty while there is none. */
  private nonce: string;
  /** What that file holds. */
  private written: string;
  /** Told once where the folder cannot be written, for a command that goes on; undefined for all others. */
  private goOn: ((sentence: string) => void) | undefined;

  constructor(
    directory: string,
    person: Person,
    seal: { readonly key: Bytes; readonly scrypt: Header["scrypt"]; readonly nonce: string },
  ) {
    this.directory = directory;
    this.person = person;
    this.key = seal.key;
    this.scrypt = seal.scrypt;
    this.nonce = seal.nonce;
    this.written = JSON.stringify(person);
  }

  /** From now on what the folder does not take is known to this command alone: for those that must not fail by it, such as whoever
   *  stands before the door. The lock says the next time which numbers were used. @param warn is told once */
  goOnUnnoted(warn: (sentence: string) => void): void {
    this.goOn = warn;
  }

  /** Writes the keystore in one step: the file is the old one or the new one at every instant.
   *  @throws Failure where another command has changed it since it was opened, or made it */
  save(): void {
    this.inTurn((path) => {
      if (this.nonce !== "" && readSealed(path).header.nonce !== this.nonce) throw changedMeanwhile();
      // Somebody has written down the words of the keys that another command made meanwhile.
      if (this.nonce === "" && hasKeystore(this.directory)) throw taken(this.directory);
      this.write(path);
    });
  }

  /** Takes in what other commands have saved meanwhile, makes a change, and writes what is new, all in one turn: a number that
   *  `change` counts up is used once. For whatever may stand beside what others do; `save` is for the rest.
   *  @param change what it replaces must be read within it; without it, what was changed before is noted
   *  @returns whether it is durable, which only a command that goes on need ask
   *  @throws Failure where another command has changed the same thing */
  update(change?: () => void): boolean {
    // Most commands have nothing to note, and whoever only reads needs neither a turn nor room on the disk.
    if (change === undefined && JSON.stringify(this.person) === this.written) return true;
    let isMade = false;
    const make = () => {
      isMade = true;
      change?.();
    };
    try {
      this.inTurn((path) => {
        this.learn(path);
        make();
        if (JSON.stringify(this.person) !== this.written) this.write(path);
      });
      return true;
    } catch (error) {
      if (this.goOn === undefined || !isUnwritable(error)) throw error;
      if (!isMade) make();
      this.goOn(UNNOTED);
      this.goOn = () => undefined;
      return false;
    }
  }

  /** Keeps other commands from writing while something is done, so that what is read there and then written stands beside what they
   *  kept. For what lies beside the keystore: `save` and `update` take a turn themselves. @throws Failure where another does not end */
  inTurn<Result>(act: (path: string) => Result): Result {
    const path = join(this.directory, FILE);
    const release = takeTurn(path);
    try {
      return act(path);
    } finally {
      release();
    }
  }

  /** Brings in what another command has saved since this one read or wrote the file. */
  private learn(path: string): void {
    const { header, sealed } = readSealed(path);
    if (header.nonce === this.nonce) return;
    const text = unseal(this.key, header, sealed);
    // Another passphrase, or other keys: nothing of them belongs to these.
    if (text === undefined) throw changedMeanwhile();
    mergeInto(this.person, { base: JSON.parse(this.written) as Person, theirs: JSON.parse(text) as Person });
    this.nonce = header.nonce;
    this.written = text;
  }

  private write(path: string): void {
    const nonce = randomBytes(NONCE_BYTES);
    const header: Header = { latchkey: VERSION, scrypt: this.scrypt, nonce: toBase64url(nonce) };
    const text = JSON.stringify(this.person);
    const sealed = toBase64url(crypto.seal(this.key, nonce, aadOf(header), Buffer.from(text, "utf8")));
    replaceFile(path, Buffer.from(`${JSON.stringify({ ...header, sealed })}\n`, "utf8"));
    this.nonce = header.nonce;
    this.written = text;
  }

  /** Writes bytes beside the keystore, sealed with its key and bound to their name.
   *  @param name letters, digits, `-` and `_` */
  saveBeside(name: string, bytes: Uint8Array): void {
    const nonce = randomBytes(NONCE_BYTES);
    const sealed = crypto.seal(this.key, nonce, Buffer.from(name, "utf8"), bytes);
    replaceFile(this.pathBeside(name), concat(nonce, sealed));
  }

  /** Whether `saveBeside` wrote something under a name. */
  hasBeside(name: string): boolean {
    return statSync(this.pathBeside(name), { throwIfNoEntry: false }) !== undefined;
  }

  /** Reads what `saveBeside` wrote; undefined where nothing was written.
   *  @throws Failure where it was changed */
  readBeside(name: string): Bytes | undefined {
    if (!this.hasBeside(name)) return undefined;
    const path = this.pathBeside(name);
    const bytes = new Uint8Array(readFileSync(path));
    const opened =
      bytes.length < NONCE_BYTES + TAG_BYTES
        ? undefined
        : crypto.open(this.key, bytes.subarray(0, NONCE_BYTES), Buffer.from(name, "utf8"), bytes.subarray(NONCE_BYTES));
    if (opened === undefined)
      throw new Failure(EXIT.KEYSTORE, `${path} was changed: remove it, and fetch the log again.`);
    return opened;
  }

  private pathBeside(name: string): string {
    return join(this.directory, `${name}.sealed`);
  }
}

/** Whether a change failed since the folder takes none. */
export function isUnwritable(error: unknown): boolean {
  return error instanceof Unwritable || UNWRITABLE.includes(systemCode(error) ?? "");
}

class Unwritable extends Failure {}

function hasPosixModes(): boolean {
  return process.platform !== "win32";
}

function deriveKey(passphrase: string, { N, r, p, salt }: Header["scrypt"]): Bytes {
  const maxmem = 256 * N * r;
  const options = { N, r, p, maxmem };
  return new Uint8Array(scryptSync(passphrase.normalize("NFKC"), fromBase64url(salt), KEY_BYTES, options));
}

/** The header in one byte form, whatever the order in the file is. */
function aadOf({ latchkey, scrypt, nonce }: Header): Uint8Array {
  const { N, r, p, salt } = scrypt;
  return Buffer.from(JSON.stringify([latchkey, N, r, p, salt, nonce]), "utf8");
}

function readSealed(path: string): { header: Header; sealed: Bytes } {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (systemCode(error) !== "ENOENT") throw new Failure(EXIT.KEYSTORE, `${path} cannot be read: check who owns it.`);
    throw new Failure(EXIT.KEYSTORE, 'There are no keys here yet: run "latchkey init" first.');
  }
  try {
    const file = JSON.parse(text) as Header & { readonly sealed: string };
    const { N, r, p, salt } = file.scrypt;
    const isText = [salt, file.nonce, file.sealed].every((text) => typeof text === "string");
    const isKnown = file.latchkey === VERSION && r === BLOCK_SIZE && p === PARALLELIZATION;
    const isCost = Number.isInteger(N) && (N & (N - 1)) === 0 && N >= COST_MIN && N <= COST_MAX;
    if (isText && isKnown && isCost) {
      const sealed = fromBase64url(file.sealed);
      const isSized = fromBase64url(salt).length === SALT_BYTES && fromBase64url(file.nonce).length === NONCE_BYTES;
      if (isSized && sealed.length >= TAG_BYTES) return { header: file, sealed };
    }
  } catch (error) {
    const isShape = error instanceof SyntaxError || error instanceof TypeError || error instanceof Fault;
    if (!isShape) throw error;
  }
  throw damaged(path);
}

/** Gives the text of the file; undefined for another key, or a changed file. */
function unseal(key: Bytes, header: Header, sealed: Bytes): string | undefined {
  const opened = crypto.open(key, fromBase64url(header.nonce), aadOf(header), sealed);
  return opened === undefined ? undefined : Buffer.from(opened).toString("utf8");
}

function taken(directory: string): Failure {
  return new Failure(
    EXIT.KEYSTORE,
    `There are keys in ${directory} already; set LATCHKEY_HOME to another folder for a second person.`,
  );
}

function changedMeanwhile(): Failure {
  return new Failure(EXIT.KEYSTORE, "Another latchkey command changed the keys at the same time: run this one again.");
}

function damaged(path: string): Failure {
  return new Failure(EXIT.KEYSTORE, `${path} is damaged: put a copy of it back from your backup.`);
}

/** Keeps other commands from writing meanwhile, and waits while another does. A turn that was left behind ends by its
 *  age; one from ahead of this clock too, which was set back then, or no command would ever write again. */
function takeTurn(path: string): () => void {
  const turn = `${path}.writing`;
  for (let tries = 0; tries < TURN_TRIES_MAX; tries++) {
    const since = statSync(turn, { throwIfNoEntry: false })?.mtimeMs;
    if (since !== undefined && Math.abs(Date.now() - since) > WRITER_AGE_MILLIS_MAX) rmSync(turn, { force: true });
    try {
      writeFileSync(turn, "", { flag: "wx", mode: OWN_FILE });
      return () => rmSync(turn, { force: true });
    } catch (error) {
      if (systemCode(error) !== "EEXIST") {
        const sentence = `${path} cannot be written: check the folder's owner and the space on the disk.`;
        throw new Unwritable(EXIT.KEYSTORE, sentence);
      }
    }
    // Nothing else of this process may run between the reading and the writing, so it waits as a whole.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, TURN_MILLIS);
  }
  throw new Failure(EXIT.KEYSTORE, "Another latchkey command is writing the keys just now: run this one again.");
}
