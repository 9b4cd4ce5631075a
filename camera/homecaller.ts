// One of the house's own machines, while it asks, waits for a picture, or is shown one after the other.
// Why: each has a place of a few, so it has it for so long: ten seconds to ask, two until a picture, thirty to take it; and what a watcher
// does not take is not queued.
// Follows RFC 9112: one request on each connection, which its answer ends.

import type { Bytes } from "../firmware/bytes.ts";
import { Fault } from "../firmware/fault.ts";
import { Connection, type ConnectionParts } from "../firmware/io/connection.ts";
import { earlier } from "../firmware/io/pump.ts";
import { type Millis, millis } from "../firmware/platform.ts";
import type { HomeRequest } from "./homes.ts";
import { answerHead, RequestReader } from "./http.ts";

/** How long a request may take to come. */
export const ASK_MILLIS = 10_000;
/** How long a machine waits for its picture. */
export const PICTURE_MILLIS = 2_000;
/** How long it may take over its answer; meanwhile it must take something in each ten seconds (STALL_MILLIS_MAX). */
export const TAKE_MILLIS = 30_000;
/** For how long whoever looks on may be shown nothing. */
export const LOOK_MILLIS = 30_000;

/** Who answers. */
export interface HomeDesk {
  /** Whether anything is offered: else nothing that comes is worth reading. */
  readonly isOpen: boolean;
  /** Takes a request, the only one of its caller. */
  asked(caller: HomeCaller, request: HomeRequest, now: Millis): void;
  /** Hears that a caller is gone. */
  left(caller: HomeCaller): void;
}

/** What a caller is doing. */
export type HomeState = "asking" | "waiting" | "looking" | "answered";

/** A caller. */
export class HomeCaller extends Connection {
  readonly #desk: HomeDesk;
  readonly #reader = new RequestReader();
  #state: HomeState = "asking";
  /** Until when it may ask, wait, or look on without a picture. */
  #until: Millis;

  /** @throws Error of the SDK where there is no memory for it */
  constructor(parts: ConnectionParts, desk: HomeDesk) {
    super(parts);
    this.#desk = desk;
    this.#until = millis(this.uptime + ASK_MILLIS);
  }

  get state(): HomeState {
    return this.#state;
  }

  /** Answers, and hangs up behind that. @param fields `name: value`, each   @param body kept until it is away */
  answer(status: number, fields: readonly string[] = [], body?: Bytes): void {
    this.#state = "answered";
    this.push(answerHead(status, [...fields, `Content-Length: ${body?.length ?? 0}`]));
    if (body !== undefined) this.push(body);
    this.close(TAKE_MILLIS);
  }

  /** Has it wait for a picture; without one in time the answer is 503. */
  wait(): void {
    this.#state = "waiting";
    this.#until = millis(this.uptime + PICTURE_MILLIS);
  }

  /** Begins an answer that goes on until `finish`. @param fields `name: value`, each */
  begin(fields: readonly string[]): void {
    this.#state = "looking";
    this.#until = millis(this.uptime + LOOK_MILLIS);
    this.push(answerHead(200, fields));
  }

  /** Shows one that looks on more; it misses that while it has not taken what came before. @param pieces kept until they are away */
  show(pieces: readonly Bytes[]): void {
    if (this.waitingBytes > 0) return;
    this.#until = millis(this.uptime + LOOK_MILLIS);
    for (const piece of pieces) this.push(piece);
  }

  /** Ends what `begin` began: at once where a picture is still on its way, of which no more is to be seen. */
  finish(end: Bytes): void {
    this.#state = "answered";
    if (this.waitingBytes > 0) {
      this.abort();
      return;
    }
    this.push(end);
    this.close();
  }

  override tick(now: Millis): void {
    if (this.#state !== "answered" && now >= this.#until) {
      if (this.#state === "waiting") this.answer(503);
      else this.end(now);
    }
    super.tick(now);
  }

  override get nextTick(): Millis | undefined {
    return this.#state === "answered" ? super.nextTick : earlier(this.#until, super.nextTick);
  }

  protected came(bytes: Bytes, now: Millis): void {
    // Behind a request nothing is looked at.
    if (this.#state !== "asking") return;
    if (!this.#desk.isOpen) {
      this.answer(404);
      return;
    }
    let request: HomeRequest | undefined;
    try {
      request = this.#reader.push(bytes);
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      this.answer(fault.code === "http.bound" ? 431 : 400);
    }
    if (request !== undefined) this.#desk.asked(this, request, now);
  }

  protected ended(): void {
    this.#desk.left(this);
  }
}
