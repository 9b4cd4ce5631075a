// The camera in the hall of `npm start`: its hall is drawn, its files are real JPEG, its films lie on this computer's disk.
// Why: whoever reads about the camera can look through it a minute later, cover its lens, and see what the lock makes of it.
// Runs on Node only, like the house that it belongs to. Encoding takes its time: a picture is drawn, encoded, and handed over when
// it is there, with that time; never two at once.

import { join } from "node:path";
import type { HomeVerdict } from "../camera/homes.ts";
import { HomeServer } from "../camera/homeserver.ts";
import type { Bytes } from "../firmware/bytes.ts";
import type { Crypto } from "../firmware/crypto/crypto.ts";
import { encodeSetup, fingerprintOf, type Setup } from "../firmware/link/label.ts";
import { type Millis, millis } from "../firmware/platform.ts";
import { systemRandom } from "../owner/random.ts";
import { CameraBoard } from "./camera.ts";
import { FileConstants, openFolder } from "./disk.ts";
import { Door } from "./ecma419/door.node.ts";
import { FileCard, FileRail } from "./filecard.node.ts";
import { Line, QUIET_LINE } from "./line.ts";
import { Canvas } from "./sensor/canvas.ts";
import type { Person } from "./sensor/hall.ts";
import { encodePicture } from "./sensor/picture.node.ts";
import { Sockets } from "./sockets.node.ts";
import { Stage } from "./stage.ts";
import type { Event, World } from "./world.ts";

/** Keys of the camera: v its lens, f its picture, j its radio, o its plug, y its case. */
export const CAMERA_ACTS = "vfjoy";

const WIDTH = 640;
const HEIGHT = 480;
/** Of the hall: the same one in each house. */
const HALL_SEED = 7;
/** Who comes in, where he walks between the door and the camera, and how long there and back takes. */
const WHO = 11;
const WALK_MILLIS = 8_000;
const STEP_MILLIS = 140;
const FAR = Object.freeze({ x: 4_600, y: 6_400, height: 3_600 });
const NEAR = Object.freeze({ x: 5_900, y: 6_800, height: 5_000 });

/** The house around it. */
export interface HallHouse {
  readonly directory: string;
  say(what: string): void;
  /** Lets the world catch up, and does something in it. */
  run(act: () => void): void;
}

/** The camera, its card, and whoever lays hands on it. `close()` ends it, and twice is harmless. */
export class HallCamera {
  /** The house's radio: the lock's board is plugged in at its inner end. */
  readonly air: Line;
  readonly #crypto: Crypto;
  readonly #world: World;
  readonly #house: HallHouse;
  readonly #stage = new Stage(HALL_SEED);
  readonly #canvas = new Canvas(WIDTH, HEIGHT, true);
  readonly #board: CameraBoard<FileCard, FileRail>;
  readonly #sockets: Sockets;
  readonly #door = new Door();
  readonly #homes: HomeServer;
  #plan: Event | undefined;
  #isCovered = false;
  #isLit = false;
  #isStreamOn = false;
  #homePort = 0;
  #alarm: string | undefined;
  #openedAt: Millis | undefined;
  #isClosed = false;
  #picture: Promise<void> = Promise.resolve();

  /** Builds the camera; it has no power yet, and nothing listens. */
  constructor(crypto: Crypto, world: World, house: HallHouse) {
    const folder = join(house.directory, "camera");
    openFolder(folder);
    this.#crypto = crypto;
    this.#world = world;
    this.#house = house;
    this.air = new Line(world, QUIET_LINE, "air");
    this.#sockets = this.#listenFor(house);
    this.#homes = this.#serveFor(house);
    this.#board = new CameraBoard({
      ...{ crypto, random: systemRandom(), stage: this.#stage, constants: new FileConstants(folder) },
      ...{ card: new FileCard(join(folder, "card")), rail: new FileRail(folder), carrier: this.#sockets },
      audience: this.#homes,
      options: { width: WIDTH, height: HEIGHT },
      now: () => world.now,
      send: (frame) => this.air.outside.send(frame),
      expose: (handOver) => this.#expose(handOver),
      moved: () => this.#moved(),
    });
    this.air.plug("outside", { received: (frame) => this.#board.received(frame) });
  }

  powerOn(): void {
    this.#board.powerOn();
  }

  /** Listens for viewers. @returns the port @throws Error of node:net */
  listen(port: number): Promise<number> {
    return this.#sockets.listen(port);
  }

  /** Listens for the house's own machines. @returns the port @throws Error of node:net */
  async listenForHomes(port: number): Promise<number> {
    this.#homePort = await this.#door.listen(port);
    this.#homes.networkChanged(this.#board.camera !== undefined, this.#world.now);
    return this.#homePort;
  }

  /** Where the house's own machines find the picture; undefined while there is none for them. */
  get streamAddress(): string | undefined {
    return this.#isStreamOn ? `http://127.0.0.1:${this.#homePort}` : undefined;
  }

  /** Whether it knows its lock. */
  get isPaired(): boolean {
    return this.#board.camera?.snapshot.isPaired === true;
  }

  /** Whether the red light burns. */
  get isLit(): boolean {
    return this.#board.isLit;
  }

  /** Waits for the picture that is being made; for nothing where none is. */
  get picture(): Promise<void> {
    return this.#picture;
  }

  /** What stands on its label: the text of both its keys, and what people compare. */
  get label(): { readonly setup: string; readonly fingerprint: string } {
    const { camera } = this.#board;
    if (camera === undefined) throw new Error("the camera has no power");
    const setup: Setup = { agreementKey: camera.agreementKey, signingKey: camera.signingKey };
    return { setup: encodeSetup(setup), fingerprint: fingerprintOf(this.#crypto, setup) };
  }

  /** Lays hands on it. @param key one of CAMERA_ACTS @returns what was done, in words */
  act(key: string): string {
    switch (key) {
      case "v":
        return this.#moveCover();
      case "f":
        return this.#freeze();
      case "j":
        this.air.cut(!this.air.isCut);
        return `the camera's radio is ${this.air.isCut ? "jammed" : "free again"}`;
      case "o":
        return this.#movePlug();
      default:
        return this.#forget();
    }
  }

  /** The door to its hall is opened or shut: while it is open somebody comes in, and goes about. */
  moveLeaf(isOpen: boolean): void {
    this.#openedAt = isOpen ? this.#world.now : undefined;
  }

  close(): void {
    this.#isClosed = true;
    this.#plan?.cancel();
    this.#sockets.close();
    this.#homes.close();
    this.#door.close();
    this.#board.card.close();
    this.#board.rail.close();
  }

  #listenFor({ run }: HallHouse): Sockets {
    const hall = this;
    return new Sockets({
      get isThere() {
        return hall.#board.camera !== undefined;
      },
      connected: (connection) => run(() => this.#board.call((camera, now) => camera.viewerConnected(connection, now))),
      received: (connection, frame) =>
        run(() => this.#board.call((camera, now) => camera.viewerReceived(connection, frame, now))),
      disconnected: (connection) =>
        run(() => this.#board.call((camera, now) => camera.viewerDisconnected(connection, now))),
    });
  }

  #serveFor({ run }: HallHouse): HomeServer {
    return new HomeServer({
      tcp: this.#door.Tcp,
      listener: this.#door.Listener,
      loop: {
        call: (event) =>
          run(() => {
            event(this.#world.now);
            this.#moved();
          }),
        uptime: () => this.#world.now,
      },
      host: {
        isOpen: () => this.#board.camera?.isOffered === true,
        isLit: () => this.#board.isLit,
        judge: (request) => {
          let verdict: HomeVerdict = { kind: "absent" };
          this.#board.call((camera, now) => {
            verdict = camera.judgeHome(request, now);
          });
          return verdict;
        },
      },
    });
  }

  #moveCover(): string {
    this.#isCovered = !this.#isCovered;
    this.#stage.cover(this.#isCovered ? "paper" : undefined);
    return this.#isCovered ? "a sheet of paper covers the camera's lens" : "the camera's lens is free again";
  }

  #freeze(): string {
    const isFrozen = this.#stage.tampering === "none";
    this.#stage.tampering = isFrozen ? "freeze" : "none";
    return isFrozen
      ? "somebody shows the camera its last picture over and over"
      : "the camera has its own picture again";
  }

  #movePlug(): string {
    if (this.#board.camera === undefined) {
      this.#board.powerOn();
      this.#homes.networkChanged(true, this.#world.now);
      return "the camera has power again";
    }
    this.#board.cutPower();
    this.#sockets.hangUp();
    this.#homes.networkChanged(false, this.#world.now);
    return "the camera's plug is pulled";
  }

  /** What its owner does who took it from another lock: the button inside of its case. */
  #forget(): string {
    if (this.#board.camera === undefined) return "the camera has no power";
    this.#board.call((camera, now) => {
      camera.caseChanged(true, now);
      camera.forgetPressed(now);
      camera.caseChanged(false, now);
    });
    return "the camera's case was opened, and its button pressed: it forgets its lock and its owner's settings";
  }

  /** Takes the sensor's next picture; the world goes on while it is encoded. */
  #expose(handOver: (file: Bytes | undefined) => void): void {
    this.#stage.people = this.#whoIsThere();
    const shown = this.#stage.replay();
    if (shown !== undefined) {
      handOver(shown);
      return;
    }
    this.#stage.expose(this.#canvas);
    const deliver = (file: Bytes | undefined): void => {
      if (this.#isClosed) return;
      if (file !== undefined) this.#stage.keep(file);
      this.#house.run(() => handOver(file));
    };
    this.#picture = encodePicture(this.#canvas).then(deliver, (error: Error) => {
      deliver(undefined);
      this.#house.say(`the camera's sensor gives no picture: ${error.message}`);
    });
  }

  #whoIsThere(): readonly Person[] {
    if (this.#openedAt === undefined) return [];
    const since = this.#world.now - this.#openedAt;
    const part = Math.abs((((2 * since) / WALK_MILLIS + 1) % 2) - 1);
    const between = (far: number, near: number) => Math.floor(near + (far - near) * part);
    const place = { x: between(FAR.x, NEAR.x), y: between(FAR.y, NEAR.y), height: between(FAR.height, NEAR.height) };
    return [{ ...place, stride: Math.floor(since / STEP_MILLIS) & 7, who: WHO }];
  }

  /** After whatever happened to the board: tells what can be seen of it, and plans what is due. */
  #moved(): void {
    this.#tell();
    this.#plan?.cancel();
    this.#plan = undefined;
    const dueAt = Math.min(this.#board.dueAt, this.#homes.nextTick ?? Number.POSITIVE_INFINITY);
    if (this.#isClosed || !Number.isFinite(dueAt)) return;
    this.#plan = this.#world.at(millis(Math.max(dueAt, this.#world.now)), () => {
      this.#board.tick();
      this.#homes.tick(this.#world.now);
      this.#moved();
    });
  }

  #tell(): void {
    const { isLit, camera } = this.#board;
    if (isLit !== this.#isLit) this.#house.say(`the camera's red light goes ${isLit ? "on" : "off"}`);
    this.#isLit = isLit;
    const { alarm, isStreamOn = false } = camera?.snapshot ?? {};
    if (isStreamOn !== this.#isStreamOn) {
      this.#isStreamOn = isStreamOn;
      const where = isStreamOn ? `for whoever has the password, at ${this.streamAddress}/` : "for no other machine";
      // Before anybody listens, whoever starts the house says it.
      if (this.#homePort !== 0) this.#house.say(`the camera's picture is ${where}`);
    }
    // Which of two faults it names may change from one picture to the next.
    if ((alarm === undefined) !== (this.#alarm === undefined))
      this.#house.say(alarm === undefined ? "the camera's alarm is over" : `the camera gives an alarm: ${alarm}`);
    this.#alarm = alarm;
  }
}
