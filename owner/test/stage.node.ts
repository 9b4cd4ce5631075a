// A stage for whole commands: people with keystores of their own, and the house of `npm start` on a port of its own.
// Why: what a person types is tested with a real lock behind a real socket, and a test file pays for few processes: most
// commands run in this process, through the same `main` that the launcher calls.
// Follows the launcher's own contract: LATCHKEY_HOME, LATCHKEY_PASSPHRASE, words in, exit code and two streams out.

import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { main } from "../cli.ts";
import { createKeystore, openKeystore } from "../keystore.ts";

/** scrypt's cost in tests: it stands in the keystore's own header, as any cost does. */
export const COST = 1_024;
export const PASSPHRASE = "correct horse";

const LAUNCHER = "owner/latchkey.mjs";
const HOUSE = "simulator/run/start.mjs";
const LINE_MILLIS_MAX = 60_000;
const TAIL_CHARACTERS = 800;

/** What a command left. */
export interface Ran {
  readonly exit: number;
  readonly output: string;
  readonly errors: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** What is printed, for somebody who waits for a certain line. */
export class Transcript {
  text = "";
  private seen = 0;
  private wake: () => void = () => undefined;

  write(text: string): void {
    this.text += text;
    this.wake();
  }

  /** Waits for a line after those that were waited for before. @throws Error where it does not come */
  async line(wanted: RegExp): Promise<RegExpExecArray> {
    const deadline = Date.now() + LINE_MILLIS_MAX;
    for (;;) {
      const found = wanted.exec(this.text.slice(this.seen));
      if (found !== null) {
        this.seen += found.index + found[0].length;
        return found;
      }
      const left = deadline - Date.now();
      if (left <= 0) throw new Error(`nobody said ${wanted}:\n${this.text.slice(-TAIL_CHARACTERS)}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }
}

/** One person's folder and passphrase. `close()` removes the folder. */
export class Desk {
  readonly home: string;
  private readonly folder = mkdtempSync(join(tmpdir(), "latchkey-desk-"));

  constructor() {
    this.home = join(this.folder, "home");
  }

  /** Makes a keystore of a low cost with that seed. @param seed base64url of 32 bytes */
  init(seed: string): void {
    const lists = { locks: [], grants: [], invitations: [] };
    const person = { version: 1, seed, recoveryKey: seed, ...lists } as const;
    createKeystore(this.home, person, { passphrase: PASSPHRASE, cost: COST });
  }

  /** Seals anew, at a low cost, the keystore that `init` made in another folder of this person. */
  reseal(from: string): void {
    const { person } = openKeystore(from, PASSPHRASE);
    createKeystore(this.home, person, { passphrase: PASSPHRASE, cost: COST });
  }

  /** Gives a second computer of the same person: a copy of the keystore as it is now. */
  copy(): Desk {
    const copy = new Desk();
    cpSync(this.home, copy.home, { recursive: true, mode: 0 });
    return copy;
  }

  /** A file in this person's folder. */
  file(name: string): string {
    return join(this.folder, name);
  }

  /** The text of a file in this person's folder. */
  read(name: string): string {
    return readFileSync(this.file(name), "utf8").trim();
  }

  /** Runs one command in this process. It reads its environment before it first waits, so that two may overlap.
   *  @param output receives what it prints meanwhile */
  async run(words: readonly string[], output = new Transcript()): Promise<Ran> {
    const errors = new Transcript();
    Object.assign(process.env, this.environment({}));
    const exit = await main(words, { output, errors });
    return { exit, output: output.text, errors: errors.text };
  }

  /** Runs one command with --json and gives the object with the exit code. */
  async ask(words: readonly string[]): Promise<Record<string, unknown>> {
    const { exit, output, errors } = await this.run([...words, "--json"]);
    assert.is(errors, "");
    assert.is(output.indexOf("\n"), output.length - 1, output);
    return { exit, ...(JSON.parse(output) as Record<string, unknown>) };
  }

  /** Runs the launcher as a person does. */
  launch(words: readonly string[], environment: Environment = {}): Promise<Ran> {
    const env = { ...process.env, ...this.environment(environment) };
    return new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [LAUNCHER, ...words], { env, stdio: ["ignore", "pipe", "pipe"] });
      const [output, errors] = [new Transcript(), new Transcript()];
      child.stdout.on("data", (chunk) => output.write(String(chunk)));
      child.stderr.on("data", (chunk) => errors.write(String(chunk)));
      child.on("error", reject);
      child.on("close", (exit) => resolve({ exit: exit ?? -1, output: output.text, errors: errors.text }));
    });
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private environment(environment: Environment): Environment {
    return { LATCHKEY_HOME: this.home, LATCHKEY_PASSPHRASE: PASSPHRASE, TZ: "UTC", ...environment };
  }
}

/** A house that is told keys on its standard input. `close()` ends it. */
export class Street {
  private readonly folder = mkdtempSync(join(tmpdir(), "latchkey-house-"));
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly transcript = new Transcript();

  constructor() {
    const words = [HOUSE, "--house", join(this.folder, "house"), "--port", "0"];
    this.child = spawn(process.execPath, words, { stdio: "pipe" });
    this.child.stdout.on("data", (chunk) => this.transcript.write(String(chunk)));
    this.child.stderr.on("data", (chunk) => this.transcript.write(String(chunk)));
  }

  /** Waits until the house answers. @returns where it does, the text on its label, and its time servers: host:port=key */
  async open(): Promise<{ readonly address: string; readonly setup: string; readonly clocks: readonly string[] }> {
    const address = (await this.line(/answers on (127\.0\.0\.1:\d+)/))[1] ?? "";
    const setup = (await this.line(/latchkey adopt (\S+)/))[1] ?? "";
    const [, ...clocks] = await this.line(/--time-server-1 (\S+) --time-server-2 (\S+) --time-server-3 (\S+)/);
    await this.line(/Keys: /);
    return { address, setup, clocks };
  }

  /** Presses a key of the house and waits for what it prints. */
  async press(key: string, line: RegExp): Promise<void> {
    this.child.stdin.write(`${key}\n`);
    await this.line(line);
  }

  /** Waits for a line after those that were waited for before. */
  line(wanted: RegExp): Promise<RegExpExecArray> {
    return this.transcript.line(wanted);
  }

  async close(): Promise<void> {
    if (this.child.exitCode === null) {
      const ended = new Promise((resolve) => this.child.once("close", resolve));
      this.child.stdin.write("q\n");
      await ended;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Asserts one sentence, or a short list of them, on standard error, without a trace of code. */
export function isSentence({ exit, output, errors }: Ran, expected: number, what: RegExp): void {
  assert.is(exit, expected, output + errors);
  assert.is(output, "");
  assert.match(errors, what);
  assert.not.match(errors, /\n\s+at |Error:|node:internal|undefined|\[object/);
  assert.match(errors, /[.:)?]\n$/);
}

/** Writes a copy of a file in which one base64url character of a field was changed. */
export function writeTampered(path: string, text: string, at: number): void {
  const other = text[at] === "A" ? "B" : "A";
  writeFileSync(path, `${text.slice(0, at)}${other}${text.slice(at + 1)}`);
}
