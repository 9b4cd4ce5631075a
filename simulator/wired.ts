// A lock's end and a board's end of a serial line, alone: no door, no keys, only who talks to whom and what is done.
// Why: what a link must bear (resets, cuts, a foreign board) is shown best where nothing else happens.
// Both ends have their power, and a clock of their own that begins with each start.

import type { Bytes } from "../firmware/bytes.ts";
import { toAscii } from "../firmware/bytes.ts";
import { kid8, lockIdOf } from "../firmware/cose/key.ts";
import type { Crypto } from "../firmware/crypto/crypto.ts";
import { BoardLink, type LinkEvent } from "../firmware/link/board.ts";
import type { Asked, Command, Result, View } from "../firmware/link/command.ts";
import type { PairedLock } from "../firmware/link/introduction.ts";
import { type Millis, millis } from "../firmware/platform.ts";
import type { EnrolledBoard } from "../firmware/policy/keyring.ts";
import { ROLE_KEYPAD } from "../firmware/role.ts";
import { Boards } from "../lock/boards.ts";
import type { Identity } from "../lock/identity.ts";
import { Crystal } from "./crystal.ts";
import type { Line, LineListener, Side } from "./line.ts";
import type { Event, World } from "./world.ts";

/** What ticks at an end of the line. */
interface Core {
  readonly nextTick: Millis | undefined;
  tick(now: Millis): unknown;
  received(frame: Bytes, now: Millis): unknown;
}

/** Power and clock of one end. */
class Powered<Running extends Core> implements LineListener {
  readonly #world: World;
  readonly #line: Line;
  readonly #side: Side;
  readonly #start: (now: Millis) => Running;
  readonly #heard: (event: unknown) => void;
  #core: Running | undefined;
  readonly #crystal: Crystal;
  #tick: Event | undefined;

  constructor(
    at: { readonly world: World; readonly line: Line; readonly side: Side },
    start: (now: Millis) => Running,
    heard: (event: unknown) => void,
  ) {
    this.#world = at.world;
    this.#crystal = new Crystal(at.world, 0);
    this.#line = at.line;
    this.#side = at.side;
    this.#start = start;
    this.#heard = heard;
  }

  get core(): Running | undefined {
    return this.#core;
  }

  powerOn(): void {
    this.#crystal.start();
    this.#core = this.#start(millis(0));
    this.#line.plug(this.#side, this);
    this.call((core, now) => core.tick(now));
  }

  powerOff(): void {
    this.#core = undefined;
    this.#tick?.cancel();
    this.#line.unplug(this.#side);
  }

  received(frame: Bytes): void {
    this.call((core, now) => core.received(frame, now));
  }

  /** Hands the core an event with its own time, then plans its next tick. */
  call(event: (core: Running, now: Millis) => unknown): void {
    const core = this.#core;
    if (core === undefined) return;
    this.#heard(event(core, this.#crystal.uptime));
    this.#tick?.cancel();
    const next = this.#core?.nextTick;
    if (next === undefined) return;
    const at = this.#crystal.worldTime(next);
    this.#tick = this.#world.at(at, () => this.call((ticked, now) => ticked.tick(now)));
  }
}

/** Two secrets of one board, and what is public of them. */
export function identityOf(crypto: Crypto, byte: number): Identity {
  const signingSeed = new Uint8Array(32).fill(byte);
  const agreementSecret = new Uint8Array(32).fill(byte + 1);
  const signingKey = crypto.signingPublicKey(signingSeed);
  return {
    lockId: lockIdOf(crypto, signingKey),
    kid: kid8(crypto, signingKey),
    signingSeed,
    signingKey,
    agreementSecret,
    agreementKey: crypto.agreementPublicKey(agreementSecret),
    codeSecret: new Uint8Array(32).fill(byte + 2),
  };
}

/** What an owner's statement makes of a board. */
export function enrolledAs(identity: Identity, sequence: number, role = ROLE_KEYPAD): EnrolledBoard {
  const { kid, agreementKey, signingKey } = identity;
  return { kid, role, agreementKey, signingKey, sequence };
}

/** A lock that has nothing but its keypads. */
export class LockEnd {
  readonly identity: Identity;
  /** Its keyring; change it at will. */
  boards: readonly EnrolledBoard[] = [];
  view: View = { isThrown: true, isNight: false, isBatteryLow: false, isAlarm: false };
  /** What it answers to an entry, and to the lock key; everything else is done. */
  result: Result = "yes";
  locks: Result = "yes";
  /** The digits of the last entry, as the view that it was handed. */
  digits: Bytes | undefined;
  /** What happened, a line each: `serve entry 1234`, `up`, `lost`, `stranger 0`. */
  readonly log: string[] = [];
  readonly #powered: Powered<Boards>;

  constructor(world: World, crypto: Crypto, at: { readonly line: Line; readonly identity: Identity; side?: Side }) {
    this.identity = at.identity;
    const { line, identity, side = "inside" } = at;
    const wire = side === "inside" ? line.inside : line.outside;
    const random = world.stream(`lock ${identity.lockId}`);
    const lock = this;
    const desk = {
      get boards(): readonly EnrolledBoard[] {
        return lock.boards;
      },
      get view(): View {
        return lock.view;
      },
      serve: (_board: EnrolledBoard, command: Command) => this.#serve(command),
      stranger: (kind: number) => this.log.push(`stranger ${kind}`),
      linkChanged: (_board: EnrolledBoard, isUp: boolean) => this.log.push(isUp ? "up" : "lost"),
    };
    this.#powered = new Powered(
      { world, line, side },
      (now) => new Boards({ crypto, random, wire, identity }, desk, now),
      () => {},
    );
  }

  get core(): Boards | undefined {
    return this.#powered.core;
  }

  powerOn(): void {
    this.#powered.powerOn();
  }

  powerOff(): void {
    this.#powered.powerOff();
  }

  /** Changes what its keypads may show, and says so. */
  show(view: Partial<View>): void {
    this.view = { ...this.view, ...view };
    this.#powered.call((boards, now) => boards.viewChanged(now));
  }

  /** Hands it a frame past the line. */
  hand(frame: Bytes): void {
    this.#powered.received(frame);
  }

  #serve(command: Command): Result {
    if (command.kind === "entry") this.digits = command.digits;
    this.log.push(command.kind === "entry" ? `serve entry ${toAscii(command.digits)}` : `serve ${command.kind}`);
    if (command.kind === "lock") return this.locks;
    return command.kind === "entry" ? this.result : "yes";
  }
}

/** A board that has nothing but its link. */
export class LinkEnd {
  readonly identity: Identity;
  /** What happened, a line each: `up`, `reply entry yes`, `view`, `unanswered entry`. */
  readonly log: string[] = [];
  /** Whether it reports whenever a session stands, as a keypad does. */
  isReporting = true;
  view: View | undefined;
  readonly #powered: Powered<BoardLink>;

  constructor(
    world: World,
    crypto: Crypto,
    at: {
      readonly line: Line;
      readonly identity: Identity;
      readonly lock: PairedLock;
      readonly role?: number;
      readonly name?: string;
    },
  ) {
    const { line, identity, lock, role = ROLE_KEYPAD, name = identity.lockId } = at;
    this.identity = identity;
    const random = world.stream(`board ${name}`);
    this.#powered = new Powered<BoardLink>(
      { world, line, side: "outside" },
      (now) => new BoardLink({ crypto, random, wire: line.outside, role, identity, lock }, now),
      (event) => this.#hear(event as LinkEvent | undefined),
    );
  }

  get core(): BoardLink | undefined {
    return this.#powered.core;
  }

  powerOn(): void {
    this.#powered.powerOn();
  }

  powerOff(): void {
    this.#powered.powerOff();
  }

  /** Asks the lock. */
  ask(asked: Asked): void {
    this.#powered.call((link, now) => link.send(asked, now));
  }

  /** Reports that all is well. */
  report(): void {
    this.ask({ kind: "report", isCaseOpen: false, isKeyStuck: false, millivolts: 5_000 });
  }

  /** Hands it a frame past the line. */
  hand(frame: Bytes): void {
    this.#powered.received(frame);
  }

  #hear(event: LinkEvent | undefined): void {
    if (event === undefined || event.kind === "nothing") return;
    if (event.kind === "view") this.view = event.view;
    if (event.kind === "reply") {
      this.view = event.reply.view;
      this.log.push(`reply ${event.asked} ${event.reply.result}`);
    } else if (event.kind === "unanswered") this.log.push(`unanswered ${event.asked}`);
    else this.log.push(event.kind);
    if (event.kind === "up" && this.isReporting && this.core?.isBusy === false) this.report();
  }
}
