// A porch: the lock before the table of the simulator behind a real socket, and somebody with a keypad outside.
// Why: what an owner's commands do to codes is seen when somebody types one; so commands run as a person types them, and the
// person at the keypad waits as long as one must without the test doing so.
// The lock learns the time from its owner, as any lock does. Typing takes virtual seconds, so its clock runs ahead of the
// commands' by those.

import { createServer, type Server, type Socket } from "node:net";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { encodeSetup } from "../../firmware/link/label.ts";
import { createStreamReader, encodeStream } from "../../firmware/link/stream.ts";
import { seconds } from "../../firmware/platform.ts";
import type { LockOptions } from "../../lock/options.ts";
import { Desk as Bench } from "../../simulator/desk.ts";
import type { Line } from "../../simulator/table.ts";
import { Typist } from "../../simulator/typist.ts";
import { presentSeconds } from "../moment.ts";
import { Desk, type Ran, Transcript } from "./stage.node.ts";

const SEED = Buffer.alloc(32, 7).toString("base64url");
const RELOCK_SECONDS = 32;
/** A phone takes so long to dial; a lock that is asked more often is busy. */
const DIAL_MILLIS = 250;

/** The lock on its desk, reachable over a local socket. `close()` ends it. */
export class Porch extends Bench {
  readonly typist: Typist;
  /** Whether the keypad offers itself whenever the lock hears anything. */
  isOffering = false;
  readonly #server: Server;
  #heardAt = performance.now();

  /** @param lock how it differs from the usual one */
  constructor(lock: Partial<LockOptions> = {}) {
    // Built an hour ago by this computer's clock, which is the one that the owner's commands tell the lock.
    super({ crypto, lock: { buildTime: seconds(presentSeconds() - 3_600), ...lock } });
    this.typist = new Typist(this);
    this.#server = createServer((socket) => this.#take(socket));
  }

  /** Listens. @returns where */
  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    const address = this.#server.address();
    return `127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
  }

  /** The text on the lock's label. */
  get setup(): string {
    return encodeSetup(this);
  }

  /** Somebody presses the button inside and stays; the door locks itself again. */
  pressAndStay(): void {
    this.pressInside();
    this.passTime(RELOCK_SECONDS);
  }

  /** Whoever was let in goes in and shuts the door. */
  visit(): void {
    this.passMillis(500);
    this.openDoor();
    this.passTime(2);
    this.shutDoor();
    this.passTime(10);
  }

  close(): void {
    this.#server.close();
  }

  #take(socket: Socket): void {
    let isConnected = true;
    const line: Line = {
      connection: this.nextConnection(),
      transport: "tcp",
      get isConnected() {
        return isConnected;
      },
      set isConnected(isThere) {
        isConnected = isThere;
        if (!isThere) socket.destroySoon();
      },
      hear: (frame) => void socket.write(encodeStream(frame)),
    };
    const stream = createStreamReader();
    this.passMillis(DIAL_MILLIS);
    this.connect(line);
    socket.on("error", () => undefined);
    socket.on("data", (chunk: Buffer) => {
      this.catchUp();
      stream.push(chunk);
      for (let frame = stream.next(); frame !== undefined; frame = stream.next()) this.carry(line.connection, frame);
    });
    socket.on("close", () => this.hangUp(line));
  }

  /** The lock's time goes on while commands run. */
  catchUp(): void {
    const now = performance.now();
    this.passMillis(Math.floor(now - this.#heardAt));
    this.#heardAt = now;
    if (this.isOffering) this.isOffering = !this.typist.offer();
  }
}

/** A porch whose lock an owner has adopted, and enrolled the keypad of. */
export interface Home {
  readonly porch: Porch;
  readonly owner: Desk;
  readonly address: string;
}

/** Builds one. @param hasKeypad whether the keypad is enrolled @param lock how the lock differs from the usual one */
export async function openHome(hasKeypad = true, lock: Partial<LockOptions> = {}): Promise<Home> {
  const porch = new Porch(lock);
  const address = await porch.listen();
  const owner = new Desk();
  owner.init(SEED);
  porch.pressAndStay();
  await owner.ask(["adopt", porch.setup, "--at", address, "--zone", "Europe/Berlin", "--name", "home"]);
  porch.isOffering = hasKeypad;
  if (hasKeypad) await owner.ask(["keypad", "enrol", porch.typist.setup]);
  return { porch, owner, address };
}

/** Ends it. */
export function closeHome({ porch, owner }: Home): void {
  porch.close();
  owner.close();
}

/** Runs a test with a home of its own. */
export function atHome(claim: string, act: (home: Home) => Promise<void>, hasKeypad = true): void {
  test(claim, async () => {
    const home = await openHome(hasKeypad);
    try {
      await act(home);
    } finally {
      closeHome(home);
    }
  });
}

export async function done({ owner }: Home, ...words: readonly string[]): Promise<string> {
  const { exit, output, errors } = await owner.run(words);
  assert.is(exit, 0, `${words.join(" ")}: ${errors}`);
  return output;
}

/** Runs a command, with its warnings. */
export async function heard({ owner }: Home, ...words: readonly string[]): Promise<Ran> {
  return owner.run(words);
}

/** Makes somebody a second owner of the home, who has it in their keystore. */
export async function addOwner({ owner, porch, address }: Home, paul: Desk): Promise<void> {
  porch.passTime(61);
  const said = new Transcript();
  const { key } = await paul.ask(["id"]);
  const adding = owner.run(["owner", "add", String(key), "--name", "Paul"], said);
  await said.line(/press the button on its inside now/);
  porch.pressAndStay();
  assert.is((await adding).exit, 0);
  await paul.ask(["adopt", porch.setup, "--at", address, "--name", "theirs"]);
}

/** The digits that a command has made. */
export function digitsIn(output: string): string {
  return (/^(?:Code|PIN): +([\d ]+?)(?: {2}|$)/m.exec(output)?.[1] ?? "").replaceAll(" ", "");
}

export async function make(home: Home, ...words: readonly string[]): Promise<string> {
  return digitsIn(await done(home, "pin", ...words));
}
