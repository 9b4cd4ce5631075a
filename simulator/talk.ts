// One conversation of a simulated phone with the lock: dial, shake hands, ask one thing after another, hang up.
// Why: people's scripts should read as what people do; lost frames, repeats and redialling are a phone's own affair.
// Follows docs/protocol.md §3 through owner/phone.ts, the phone that the command line uses too.

import type { Bytes } from "../firmware/bytes.ts";
import type { Answer, Notice } from "../firmware/link/message.ts";
import type { Transport } from "../firmware/platform.ts";
import { type Outgoing, Phone, type PhoneOptions, type Session } from "../owner/phone.ts";
import type { Line, Network } from "./network.ts";
import type { NoticeWatch, Who } from "./noticewatch.ts";
import type { Event, World } from "./world.ts";

const REPLY_MILLIS = 1_500;
const REPEATS_MAX = 3;
const DIALS_MAX = 4;
const REDIAL_MILLIS = 2_000;

/** How a conversation ended: everything was answered; an answer never came; nobody answered at all. */
export type Ending = "done" | "lost" | "unreachable";

/** What comes next: a request, a pause on the line, or undefined to hang up. */
export type Next = Outgoing | { readonly kind: "pause"; readonly millis: number } | undefined;

/** What a phone is to do. */
export interface Talking {
  readonly phone: PhoneOptions;
  readonly transport: Transport;
  /** Gives what comes next. @param last the answer to the request before */
  next(session: Session, last: Answer | undefined): Next;
  over(ending: Ending): void;
  noticed?(notice: Notice): void;
  /** For how long it stays on the line after the last answer, to hear what the door does. */
  lingers?(): number;
  /** As whom the lock knows it, once it has proven that. */
  as?(): Who | undefined;
  /** Holds the lock to what it tells. */
  readonly hearing?: Pick<NoticeWatch, "listens" | "heard" | "left">;
}

/** Begins a conversation; `talking.over` is called once. */
export function talk(world: World, network: Network, talking: Talking): void {
  new Talk(world, network, talking).dial();
}

class Talk {
  readonly #world: World;
  readonly #network: Network;
  readonly #talking: Talking;
  readonly #phone: Phone;
  #line: Line | undefined;
  #timer: Event | undefined;
  #asked: number | undefined;
  #dials = 0;
  #repeats = 0;
  #isOver = false;

  constructor(world: World, network: Network, talking: Talking) {
    this.#world = world;
    this.#network = network;
    this.#talking = talking;
    this.#phone = new Phone(talking.phone);
  }

  dial(): void {
    this.#dials++;
    const line = this.#network.dial(this.#talking.transport, {
      received: (frame) => {
        if (line === this.#line) this.#take(frame);
      },
      closed: () => {
        if (line === this.#line) this.#cutOff();
      },
    });
    this.#line = line;
    line.send(this.#phone.begin());
    this.#await(() => this.#redial());
  }

  #take(frame: Bytes): void {
    const event = this.#phone.receive(frame);
    if (event.kind === "welcome") this.#proceed(undefined);
    else if (event.kind === "answer" && event.answer.id === this.#asked) this.#proceed(event.answer);
    else if (event.kind === "notice") this.#notice(frame, event.notice);
  }

  #notice(frame: Bytes, notice: Notice): void {
    if (this.#line !== undefined) this.#talking.hearing?.heard(this.#line.connection, frame, notice);
    this.#talking.noticed?.(notice);
  }

  #proceed(last: Answer | undefined): void {
    const { session } = this.#phone;
    if (session === undefined) return;
    this.#asked = undefined;
    const request = this.#talking.next(session, last);
    const who = this.#talking.as?.();
    if (who !== undefined && this.#line !== undefined) this.#talking.hearing?.listens(this.#line.connection, who);
    if (request === undefined) {
      this.#end("done");
      return;
    }
    if (request.kind === "pause") {
      this.#timer?.cancel();
      this.#timer = this.#world.after(request.millis, () => this.#proceed(last));
      return;
    }
    const { id, frame } = this.#phone.request(request);
    this.#asked = id;
    this.#repeats = 0;
    this.#line?.send(frame);
    this.#await(() => this.#repeat(id));
  }

  #repeat(id: number): void {
    const frame = this.#phone.repeat(id);
    this.#repeats++;
    if (frame === undefined || this.#repeats > REPEATS_MAX) {
      this.#end("lost");
      return;
    }
    this.#line?.send(frame);
    this.#await(() => this.#repeat(id));
  }

  #redial(): void {
    this.#leave();
    if (this.#dials >= DIALS_MAX) this.#end("unreachable");
    else this.#timer = this.#world.after(REDIAL_MILLIS, () => this.dial());
  }

  /** The lock hung up, or lost power. Nothing was asked yet: try again; else the answer is lost. */
  #cutOff(): void {
    this.#leave();
    this.#timer?.cancel();
    if (this.#isOver) return;
    if (this.#phone.session === undefined) this.#redial();
    else this.#end("lost");
  }

  #end(ending: Ending): void {
    this.#timer?.cancel();
    this.#isOver = true;
    const linger = ending === "done" ? (this.#talking.lingers?.() ?? 0) : 0;
    if (linger > 0) this.#timer = this.#world.after(linger, () => this.#hangUp());
    else this.#hangUp();
    this.#talking.over(ending);
  }

  #hangUp(): void {
    this.#leave();
    this.#phone.close();
  }

  #leave(): void {
    if (this.#line !== undefined) this.#talking.hearing?.left(this.#line.connection);
    this.#line?.close();
    this.#line = undefined;
  }

  #await(late: () => void): void {
    this.#timer?.cancel();
    this.#timer = this.#world.after(REPLY_MILLIS, late);
  }
}
