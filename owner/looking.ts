// A session with a camera over TCP: a ticket of the lock, questions and their answers, and pictures as they come.
// Why: the camera answers nobody whom the lock did not name, and the lock names a key for a minute only; so whoever looks on, or
// fetches a long film, asks the lock again, and commands need not know of it.
// Follows docs/protocol.md §3.3 (tickets) and §9.1; docs/protocol.cddl, request 11.

import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { crypto } from "#crypto";
import type { Bytes } from "../firmware/bytes.ts";
import { KEY_BYTES } from "../firmware/crypto/crypto.ts";
import type { ViewerAnswer } from "../firmware/link/viewer.ts";
import type { TicketAnswer } from "../firmware/link/viewing.ts";
import { millis } from "../firmware/platform.ts";
import { EXIT, Failure } from "./failure.ts";
import { dial, Line, type Way } from "./line.ts";
import { systemRandom } from "./random.ts";
import { type Asked, type Picture, ViewerLink } from "./viewer.ts";
import { parseAddress } from "./wire.ts";

/** Where the camera of the simulator's house listens. */
export const CAMERA_ADDRESS = "127.0.0.1:7447";

/** A handshake is tried again after each of these waits: a camera that was asked often in a second hangs up. */
const BEGIN_MILLIS: readonly number[] = Object.freeze([0, 600, 1_500]);
const UP_MILLIS_MAX = 2_000;
const ANSWER_MILLIS_MAX = 5_000;
/** How long before its end a ticket is renewed. */
const RENEW_MILLIS = 20_000;
const SECOND_MILLIS = 1_000;
/** How often it is looked whether a ping is due. */
const TICK_MILLIS = 25;

/** Asks the lock for a ticket of a key. @throws Failure where the lock refuses */
export type TicketSource = (viewerKey: Bytes) => Promise<TicketAnswer>;

/** Where the camera is, and what a ticket of it is of. */
export interface LensReach {
  /** host:port */
  readonly address: string;
  readonly lockId: string;
}

/** Opens a session with the camera. @throws Failure where the lock gives no ticket, or no camera answers */
export async function look({ address, lockId }: LensReach, source: TicketSource): Promise<Looking> {
  const secret = new Uint8Array(randomBytes(KEY_BYTES));
  const publicKey = crypto.agreementPublicKey(secret);
  const ticket = await source(publicKey);
  const parts = { crypto, random: systemRandom(), lockId, viewer: { secret, publicKey } };
  const keys = { ticket: ticket.ticket.slice(), cameraKey: ticket.agreementKey.slice() };
  for (const wait of BEGIN_MILLIS) {
    await sleep(wait);
    const looking = new Looking(await open(address), new ViewerLink({ ...parts, ...keys }), {
      signingKey: ticket.signingKey.slice(),
      renew: async () => (await source(publicKey)).seconds * SECOND_MILLIS,
      millis: ticket.seconds * SECOND_MILLIS,
    });
    if (await looking.begin()) return looking;
    looking.close();
  }
  throw new Failure(
    EXIT.UNREACHABLE,
    `What answers at ${address} is not this lock's camera, or is busy: check the address (--camera-at), and try again.`,
  );
}

type Link = Pick<ViewerLink, "isUp" | "isStale" | "start" | "ask" | "ping" | "received" | "close">;

/** An open session. `close()` ends it, and twice is harmless. */
export class Looking {
  /** The camera's Ed25519 key, as the lock said: 32 bytes. */
  readonly cameraKey: Bytes;
  private readonly line: Line;
  private readonly link: Link;
  /** What was asked and has no answer yet: whatever else a camera answers is not kept. */
  private readonly asked = new Set<number>();
  private readonly answers = new Map<number, ViewerAnswer>();
  private readonly timers: NodeJS.Timeout[] = [];
  private show: (picture: Picture) => void = () => undefined;

  constructor(
    way: Way,
    link: Link,
    ticket: { readonly signingKey: Bytes; readonly renew: () => Promise<number>; readonly millis: number },
  ) {
    this.link = link;
    this.cameraKey = ticket.signingKey;
    this.line = new Line(way, (frame) => this.take(frame));
    this.renewIn(ticket.millis, ticket.renew);
  }

  /** Whether the camera can still be asked. */
  get isOpen(): boolean {
    return !this.line.isOver && this.link.isUp;
  }

  /** Whether what was shown last is old: see ViewerLink. */
  get isStale(): boolean {
    return this.link.isStale(presentMillis());
  }

  /** Shakes hands. @returns whether the camera has proven its key */
  begin(): Promise<boolean> {
    this.line.send(this.link.start());
    return this.line.until(() => this.link.isUp, UP_MILLIS_MAX);
  }

  /** Asks and gives the answer. @throws Failure where none comes */
  async ask(asked: Asked): Promise<ViewerAnswer> {
    const sent = this.line.isOver ? undefined : this.link.ask(asked);
    if (sent === undefined) throw lost();
    this.asked.add(sent.id);
    this.line.send(sent.frame);
    await this.line.until(() => this.answers.has(sent.id), ANSWER_MILLIS_MAX);
    this.asked.delete(sent.id);
    const answer = this.answers.get(sent.id);
    this.answers.delete(sent.id);
    if (answer === undefined) throw lost();
    return answer;
  }

  /** Has the camera send pictures as long as the session is open. @param show is given each; with the age that it may have at most,
   *  now, in milliseconds @throws Failure where it does not let this viewer see */
  async watch(show: (picture: Picture, ageMillis: number) => void): Promise<void> {
    this.show = (picture) => show(picture, presentMillis() - picture.notBefore);
    const answer = await this.ask({ kind: "watch" });
    if (answer.kind !== "watch") throw new Failure(EXIT.REFUSED, "The camera shows nothing: try again in ten seconds.");
    const timer = setInterval(() => {
      const ping = this.link.ping(presentMillis());
      if (ping !== undefined) this.line.send(ping);
    }, TICK_MILLIS);
    this.timers.push(timer);
  }

  /** Waits until the session is over. */
  async over(): Promise<void> {
    while (this.isOpen) await this.line.until(() => !this.isOpen, ANSWER_MILLIS_MAX);
  }

  close(): void {
    for (const timer of this.timers) clearTimeout(timer);
    this.link.close();
    this.line.close();
  }

  /** Has the lock name the key again before its minute is over; without that the camera ends the session by itself. */
  private renewIn(left: number, renew: () => Promise<number>): void {
    const timer = setTimeout(
      async () => {
        try {
          const next = await renew();
          if (!this.line.isOver) this.renewIn(next, renew);
        } catch (error) {
          if (!(error instanceof Failure)) throw error;
          // The lock refuses now: whoever looked on was let in for a minute, and that is over.
          this.close();
        }
      },
      Math.max(SECOND_MILLIS, left - RENEW_MILLIS),
    );
    timer.unref();
    this.timers.push(timer);
  }

  private take(frame: Bytes): void {
    const now = presentMillis();
    const event = this.link.received(frame, now);
    if (event.kind === "answer" && this.asked.delete(event.answer.id)) this.answers.set(event.answer.id, event.answer);
    if (event.kind === "picture") this.show(event.picture);
    const ping = this.link.ping(now);
    if (ping !== undefined) this.line.send(ping);
  }
}

/** This computer's clock that never goes back: the age of a picture is measured by it. */
function presentMillis() {
  return millis(Math.floor(performance.now()));
}

function lost(): Failure {
  return new Failure(EXIT.UNREACHABLE, "The camera stopped answering: is it on, and in reach?");
}

async function open(address: string): Promise<Way> {
  const { host, port } = parseAddress(address);
  try {
    return await dial({ host, port });
  } catch {
    throw new Failure(
      EXIT.UNREACHABLE,
      `No camera answers at ${host}:${port}: is it on, and is the address right (--camera-at HOST:PORT)? A new one shows it at its console, the house's router always.`,
    );
  }
}
