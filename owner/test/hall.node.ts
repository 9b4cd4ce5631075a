// A hall behind the porch: the real camera with a simulated sensor, on the lock's own wire, and its viewers over a real socket.
// Why: what an owner's commands do to a camera is seen only where the lock gives real tickets and the camera writes real films.
// Time passes for both in the same steps; while commands run it is this computer's.

import { createServer, type Server, type Socket } from "node:net";
import { crypto } from "#crypto";
import { Camera } from "../../camera/camera.ts";
import type { RailArchive } from "../../camera/options.ts";
import { DAY } from "../../camera/test/board.ts";
import type { Bytes } from "../../firmware/bytes.ts";
import { createStreamReader, encodeStream } from "../../firmware/link/stream.ts";
import { type Millis, millis } from "../../firmware/platform.ts";
import { MemoryConstants } from "../../simulator/memory.ts";
import { MemoryCard } from "../../simulator/memorycard.ts";
import { Stream } from "../../simulator/random.ts";
import type { Shot } from "../../simulator/sensor/sensor.ts";
import { Sight } from "../../simulator/sensor/sight.ts";
import { atHome, done, type Home, type Porch } from "./porch.node.ts";

const STEP_MILLIS = 250;
const SEED = 0xca3e;
/** A key on paper, for films. */
export const PAPER = "age1lggyhqrw2nlhcxprm67z43rta597azn8gknawjehu9d9dl0jq3yqqvfafg";
const WALK: readonly Shot[] = [2_000, 3_000, 4_000, 5_000].map((x) => ({
  ...DAY,
  people: [{ x, y: 6_600, height: 3_600, stride: 1, who: 3 }],
}));

/** The camera in its hall. `close()` ends it. */
export class Hall implements RailArchive {
  readonly card = new MemoryCard();
  readonly constants = new MemoryConstants();
  readonly camera: Camera;
  /** Whether the sensor gives files while it has power. */
  isLooking = true;
  /** How much faster than this computer's its time passes: a new camera offers itself every ten seconds. */
  pace = 1;
  /** Whether somebody walks through the hall. */
  isWalked = false;
  private readonly porch: Porch;
  private readonly records: Bytes[] = [];
  private readonly sight = new Sight(SEED);
  private readonly server: Server;
  private readonly sockets = new Map<number, Socket>();
  private readonly toLock: Bytes[] = [];
  private readonly toCamera: Bytes[] = [];
  private readonly timer: NodeJS.Timeout;
  private isPowered = false;
  private connections = 0;
  private denied = 0;
  private now: Millis = millis(0);
  private frameAt = 0;
  private steps = 0;
  private lastAt = performance.now();

  constructor(porch: Porch) {
    this.porch = porch;
    const pin = { write: () => undefined };
    const supply = {
      write: (isActive: boolean) => {
        this.isPowered = isActive;
      },
    };
    const carrier = {
      send: (connection: number, frame: Bytes) => void this.sockets.get(connection)?.write(encodeStream(frame)),
      close: (connection: number) => void this.sockets.get(connection)?.destroySoon(),
    };
    const rail = { supply, light: { isActive: true } };
    const parts = { crypto, random: new Stream(SEED, "hall"), constants: this.constants, card: this.card };
    const wire = { send: (frame: Bytes) => void this.toLock.push(frame.slice()) };
    const platform = { ...parts, wire, carrier, rail, railStore: this, reader: this.sight, lamp: pin, filter: pin };
    const options = { width: 640, height: 480, ringBytes: 400_000, ringFrames: 32, roomBytes: 100_000 };
    this.camera = new Camera(platform, options, this.now);
    porch.onCameraWire = (frame) => void this.toCamera.push(frame.slice());
    this.server = createServer((socket) => this.take(socket));
    this.timer = setInterval(() => this.catchUp(), STEP_MILLIS / 10);
  }

  /** Listens to viewers. @returns where */
  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    const address = this.server.address();
    return `127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
  }

  /** Lets time pass, for the lock too. */
  pass(duration: number): void {
    for (let left = duration; left > 0; left -= STEP_MILLIS) {
      this.porch.passMillis(Math.min(left, STEP_MILLIS));
      this.step(Math.min(left, STEP_MILLIS));
    }
  }

  /** Has the camera hand out its newest records of the switch no more. @param count how many */
  deny(count: number): void {
    this.denied = count;
  }

  /** Changes a byte in the middle of each film on the card. */
  spoil(): void {
    for (const { name, bytes } of this.card.list()) {
      if (!name.endsWith("age")) continue;
      const file = this.card.file(name)?.slice() ?? new Uint8Array(0);
      file[bytes >> 1] = (file[bytes >> 1] ?? 0) ^ 1;
      this.card.put(name, file);
    }
  }

  last(): Bytes | undefined {
    return this.records.at(-1)?.slice();
  }

  at(number: number): Bytes | undefined {
    return number > this.records.length - this.denied ? undefined : this.records[number - 1]?.slice();
  }

  append(message: Bytes): void {
    this.records.push(message);
  }

  /** Cuts each viewer's connection, as anybody on its way can. */
  hangUp(): void {
    for (const socket of this.sockets.values()) socket.destroy();
  }

  close(): void {
    clearInterval(this.timer);
    this.server.close();
    this.hangUp();
  }

  private walker(): Shot {
    this.steps += 1;
    return WALK[this.steps % WALK.length] ?? DAY;
  }

  private catchUp(): void {
    const now = performance.now();
    this.porch.catchUp();
    this.step(Math.floor((now - this.lastAt) * this.pace));
    this.lastAt = now;
  }

  private step(passed: number): void {
    this.now = millis(this.now + passed);
    this.camera.tick(this.now);
    if (this.isPowered && this.isLooking && this.now >= this.frameAt) {
      this.frameAt = this.now + STEP_MILLIS;
      this.camera.frame(this.sight.file(this.isWalked ? this.walker() : DAY), this.now);
    }
    this.carry();
  }

  /** Frames go over the wire behind whatever made them, never within. */
  private carry(): void {
    for (;;) {
      const forLock = this.toLock.shift();
      if (forLock !== undefined) this.porch.carryCamera(forLock);
      const forCamera = this.toCamera.shift();
      if (forCamera !== undefined) this.camera.lockReceived(forCamera, this.now);
      if (forLock === undefined && forCamera === undefined) return;
    }
  }

  private take(socket: Socket): void {
    this.connections += 1;
    const connection = this.connections;
    this.sockets.set(connection, socket);
    const stream = createStreamReader();
    this.carry();
    this.camera.viewerConnected(connection, this.now);
    socket.on("error", () => undefined);
    socket.on("data", (chunk: Buffer) => {
      stream.push(chunk);
      // A ticket that the lock has just given is here before whoever shows it.
      this.carry();
      for (let frame = stream.next(); frame !== undefined; frame = stream.next())
        this.camera.viewerReceived(connection, frame, this.now);
    });
    socket.on("close", () => {
      this.sockets.delete(connection);
      this.camera.viewerDisconnected(connection, this.now);
    });
  }
}

/** Runs a test in a home with a hall. */
export function inHall(claim: string, act: (home: Home, hall: Hall, at: readonly string[]) => Promise<void>): void {
  atHome(
    claim,
    async (home) => {
      const hall = new Hall(home.porch);
      try {
        const address = await hall.listen();
        await act(home, hall, ["--camera-at", address]);
      } finally {
        hall.close();
      }
    },
    false,
  );
}

/** Enrols the camera. @returns what the owner is told */
export async function enrol(home: Home, hall: Hall): Promise<string> {
  home.porch.pressAndStay();
  hall.pass(500);
  hall.pace = 30;
  const said = await done(home, "camera", "enrol", "--yes");
  hall.pace = 1;
  return said;
}

/** Enrols a camera that records for its owner and has an approved view. */
export async function settle(home: Home, hall: Hall, at: readonly string[]): Promise<void> {
  await enrol(home, hall);
  await done(home, "camera", "recipients", PAPER, ...at);
  await done(home, "camera", "mode", "always");
  hall.pass(4_000);
  await done(home, "camera", "approve");
}

/** Settles a camera that looks at visits alone, and has its owner begin one: the door stands open. */
export async function beginVisit(home: Home, hall: Hall, at: readonly string[]): Promise<void> {
  await settle(home, hall, at);
  await done(home, "camera", "mode", "visits");
  hall.pass(2_000);
  await done(home, "open", "--wait", "0");
  hall.pass(1_000);
  home.porch.openDoor();
}
