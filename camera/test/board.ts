// A camera's board in a test: its flash, its card, its switch, a simulated sensor, and the lock at the other end by hand.
// Why: each test of the core begins with a camera that has a lock, owners and an approved scene, and says only what happens then.

import { crypto } from "#crypto";
import type { Bytes } from "../../firmware/bytes.ts";
import { kid8, lockIdOf } from "../../firmware/cose/key.ts";
import { ascending } from "../../firmware/crypto/test/checks.ts";
import { type ClipManifest, verifyManifest } from "../../firmware/evidence/manifest.ts";
import { ClipReader } from "../../firmware/evidence/matroska.ts";
import { type RailRecord, verifyRail } from "../../firmware/evidence/rail.ts";
import { type ClipVerdict, ClipVerifier } from "../../firmware/evidence/verify.ts";
import { Fault } from "../../firmware/fault.ts";
import type { Cipher } from "../../firmware/link/cipher.ts";
import { encodePlain, FRAME_COMMANDS, FRAME_ENROLLED, FRAME_KK_1 } from "../../firmware/link/frame.ts";
import { encodeEnrolled } from "../../firmware/link/introduction.ts";
import {
  type Ask,
  encodeAsk,
  encodeTicket,
  type FootageHead,
  type Heartbeat,
  parseCameraWord,
  type Ticket,
} from "../../firmware/link/witness.ts";
import { type Millis, millis, type Output } from "../../firmware/platform.ts";
import { ROLE_CAMERA } from "../../firmware/role.ts";
import { Antenna } from "../../simulator/antenna.ts";
import { MemoryConstants } from "../../simulator/memory.ts";
import { MemoryCard } from "../../simulator/memorycard.ts";
import { openAge } from "../../simulator/opener.ts";
import { answerBoard } from "../../simulator/played.ts";
import { Stream } from "../../simulator/random.ts";
import { applyTool, type Tool } from "../../simulator/sensor/lens.ts";
import { Sensor, type Shot } from "../../simulator/sensor/sensor.ts";
import { Sight } from "../../simulator/sensor/sight.ts";
import { Camera } from "../camera.ts";
import { fileName } from "../card.ts";
import { VERDICTS, type Verdict } from "../eye.ts";
import { JpegReader } from "../jpeg.ts";
import { LUMA_BYTES, type LumaReader } from "../luma.ts";
import type { CameraOptions, RailArchive } from "../options.ts";
import { Settings } from "../settings.ts";

export const SEED = 0xca3e;
export const DAY: Shot = { people: [], lightPermille: 1_000, noiseTenths: 25 };
/** The hall at night by the camera's own lamp, and without it. */
export const LAMP: Shot = { ...DAY, isInfrared: true, lightPermille: 800 };
export const DARK: Shot = { ...DAY, lightPermille: 20 };
/** An owner's X25519 secret for clips. */
export const OWNER = new Uint8Array(32).fill(0x5a);
export const ASK_MILLIS = 500;
export const GRANT = ascending(3, 8);

const LOCK_SECRET = ascending(1, 32);
export const LOCK_ID = lockIdOf(crypto, crypto.signingPublicKey(ascending(2, 32)));
const SEQUENCE = 3;
const EPOCH = 1_793_610_000;

/** What differs from a camera by day that has all it needs. */
export interface BoardOptions extends Partial<CameraOptions> {
  readonly frameMillis?: number;
  readonly hasRecipients?: boolean;
  readonly isApproved?: boolean;
  /** What its owner approved; the hall by day and by its lamp where it is left out. */
  readonly approved?: readonly Shot[];
  readonly reader?: LumaReader;
  /** Whether the sensor gives whole files, and the reference reader reads them. */
  readonly isReal?: boolean;
  readonly cardBytes?: number;
  readonly card?: MemoryCard;
}

/** The board. */
export class Board implements RailArchive {
  readonly constants = new MemoryConstants();
  readonly card: MemoryCard;
  readonly records: Bytes[] = [];
  readonly wiring = { supply: this.#pin("isPowered"), light: { isActive: true } };
  readonly sensor = new Sensor(SEED);
  readonly sight = new Sight(SEED);
  /** What went to viewers. */
  readonly sent: [connection: number, frame: Bytes][] = [];
  readonly closed: number[] = [];
  /** Its radio in the house's network, and what it said over the cable in its case. */
  readonly antenna = new Antenna();
  readonly said: Bytes[] = [];
  /** What the house's own machines were shown, and how often they were sent away. */
  readonly shown: Bytes[] = [];
  dismissals = 0;
  isPowered = false;
  isRailBroken = false;
  isLit = false;
  isFilterAway = false;
  now: Millis = millis(0);
  camera: Camera;
  /** What the lock asks next. */
  wish: Pick<Ask, "purpose" | "mode" | "visit" | "grant"> = {
    purpose: "rest",
    mode: "visits",
    visit: 0,
    grant: undefined,
  };
  /** Whether the lock that answered the offer is there. */
  isLockThere = true;
  beats: Heartbeat[] = [];
  nonce: Bytes = new Uint8Array(16);
  /** Files that were taken while the sensor had power. */
  taken = 0;
  /** Gives the file of now; undefined where the sensor gives none. */
  picture: () => Uint8Array | undefined = () => this.file(this.shot());
  shot: () => Shot = () => DAY;
  readonly #options: BoardOptions;
  readonly #reader: LumaReader;
  readonly #random = new Stream(SEED, "board");
  #cipher: Cipher | undefined;
  #askAt = 0;

  constructor(options: BoardOptions = {}) {
    this.#options = options;
    this.#reader = options.reader ?? (options.isReal === true ? new JpegReader() : this.sight);
    this.card = options.card ?? new MemoryCard(options.cardBytes);
    const settings = new Settings(this.constants);
    if (options.hasRecipients !== false) settings.setRecipients([crypto.agreementPublicKey(OWNER)]);
    if (options.isApproved !== false) {
      for (const shot of options.approved ?? [DAY, LAMP]) {
        const jpeg = this.file(shot);
        const luma = new Uint8Array(LUMA_BYTES);
        this.#reader.read(jpeg, luma);
        settings.approve({ luma, fileBytes: jpeg.length, isInfrared: shot === LAMP });
      }
    }
    this.camera = this.start();
    this.camera.tick(this.now);
    this.pair();
  }

  /** One file of the sensor. */
  file(shot: Shot): Bytes {
    return this.#options.isReal === true ? this.sensor.mosaic(shot) : this.sight.file(shot);
  }

  /** Power comes, or comes again. */
  start(): Camera {
    this.isPowered = false;
    this.#cipher = undefined;
    this.now = millis(0);
    this.#askAt = 0;
    const { constants, card, wiring } = this;
    const { roomBytes = 100_000 } = this.#options;
    const reader = this.#reader;
    const platform = {
      ...{ crypto, random: this.#random, constants, card, reader, rail: wiring, railStore: this },
      wire: { send: (frame: Bytes) => this.#hear(frame) },
      carrier: {
        send: (connection: number, frame: Bytes) => void this.sent.push([connection, frame]),
        close: (connection: number) => void this.closed.push(connection),
      },
      network: this.antenna,
      cable: { send: (frame: Bytes) => void this.said.push(frame) },
      audience: {
        show: (jpeg: Uint8Array) => void this.shown.push(new Uint8Array(jpeg)),
        dismiss: () => void this.dismissals++,
      },
      lamp: this.#pin("isLit"),
      filter: this.#pin("isFilterAway"),
    };
    const ring = { ringBytes: 400_000, ringFrames: 32 };
    this.camera = new Camera(platform, { width: 640, height: 480, ...ring, ...this.#options, roomBytes }, this.now);
    return this.camera;
  }

  /** Power goes in the middle of whatever it is, and comes again. @param kept what the card kept of what was not flushed, 0..1 */
  cut(kept = 0): void {
    this.card.cutPower(kept);
    this.start();
  }

  last(): Bytes | undefined {
    return this.records.at(-1)?.slice();
  }

  at(number: number): Bytes | undefined {
    return this.records[number - 1]?.slice();
  }

  append(message: Bytes): void {
    if (this.isRailBroken) throw new Fault("flash.io");
    this.records.push(message);
  }

  get rail(): RailRecord[] {
    return this.records.map((record) => verifyRail(crypto, this.camera.signingKey, record));
  }

  get beat(): Heartbeat {
    const beat = this.beats.at(-1);
    if (beat === undefined) throw new Error("no heartbeat came");
    return beat;
  }

  get verdict(): Verdict | undefined {
    return VERDICTS[this.beat.verdict];
  }

  get alarm(): Verdict | undefined {
    return this.beat.alarm === undefined ? undefined : VERDICTS[this.beat.alarm];
  }

  get head(): FootageHead {
    const { head } = this.beat;
    if (head === undefined) throw new Error("no head came");
    return head;
  }

  /** Whether the newest heartbeat proves what a courier's grant asks for. docs/protocol.md §3.3. */
  get isProof(): boolean {
    const { isOn, canRecord, okMillis, ageMillis, alarm, isCaseOpen } = this.beat;
    return isOn && canRecord && okMillis >= 3_000 && ageMillis <= 1_500 && alarm === undefined && !isCaseOpen;
  }

  /** Asks something else, at once. */
  ask(wish: Partial<Board["wish"]>): void {
    this.wish = { ...this.wish, ...wish };
    this.#say();
  }

  knock(): void {
    this.ask({ purpose: "knock", visit: 0 });
  }

  visit(visit = 41): void {
    this.ask({ purpose: "visit", visit, grant: GRANT });
  }

  rest(): void {
    this.ask({ purpose: "rest", visit: 0, grant: undefined });
  }

  /** Lets time pass: frames come, the lock asks each 500 ms. @param isAsking whether the lock does */
  run(duration: number, isAsking = true): void {
    const frameMillis = this.#options.frameMillis ?? 250;
    const end = this.now + duration;
    while (this.now < end) {
      this.now = millis(this.now + frameMillis);
      this.camera.tick(this.now);
      if (isAsking && this.now >= this.#askAt) this.#say();
      const jpeg = this.isPowered ? this.picture() : undefined;
      if (jpeg === undefined) continue;
      this.taken += 1;
      this.camera.frame(jpeg, this.now);
    }
    if (isAsking) this.#say();
  }

  /** The lock gives somebody a ticket. */
  ticket(ticket: Ticket): void {
    if (this.#cipher !== undefined) this.camera.lockReceived(this.#cipher.seal(encodeTicket(ticket)), this.now);
  }

  /** The note beside a clip, verified; undefined where there is none. */
  note(clip: Uint8Array): ClipManifest | undefined {
    const note = this.card.file(fileName(clip, "note"));
    return note === undefined ? undefined : verifyManifest(crypto, this.camera.signingKey, note);
  }

  /** Judges a clip as an owner does who took the card out. */
  judge(clip: Uint8Array, visit?: number): { verdict: ClipVerdict; isWhole: boolean } {
    const file = this.card.file(fileName(clip, "age"));
    const opened = file === undefined ? undefined : openAge(crypto, OWNER, file);
    if (opened === undefined) throw new Error("no clip that the owner can open");
    const verifier = new ClipVerifier(crypto, this.camera.signingKey, { visit, lockId: LOCK_ID });
    const reader = new ClipReader(({ jpeg, shownAt }) => verifier.add(jpeg, shownAt));
    try {
      reader.push(opened.bytes);
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
    }
    return { verdict: verifier.finish(reader.finish()), isWhole: opened.isWhole };
  }

  /** The lock answers the camera's offer. */
  pair(): void {
    const agreementKey = crypto.agreementPublicKey(LOCK_SECRET);
    const answer = encodeEnrolled({ lockId: LOCK_ID, agreementKey, sequence: SEQUENCE });
    this.camera.lockReceived(encodePlain(FRAME_ENROLLED, answer), this.now);
    this.camera.tick(this.now);
  }

  #pin(name: "isPowered" | "isLit" | "isFilterAway"): Output {
    return {
      write: (isActive) => {
        this[name] = isActive;
      },
    };
  }

  #say(): void {
    if (this.#cipher === undefined) return;
    this.#askAt = this.now + ASK_MILLIS;
    this.#random.fill(this.nonce);
    const seconds = EPOCH + Math.floor(this.now / 1_000);
    const ask: Ask = { ...this.wish, nonce: this.nonce.slice(), lo: seconds, hi: seconds + 1 };
    this.camera.lockReceived(this.#cipher.seal(encodeAsk(ask)), this.now);
  }

  #hear(frame: Bytes): void {
    if (frame[0] === FRAME_KK_1 && this.isLockThere) this.#shake(frame);
    if (frame[0] !== FRAME_COMMANDS || this.#cipher === undefined) return;
    const word = parseCameraWord(this.#cipher.open(frame));
    if (word.kind === "heartbeat") this.beats = [...this.beats.slice(-99), word.beat];
  }

  #shake(first: Bytes): void {
    const { camera } = this;
    const board = { role: ROLE_CAMERA, boardKid: kid8(crypto, camera.signingKey), boardKey: camera.agreementKey };
    const pairing = { ...board, lockId: LOCK_ID, sequence: SEQUENCE, lockSecret: LOCK_SECRET };
    const { answer, cipher } = answerBoard(crypto, this.#random, { first, pairing });
    this.#cipher = cipher;
    camera.lockReceived(answer, this.now);
  }
}

/** Somebody knocks at a camera that rested. @param duration how long the knock has lasted */
export function knocked(board: Board, duration = 4_000): Board {
  board.run(500);
  board.knock();
  board.run(duration);
  return board;
}

/** The hall by day, with something before the lens. */
export function over(tool: Tool): Shot {
  return { ...DAY, applied: applyTool(new Stream(SEED, tool), tool) };
}
