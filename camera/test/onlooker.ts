// Somebody who looks through a camera in a test: a ticket, a connection, and the viewer's own link.
// Why: each test of viewers says only what is done to tickets, keys and frames.

import { crypto } from "#crypto";
import type { Bytes } from "../../firmware/bytes.ts";
import { FRAME_MEDIA } from "../../firmware/link/frame.ts";
import type { ViewerAnswer } from "../../firmware/link/viewer.ts";
import { RIGHT_OWNER, RIGHT_VIEW, type Ticket } from "../../firmware/link/witness.ts";
import { type Asked, type Picture, ViewerLink } from "../../owner/viewer.ts";
import { Stream } from "../../simulator/random.ts";
import { Board, knocked, LOCK_ID } from "./board.ts";

export const ALL_RIGHTS = RIGHT_VIEW | RIGHT_OWNER;

/** The onlooker. */
export class Onlooker {
  readonly board: Board;
  readonly connection: number;
  readonly ticket: Ticket;
  readonly link: ViewerLink;
  readonly answers: ViewerAnswer[] = [];
  pictures: Picture[] = [];
  /** What is done to the camera's frames on their way: they are handed on as they are, where this is not set. */
  carry: (frame: Bytes) => readonly Bytes[] = (frame) => [frame];
  #taken: number;

  /** @param number draws all of it; the connection has it too */
  constructor(board: Board, number: number, part: { rights?: number; secret?: Bytes } = {}) {
    const random = new Stream(number, "onlooker");
    const draw = (size: number) => {
      const bytes = new Uint8Array(size);
      random.fill(bytes);
      return bytes;
    };
    const secret = part.secret ?? draw(32);
    const viewerKey = crypto.agreementPublicKey(secret);
    this.board = board;
    this.connection = number;
    this.ticket = { ticket: draw(8), viewerKey, rights: part.rights ?? RIGHT_VIEW, seconds: 60 };
    const { ticket } = this.ticket;
    const cameraKey = board.camera.agreementKey;
    const viewer = { secret, publicKey: viewerKey };
    this.link = new ViewerLink({ crypto, random, lockId: LOCK_ID, viewer, ticket, cameraKey });
    this.#taken = board.sent.length;
  }

  /** The lock gives the ticket, and the session is opened. */
  come(): this {
    this.board.ticket(this.ticket);
    return this.connect();
  }

  /** Opens a session, whoever knows the ticket, and asks at once: a session stands from its first request on. */
  connect(): this {
    this.board.camera.viewerConnected(this.connection, this.board.now);
    this.send(this.link.start());
    this.ask({ kind: "status" });
    return this;
  }

  /** Sends one frame, and hears what came. */
  send(frame: Bytes): void {
    this.board.camera.viewerReceived(this.connection, frame, this.board.now);
    this.hear();
  }

  /** Asks. @returns the answer, where one came */
  ask(asked: Asked): ViewerAnswer | undefined {
    const request = this.link.ask(asked);
    if (request === undefined) return undefined;
    this.send(request.frame);
    return this.answers.find(({ id }) => id === request.id);
  }

  /** Takes what the camera sent. */
  hear(): void {
    for (const [connection, frame] of this.board.sent.slice(this.#taken)) {
      if (connection !== this.connection) continue;
      for (const carried of this.carry(frame)) {
        const event = this.link.received(carried, this.board.now);
        if (event.kind === "answer") this.answers.push(event.answer);
        if (event.kind === "picture") this.pictures.push(event.picture);
      }
    }
    this.#taken = this.board.sent.length;
  }

  /** Looks on for a while, and pings. @param stepMillis as the sensor's frames come */
  look(duration: number, stepMillis = 250): void {
    for (let passed = 0; passed < duration; passed += stepMillis) {
      const ping = this.link.ping(this.board.now);
      if (ping !== undefined) this.send(ping);
      this.board.run(stepMillis);
      this.hear();
    }
  }

  get isClosed(): boolean {
    return this.board.closed.includes(this.connection);
  }

  /** Frames of pictures that the camera sent here. */
  get pieces(): Bytes[] {
    return this.board.sent
      .filter(([to, frame]) => to === this.connection && frame[0] === FRAME_MEDIA)
      .map(([, each]) => each);
  }
}

/** A camera that films a visit. */
export function visited(): Board {
  const board = knocked(new Board({ frameMillis: 250 }), 2_000);
  board.visit();
  board.run(1_000);
  return board;
}

/** Whoever looks on at it. */
export function watching(board = visited(), number = 1): Onlooker {
  const onlooker = new Onlooker(board, number).come();
  if (onlooker.ask({ kind: "watch" })?.kind !== "watch") throw new Error("nothing is shown");
  return onlooker;
}
