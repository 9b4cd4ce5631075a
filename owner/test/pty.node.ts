// A cable between two ends of this computer: a pair of pseudo terminals, one end a serial port, the other a board's.
// Why: commands open a real port of the system, by the real package, with no board on the desk.
// It needs `socat`; where that is missing, tests that ask for it are left out, and one line says so.

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import {
  constants,
  createReadStream,
  createWriteStream,
  mkdtempSync,
  openSync,
  type ReadStream,
  rmSync,
  type WriteStream,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const READY = /starting data transfer loop/;
const READY_MILLIS_MAX = 10_000;

/** Whether cables can be made here. With CI=true a missing tool is a failure. @throws Error then */
export function hasCables(): boolean {
  if (spawnSync("socat", ["-V"]).status === 0) return true;
  const sentence = "serial ports: left out, since socat is missing (apt-get install socat)";
  if (process.env["CI"] === "true") throw new Error(sentence);
  console.log(sentence);
  return false;
}

/** A cable. `close()` pulls it out at both ends, and twice is harmless. */
export class Pty {
  /** The end that a command opens. */
  readonly port: string;
  readonly #folder = mkdtempSync(join(tmpdir(), "latchkey-pty-"));
  readonly #socat: ChildProcess;
  #input: ReadStream | undefined;
  #output: WriteStream | undefined;

  constructor() {
    this.port = join(this.#folder, "port");
    const ends = [this.port, this.#board].map((path) => `pty,raw,echo=0,link=${path}`);
    this.#socat = spawn("socat", ["-d", "-d", ...ends], { stdio: ["ignore", "ignore", "pipe"] });
  }

  /** Waits for both ends and takes the board's. @param hear is given what comes from the port */
  async open(hear: (bytes: Uint8Array) => void): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error("socat does not begin")), READY_MILLIS_MAX);
      let said = "";
      this.#socat.stderr?.on("data", (chunk) => {
        said += String(chunk);
        if (!READY.test(said)) return;
        clearTimeout(timer);
        resolve();
      });
      this.#socat.once("error", reject);
    });
    // Each closes what it has, so that each has a descriptor of its own.
    const flags = constants.O_RDWR | constants.O_NOCTTY;
    this.#input = createReadStream("", { fd: openSync(this.#board, flags) });
    this.#output = createWriteStream("", { fd: openSync(this.#board, flags) });
    this.#input.on("data", (chunk) => hear(new Uint8Array(Buffer.from(chunk))));
    // The end that goes away is an error here.
    this.#input.on("error", () => undefined);
    this.#output.on("error", () => undefined);
  }

  /** Sends from the board's end. */
  write(bytes: Uint8Array): void {
    this.#output?.write(bytes);
  }

  close(): void {
    this.#socat.kill();
    this.#input?.destroy();
    this.#output?.destroy();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  get #board(): string {
    return join(this.#folder, "board");
  }
}
