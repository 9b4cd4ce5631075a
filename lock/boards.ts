// The lock's end of the wire to its keypads: what they ask is done once, and what they may show is told to them.
// Why: whoever stands outside is believed in nothing but which keys were pressed; what a keypad asks is done once over however
// many sessions it is repeated, and silence is no input, never a yes (docs/attacks.md T02, T15).
// Follows docs/protocol.md §3.2. Who is heard at all is peers.ts.

import type { Bytes } from "../firmware/bytes.ts";
import type { Crypto } from "../firmware/crypto/crypto.ts";
import { Fault } from "../firmware/fault.ts";
import {
  ANSWER_MILLIS_MAX,
  type Command,
  encodeReply,
  encodeView,
  numberOfView,
  parseCommand,
  type Report,
  type Result,
  type View,
} from "../firmware/link/command.ts";
import type { Offer } from "../firmware/link/introduction.ts";
import type { Millis } from "../firmware/platform.ts";
import type { EnrolledBoard } from "../firmware/policy/keyring.ts";
import { ROLE_KEYPAD } from "../firmware/role.ts";
import type { StrangerClass } from "./desk.ts";
import { type Peer, Peers, type PeersDesk, type PeersParts } from "./peers.ts";

const NO_SENSE: StrangerClass = 1;

/** What the lock does for its keypads. */
export interface BoardDesk {
  readonly boards: readonly EnrolledBoard[];
  /** Does what a keypad asks. The command's digits are a view that is overwritten as soon as this returns. */
  serve(board: EnrolledBoard, command: Command, now: Millis): Result;
  readonly view: View;
  stranger(kind: StrangerClass, now: Millis): void;
  /** Hears that the link of a keypad came up, or was lost: nothing valid came for 150 s, be it from the start on. */
  linkChanged(board: EnrolledBoard, isUp: boolean, now: Millis): void;
}

/** What is known of one keypad. */
interface Known {
  /** What it was told to show, over which session, and when. */
  told: { readonly session: number; readonly view: number; readonly at: Millis } | undefined;
  last: { readonly id: Bytes; readonly result: Result } | undefined;
  report: Report | undefined;
}

/** All keypads of one lock, on one wire. */
export class Boards {
  readonly #crypto: Crypto;
  readonly #desk: BoardDesk;
  readonly #peers: Peers<Known>;

  constructor(parts: PeersParts, desk: BoardDesk, now: Millis) {
    this.#crypto = parts.crypto;
    this.#desk = desk;
    this.#peers = new Peers<Known>(parts, new Boards.#PeersDesk(this), now);
  }

  /** What the peers may reach. A class: a function that is made for each lock costs a board 160 bytes. */
  static readonly #PeersDesk = class implements PeersDesk<Known> {
    readonly #keypads: Boards;

    constructor(keypads: Boards) {
      this.#keypads = keypads;
    }

    get role(): number {
      return ROLE_KEYPAD;
    }

    get boards(): readonly EnrolledBoard[] {
      return this.#keypads.#desk.boards;
    }

    create(): Known {
      return { told: undefined, last: undefined, report: undefined };
    }

    heard(peer: Peer<Known>, plaintext: Bytes, now: Millis): void {
      this.#keypads.#serve(peer, plaintext, now);
    }

    stranger(kind: StrangerClass, now: Millis): void {
      this.#keypads.#desk.stranger(kind, now);
    }

    linkChanged(board: EnrolledBoard, isUp: boolean, now: Millis): void {
      this.#keypads.#desk.linkChanged(board, isUp, now);
    }
  };

  /** Takes one frame. Total: it never throws for any bytes. */
  received(frame: Bytes, now: Millis): void {
    this.#peers.received(frame, now);
  }

  /** Ends what has had its time, and whatever belongs to a keypad that is enrolled no more. */
  tick(now: Millis): void {
    this.#peers.tick(now);
  }

  /** When `tick` has something to do. */
  get nextTick(): Millis | undefined {
    return this.#peers.nextTick;
  }

  /** Tells every keypad what it may show, where it was not told just that. */
  viewChanged(now: Millis): void {
    this.#peers.tick(now);
    this.#show(now);
  }

  /** Apart from what is done before it: whatever that comes to needs a board's stack for itself. */
  #show(now: Millis): void {
    const { view } = this.#desk;
    for (const peer of this.#peers.all) {
      const { told } = peer.state;
      if (told?.session === peer.session && told?.view === numberOfView(view)) continue;
      this.#send(peer, encodeView(view), { view, now });
    }
  }

  /** Whether the link of a keypad is up. @param kid 8 bytes */
  isUp(kid: Bytes): boolean {
    return this.#peers.isUp(kid);
  }

  /** The last report of a keypad since this start. @param kid 8 bytes */
  lastReport(kid: Bytes): Report | undefined {
    return this.#peers.find(kid)?.state.report;
  }

  /** The last offer of a keypad that is not enrolled, at most 60 s old; undefined where there is none. */
  get offer(): Offer | undefined {
    return this.#peers.offer;
  }

  /** Ends the sessions of a keypad, and forgets what is known of it. @param kid 8 bytes */
  forget(kid: Bytes): void {
    this.#peers.forget(kid);
  }

  /** Does what is asked, once, and answers each time. */
  #serve(peer: Peer<Known>, plaintext: Bytes, now: Millis): void {
    const command = this.#read(plaintext, now);
    if (command === undefined) return;
    const { id } = command;
    const known = peer.state;
    let result: Result = known.last?.result ?? "no";
    if (known.last === undefined || !this.#crypto.isEqual(known.last.id, id)) {
      const isHeldBack = command.kind === "entry" && !isNewest(peer, command.heard, now);
      result = isHeldBack ? "early" : this.#desk.serve(peer.board, command, now);
      // Nobody looked at what came too early, or late: it may come again.
      if (result !== "early") known.last = { id, result };
      // After it: whoever serves a report still sees the former one.
      if (command.kind === "report") known.report = reportOf(command);
    }
    this.#reply(peer, { id, result }, now);
  }

  #reply(peer: Peer<Known>, answer: { readonly id: Bytes; readonly result: Result }, now: Millis): void {
    const { view } = this.#desk;
    this.#send(peer, encodeReply({ ...answer, view }), { view, now });
  }

  #read(plaintext: Bytes, now: Millis): Command | undefined {
    try {
      return parseCommand(plaintext);
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      this.#desk.stranger(NO_SENSE, now);
      return undefined;
    }
  }

  /** Sends what carries the view. */
  #send(peer: Peer<Known>, plaintext: Bytes, { view, now }: { readonly view: View; readonly now: Millis }): void {
    const { session } = peer;
    if (session !== undefined && this.#peers.send(peer, plaintext)) {
      peer.state.told = { session, view: numberOfView(view), at: now };
    }
  }
}

/** Whether a keypad has heard the newest frame of its session, and that lately: whoever holds an entry back on the cable, to let it
 *  through when its typist is gone, cannot make it name a newer one. In a session without a frame no entry is older than 10 s. */
function isNewest({ session, sealed, state: { told } }: Peer<Known>, heard: number | undefined, now: Millis): boolean {
  if (heard !== sealed) return false;
  return told === undefined || told.session !== session || now - told.at <= ANSWER_MILLIS_MAX;
}

function reportOf({ isCaseOpen, isKeyStuck, millivolts }: Report): Report {
  return { isCaseOpen, isKeyStuck, millivolts };
}
