// A lock, the keypad that it enrolled, and somebody who hears the cable between them: what the tests of the wire stand on.

import { crypto } from "#crypto";
import { type Bytes, fromAscii } from "../../firmware/bytes.ts";
import type { PairedLock } from "../../firmware/link/introduction.ts";
import { millis, seconds } from "../../firmware/platform.ts";
import { Line, type LineWeather, QUIET_LINE, type Side } from "../../simulator/line.ts";
import { enrolledAs, identityOf, LinkEnd, LockEnd } from "../../simulator/wired.ts";
import { World } from "../../simulator/world.ts";

export const SEED = 0xb0a2d;
export const LOCK = identityOf(crypto, 0x10);
export const OTHER_LOCK = identityOf(crypto, 0x20);
export const KEYPAD = identityOf(crypto, 0x30);
export const FOREIGN = identityOf(crypto, 0x40);
export const SEQUENCE = 7;
export const PAIRED: PairedLock = { lockId: LOCK.lockId, agreementKey: LOCK.agreementKey, sequence: SEQUENCE };

/** A frame as it was sent. */
export interface Heard {
  readonly to: Side;
  readonly frame: Bytes;
}

/** The three of them. */
export class Bench {
  readonly world: World;
  readonly line: Line;
  readonly lock: LockEnd;
  readonly keypad: LinkEnd;
  readonly heard: Heard[] = [];

  /** @param primitives the lock's */
  constructor(weather: LineWeather = QUIET_LINE, seed = SEED, primitives = crypto) {
    this.world = new World(crypto, { seed, start: seconds(0) });
    this.line = new Line(this.world, weather);
    this.line.overhear((to, frame) => this.heard.push({ to, frame }));
    this.lock = new LockEnd(this.world, primitives, { line: this.line, identity: LOCK });
    this.lock.boards = [enrolledAs(KEYPAD, SEQUENCE)];
    this.keypad = new LinkEnd(this.world, crypto, { line: this.line, identity: KEYPAD, lock: PAIRED });
  }

  /** Another board at the keypad's end of the cable. */
  board(identity: LinkEnd["identity"], lock = PAIRED, role = 1): LinkEnd {
    return new LinkEnd(this.world, crypto, { line: this.line, identity, lock, role });
  }

  start(): this {
    this.lock.powerOn();
    this.keypad.powerOn();
    this.pass(100);
    return this;
  }

  pass(duration: number): void {
    this.world.advance(millis(this.world.now + duration));
  }

  enter(digits: string): void {
    this.keypad.ask({ kind: "entry", digits: fromAscii(digits) });
  }

  typesTo(side: Side): number[] {
    return this.heard.filter(({ to }) => to === side).map(({ frame }) => frame[0]);
  }

  count(line: string): number {
    return this.lock.log.filter((logged) => logged === line).length;
  }
}
