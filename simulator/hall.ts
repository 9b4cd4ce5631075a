// The hall of a simulated house: a camera on its wall, the radio between it and the lock, and what is truly before its lens.
// Why: whether a picture may be believed is known to nobody but whoever holds the tape; here that is written down, so that a
// checker can compare it with what the lock took for proven.

import { Settings } from "../camera/settings.ts";
import type { Bytes } from "../firmware/bytes.ts";
import type { Crypto } from "../firmware/crypto/crypto.ts";
import { verifyRail } from "../firmware/evidence/rail.ts";
import type { Board } from "../firmware/grant/body.ts";
import { millis } from "../firmware/platform.ts";
import { ROLE_CAMERA } from "../firmware/role.ts";
import { CameraBoard } from "./camera.ts";
import { Line, QUIET_LINE } from "./line.ts";
import { MemoryConstants } from "./memory.ts";
import { MemoryCard } from "./memorycard.ts";
import { MemoryRail } from "./memoryrail.ts";
import type { Tool } from "./sensor/lens.ts";
import { Stage, type Tampering } from "./stage.ts";
import type { Event, World } from "./world.ts";

/** A little less than two frames a second. */
const FRAME_MILLIS = 700;
/** And by its lamp eight: the lamp's question is 16 frames long, and whoever knocks has ten seconds. */
const NIGHT_FRAME_MILLIS = 125;
const ROOM_BYTES = 4_000_000;
const RING_BYTES = 100_000;
const RING_FRAMES = 16;
/** For how long a film is kept. */
export const KEEP_SECONDS = 3 * 86_400;

/** What a thief, or bad luck, does there. */
export type Trick = "cover" | "turn" | Exclude<Tampering, "none"> | "jam" | "power" | "light" | "card";

/** The hall. */
export class Hall {
  readonly stage: Stage;
  readonly board: CameraBoard;
  /** The house's radio between lock and camera: the lock is plugged in at its inner end. */
  readonly air: Line;
  /** An X25519 secret, which opens the clips. */
  readonly ownerSecret: Bytes = new Uint8Array(32);
  /** Hears of files that were taken although no record says that the sensor has power. */
  onSecretFrame: () => void = () => {};
  /** Hears that a trick begins or ends. */
  onTrick: () => void = () => {};
  readonly #world: World;
  readonly #crypto: Crypto;
  /** Whether nothing goes wrong any more, for good. */
  isCalmed = false;
  /** What a thief waits for: the next who needs the camera. */
  readonly ambushes: (() => void)[] = [];
  readonly #tricks = new Map<Trick, number>();
  #plan: Event | undefined;
  /** How many records of the switch were looked at, and what the last of them says. */
  #heeded = 0;
  #saysOn = false;

  /** Builds it; the camera has no power yet. */
  constructor(world: World, crypto: Crypto) {
    this.#world = world;
    this.#crypto = crypto;
    const random = world.stream("camera");
    random.fill(this.ownerSecret);
    this.stage = new Stage(random.next(), true);
    this.air = new Line(world, QUIET_LINE, "air");
    const constants = new MemoryConstants();
    const settings = new Settings(constants);
    settings.setRecipients([crypto.agreementPublicKey(this.ownerSecret)]);
    this.stage.approveIn(settings);
    this.board = new CameraBoard({
      ...{
        crypto,
        random,
        constants,
        stage: this.stage,
        frameMillis: FRAME_MILLIS,
        nightFrameMillis: NIGHT_FRAME_MILLIS,
      },
      ...{ card: new MemoryCard(), rail: new MemoryRail() },
      options: { roomBytes: ROOM_BYTES, ringBytes: RING_BYTES, ringFrames: RING_FRAMES, keepSeconds: KEEP_SECONDS },
      now: () => world.now,
      send: (frame) => this.air.outside.send(frame),
      moved: () => this.#replan(),
    });
    this.air.plug("outside", { received: (frame) => this.board.received(frame) });
  }

  /** Gives the camera power. */
  powerOn(): void {
    this.#world.record({ channel: "power", subject: 7, label: "camera on" });
    this.board.powerOn();
  }

  /** Takes it away. */
  cutPower(): void {
    this.#world.record({ channel: "power", subject: 6, label: "camera off" });
    this.board.cutPower();
  }

  /** What an owner's statement says of the camera. */
  get enrolment(): Board | undefined {
    const { camera } = this.board;
    if (camera === undefined) return undefined;
    return { role: ROLE_CAMERA, agreementKey: camera.agreementKey, signingKey: camera.signingKey };
  }

  /** The light of the hall changes, as it does each evening. @param permille of daylight */
  lightTo(permille: number): void {
    this.#world.record({ channel: "person", subject: permille, label: "hall: light" });
    this.stage.lightPermille = permille;
  }

  /** Begins a trick; one that lasts already goes on. */
  begin(trick: Trick, tool: Tool = "paper"): void {
    if (this.#tricks.has(trick)) return;
    this.#tricks.set(trick, this.#world.now);
    this.#apply(trick, true, tool);
  }

  /** Ends a trick. */
  end(trick: Trick): void {
    if (this.#tricks.delete(trick)) this.#apply(trick, false, undefined);
  }

  /** Ends every trick, for good. */
  calm(): void {
    this.isCalmed = true;
    this.ambushes.length = 0;
    for (const trick of [...this.#tricks.keys()]) this.end(trick);
  }

  /** Somebody stands at the door who needs the camera. */
  knocked(): void {
    for (const ambush of this.ambushes.splice(0, 1)) ambush();
  }

  /** What lasts now, with the time at which it began. */
  get tricks(): ReadonlyMap<Trick, number> {
    return this.#tricks;
  }

  get isTroubled(): boolean {
    return this.#tricks.size > 0;
  }

  #apply(trick: Trick, isOn: boolean, tool: Tool | undefined): void {
    this.#world.record({
      channel: "fault",
      subject: isOn ? 1 : 0,
      label: `hall: ${trick} ${isOn ? "begins" : "ends"}`,
    });
    this.onTrick();
    switch (trick) {
      case "cover":
        this.stage.cover(tool);
        return;
      case "turn":
        this.stage.turn(isOn);
        return;
      case "freeze":
      case "loop":
        this.stage.tampering = this.#tricks.has("freeze") ? "freeze" : this.#tricks.has("loop") ? "loop" : "none";
        return;
      case "jam":
        this.air.cut(isOn);
        return;
      case "power":
        if (isOn) this.cutPower();
        else this.powerOn();
        return;
      case "light":
        this.board.isLightCut = isOn;
        return;
      case "card":
        this.board.card.isSound = !isOn;
    }
  }

  /** Whether the newest record of the switch says that the sensor has power; each is looked at once. */
  get #isRecordedOn(): boolean {
    const { records } = this.board.rail;
    const key = this.board.camera?.signingKey;
    if (records.length > this.#heeded && key !== undefined) {
      this.#heeded = records.length;
      this.#saysOn = verifyRail(this.#crypto, key, records[this.#heeded - 1] as Bytes).event === "on";
    }
    return this.#saysOn;
  }

  #replan(): void {
    this.#plan?.cancel();
    this.#plan = undefined;
    const { dueAt } = this.board;
    if (!Number.isFinite(dueAt)) return;
    this.#plan = this.#world.at(millis(Math.max(dueAt, this.#world.now)), () => {
      const { frames } = this.board;
      this.board.tick();
      if (this.board.frames > frames && !this.#isRecordedOn) this.onSecretFrame();
      this.#replan();
    });
  }
}
