// A camera that somebody looks through, under a stream of malformed messages from whoever reaches its network: from strangers who
// know a ticket's name, from who sends again what he overheard, and from inside of a guest's own session.
// Why: behind the ticket stand clips, keys and settings of the owner; whatever comes, nobody else is served, nothing is thrown, and
// whoever looks by right goes on seeing (docs/attacks.md T04, T21, T51).
// Follows docs/protocol.md §9.1.

import type { Bytes } from "../../firmware/bytes.ts";
import { type Crypto, KEY_BYTES } from "../../firmware/crypto/crypto.ts";
import { assert } from "../../firmware/fault.ts";
import { type Cipher, createCipher } from "../../firmware/link/cipher.ts";
import {
  bodyOf,
  encodeHandshake,
  FRAME_COMMANDS,
  FRAME_KK_1,
  FRAME_KK_2,
  FRAME_PAYLOAD_BYTES_MAX,
} from "../../firmware/link/frame.ts";
import { startHandshake } from "../../firmware/link/noise.ts";
import { viewerPrologue } from "../../firmware/link/prologue.ts";
import { parseAnswer } from "../../firmware/link/viewer.ts";
import { RIGHT_VIEW, TICKET_BYTES } from "../../firmware/link/witness.ts";
import { type Example, examples } from "../examples.ts";
import { CONNECTION, Gallery } from "../gallery.ts";
import { Lookout } from "../lookout.ts";
import type { Stream } from "../random.ts";
import { mutate, type Source, sourceOf } from "./mutate.ts";

/** Sessions that may stand at once, as docs/protocol.md §9.1 has it. */
const SESSIONS_MAX = 4;
/** Between two connections, and two frames of the sensor: a handshake may be had so often. */
const BETWEEN_MILLIS = 500;
const TICKET_SECONDS = 60;
const MESSAGES_A_SESSION = 8;
const SPEECHLESS_PER_MILLE = 300;
const FRAME_PER_MILLE = 300;
const REPLAY_PER_MILLE = 200;
const OVERHEARD_MAX = 16;
const JPEG_BYTES = 64;

/** A message on its way to the camera. */
export interface Knock {
  readonly layer: "viewer frame" | "viewer request";
  readonly bytes: Bytes;
}

/** A camera under siege. */
export class Gate {
  readonly lookout: Lookout;
  readonly #crypto: Crypto;
  readonly #random: Stream;
  readonly #gallery = new Gallery();
  readonly #jpeg = new Uint8Array(JPEG_BYTES);
  readonly #requests: readonly Source[];
  /** What the genuine viewer and the camera said to each other, and hellos of others. */
  #overheard: readonly Bytes[] = [];
  #connection = CONNECTION;
  #isConnected = false;
  #left = 0;
  /** What the camera sent to the present connection. */
  #heard: Bytes[] = [];
  #cipher: Cipher | undefined;
  #frames = 0;

  constructor(crypto: Crypto, random: Stream) {
    this.#crypto = crypto;
    this.#random = random;
    this.#jpeg.set([0xff, 0xd8]);
    this.#requests = examples(crypto).flatMap(({ rule, bytes }: Example) =>
      rule === "viewer-request" ? [sourceOf(bytes)] : [],
    );
    const carrier = {
      send: (connection: number, frame: Bytes) => this.#carry(connection, frame),
      close: (connection: number) => {
        if (connection === this.#connection) this.#isConnected = false;
      },
    };
    const options = { width: 640, height: 480, ringBytes: 1_000, ringFrames: 8 };
    // Nothing here asks what the camera sees.
    const reader = { read: (_jpeg: Uint8Array, luma: Uint8Array) => void luma.fill(9) };
    this.lookout = new Lookout({ crypto, reader, scene: this.#jpeg, options, carrier }).pair();
    this.lookout.purpose = "visit";
    for (let left = 4; left > 0; left--) this.#step();
    assert(this.#gallery.pictures > 0, "whoever looks by right sees");
  }

  /** Makes the next message; `deliver` sends it. */
  aim(): Knock {
    if (this.#left <= 0 || !this.#isConnected) this.#connect();
    this.#left--;
    const random = this.#random;
    if (this.#cipher !== undefined && !random.chance(FRAME_PER_MILLE)) {
      return {
        layer: "viewer request",
        bytes: mutate(random, random.pick(this.#requests), random.pick(this.#requests)),
      };
    }
    const good = random.pick(this.#overheard);
    if (random.chance(REPLAY_PER_MILLE)) return { layer: "viewer frame", bytes: good };
    return { layer: "viewer frame", bytes: mutate(random, sourceOf(good), sourceOf(random.pick(this.#overheard))) };
  }

  /** Delivers a message. @returns what happened that must not, or undefined */
  deliver({ layer, bytes }: Knock): string | undefined {
    const { camera, now } = this.lookout;
    const cipher = this.#cipher;
    this.#heard = [];
    const isSealed = layer === "viewer request" && cipher !== undefined;
    if (isSealed && bytes.length > FRAME_PAYLOAD_BYTES_MAX) return undefined;
    try {
      camera.viewerReceived(this.#connection, isSealed ? cipher.seal(bytes) : bytes, now);
    } catch (error) {
      return `${String(error)} left the camera`;
    }
    const { viewers, isRecording } = camera.snapshot;
    if (viewers > SESSIONS_MAX) return `${viewers} sessions stand`;
    if (!isRecording) return "it films no more";
    return this.#heard.map((frame) => this.#faultOf(frame)).find((fault) => fault !== undefined);
  }

  /** Ends it: whoever looked by right must see the next picture. @returns what is wrong, or undefined */
  relieve(): string | undefined {
    this.#leave();
    const { pictures } = this.#gallery;
    this.#step();
    this.#step();
    return this.#gallery.pictures > pictures ? undefined : "whoever looks by right saw nothing afterwards";
  }

  /** A guest may have a key for pictures; of what is the owner's he hears "no". */
  #faultOf(frame: Bytes): string | undefined {
    if (frame[0] !== FRAME_COMMANDS) return undefined;
    if (this.#cipher === undefined) return "a stranger was answered";
    const { kind } = parseAnswer(this.#cipher.open(frame));
    return kind === "no" || kind === "watch" ? undefined : `a guest was answered ${kind}`;
  }

  #carry(connection: number, frame: Bytes): void {
    if (connection !== CONNECTION) {
      if (connection === this.#connection) this.#heard.push(frame.slice());
      return;
    }
    this.#overhear(frame.slice());
    this.#gallery.send(connection, frame);
  }

  #overhear(frame: Bytes): void {
    this.#overheard = [...this.#overheard.slice(1 - OVERHEARD_MAX), frame];
  }

  /** Time passes, the sensor gives a file, and whoever looks sees it. */
  #step(): void {
    new DataView(this.#jpeg.buffer).setUint32(4, this.#frames++);
    this.lookout.step(BETWEEN_MILLIS, this.#jpeg);
    this.#gallery.look(this.lookout, this.#crypto);
  }

  #leave(): void {
    if (this.#connection !== CONNECTION) this.lookout.camera.viewerDisconnected(this.#connection, this.lookout.now);
    this.#isConnected = false;
    this.#cipher?.wipe();
    this.#cipher = undefined;
  }

  /** Comes again; most often as a guest, with a ticket. */
  #connect(): void {
    this.#leave();
    this.#step();
    this.#left = MESSAGES_A_SESSION;
    this.#connection += 1;
    this.#isConnected = true;
    this.#heard = [];
    const { camera, lockId, now } = this.lookout;
    camera.viewerConnected(this.#connection, now);
    const [secret, ticket] = [this.#draw(KEY_BYTES), this.#draw(TICKET_BYTES)];
    const publicKey = this.#crypto.agreementPublicKey(secret);
    this.lookout.admit({ ticket, viewerKey: publicKey, rights: RIGHT_VIEW, seconds: TICKET_SECONDS });
    const handshake = startHandshake(this.#crypto, this.#random, {
      pattern: "KK",
      isInitiator: true,
      prologue: viewerPrologue(lockId, ticket),
      localStatic: { secret, publicKey },
      remoteStatic: camera.agreementKey,
    });
    const session = new DataView(ticket.buffer).getUint32(0);
    const hello = encodeHandshake(FRAME_KK_1, session, handshake.writeMessage(new Uint8Array(0)));
    this.#overhear(hello);
    if (this.#random.chance(SPEECHLESS_PER_MILLE)) return;
    camera.viewerReceived(this.#connection, hello, now);
    const answer = this.#heard.find(([type]) => type === FRAME_KK_2);
    // A camera answers no more than two a second, and four sessions.
    if (answer === undefined) return;
    handshake.readMessage(bodyOf(answer));
    this.#cipher = createCipher(this.#crypto, { session, keys: handshake.split(), mode: "commands" });
  }

  #draw(size: number): Bytes {
    const bytes = new Uint8Array(size);
    this.#random.fill(bytes);
    return bytes;
  }
}
