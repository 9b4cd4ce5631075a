// A camera on the table: enrolled, told for whom its clips are, and shown the hall in order; and the air between it and the lock.
// Why: what a camera changes for a door is tried with the whole camera and the whole lock; a test says who stands where, and what
// a thief does to lens, files, power and radio.

import { Settings } from "../camera/settings.ts";
import type { Bytes } from "../firmware/bytes.ts";
import type { Board } from "../firmware/grant/body.ts";
import { KIND_ENROL } from "../firmware/grant/body.ts";
import { ROLE_CAMERA } from "../firmware/role.ts";

import { CameraBoard, type CameraParts } from "./camera.ts";
import type { Desk } from "./desk.ts";
import { MemoryConstants } from "./memory.ts";
import { MemoryCard } from "./memorycard.ts";
import { MemoryRail } from "./memoryrail.ts";
import { Stream } from "./random.ts";
import { Stage } from "./stage.ts";
import type { Neighbour } from "./table.ts";

/** After the press inside, until the bolt is thrown again. */
const RELOCK_SECONDS = 32;
/** A camera offers itself every ten seconds. */
const OFFER_SECONDS = 12;
const AIR_MILLIS = 3;
const ROOM_BYTES = 1_000_000;

/** Which way a frame goes. */
export type Direction = "to lock" | "to camera";

/** How a tripod differs from the usual one. */
export interface TripodOptions extends Pick<CameraParts, "frameMillis" | "options"> {
  /** Of the hall, the noise and the camera's keys. */
  readonly seed?: number;
  /** Whether its files are drawn once for each shot. */
  readonly isCheap?: boolean;
  /** Whether an owner has approved the scene, by day and by its lamp; true where it is left out. */
  readonly isApproved?: boolean;
}

/** The camera. */
export class Tripod implements Neighbour {
  readonly stage: Stage;
  readonly board: CameraBoard;
  /** For whom its clips are: an X25519 secret. */
  readonly ownerSecret: Bytes = new Uint8Array(32);
  /** Whether frames go through the air at all. */
  isJammed = false;
  /** Sees each frame in the air, and says what becomes of it; undefined: it is swallowed. */
  onAir: (direction: Direction, frame: Bytes) => Bytes | undefined = (_, frame) => frame;
  /** How long a frame is under way. */
  airMillis = AIR_MILLIS;
  /** Who hears what the camera sends to viewers, by connection. */
  readonly viewers = new Map<number, (frame: Bytes) => void>();
  readonly #desk: Desk;
  readonly #air: { readonly direction: Direction; readonly bytes: Bytes; readonly at: number }[] = [];

  constructor(desk: Desk, { seed = 1, isApproved = true, isCheap, ...parts }: TripodOptions = {}) {
    const { crypto } = desk;
    this.#desk = desk;
    this.stage = new Stage(seed, isCheap);
    const random = new Stream(seed, "camera");
    random.fill(this.ownerSecret);
    const constants = new MemoryConstants();
    const settings = new Settings(constants);
    settings.setRecipients([crypto.agreementPublicKey(this.ownerSecret)]);
    if (isApproved) this.stage.approveIn(settings);
    this.board = new CameraBoard({
      ...parts,
      ...{ crypto, random, constants, stage: this.stage, card: new MemoryCard(), rail: new MemoryRail() },
      options: { roomBytes: ROOM_BYTES, ringBytes: 600_000, ...parts.options },
      now: () => desk.elapsed,
      send: (frame) => this.#send("to lock", frame),
      carrier: {
        send: (connection, frame) => this.viewers.get(connection)?.(frame),
        close: (connection) => this.viewers.delete(connection),
      },
    });
    desk.onCameraWire = (frame) => this.#send("to camera", frame);
    desk.place(this);
    this.board.powerOn();
  }

  /** What an owner's statement says of the camera. */
  get enrolment(): Board {
    const { camera } = this.board;
    if (camera === undefined) throw new Error("the camera has no power");
    return { role: ROLE_CAMERA, agreementKey: camera.agreementKey, signingKey: camera.signingKey };
  }

  /** Has the owner enrol the camera; when it returns, lock and camera know each other, and the door is locked. */
  enrol(): this {
    const verdict = this.#desk.stateInside({ kind: KIND_ENROL, board: this.enrolment });
    if (verdict !== "yes") throw new Error(`the camera is not enrolled: ${verdict}`);
    this.#desk.passTime(RELOCK_SECONDS + OFFER_SECONDS);
    return this;
  }

  get dueAt(): number {
    const frameAt = this.#air[0]?.at ?? Number.POSITIVE_INFINITY;
    return Math.min(frameAt, this.board.dueAt);
  }

  tick(): void {
    const [frame] = this.#air;
    if (frame === undefined || frame.at > this.#desk.elapsed) {
      this.board.tick();
      return;
    }
    this.#air.shift();
    this.carry(frame.direction, frame.bytes);
  }

  /** Brings a frame to one end, whoever made it. */
  carry(direction: Direction, frame: Bytes): void {
    if (direction === "to lock") this.#desk.carryCamera(frame);
    else this.board.received(frame);
  }

  /** Neither board is called from within itself, or the other: what is sent arrives later. */
  #send(direction: Direction, frame: Bytes): void {
    if (this.isJammed) return;
    const bytes = this.onAir(direction, frame.slice());
    if (bytes !== undefined) this.#air.push({ direction, bytes, at: this.#desk.elapsed + this.airMillis });
  }
}
