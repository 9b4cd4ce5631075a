// Goal: a board's own Listener, Tcp and Udp do what the contract says, as the fakes and the SDK's classes do that stand for them.
// Method: every row about listeners, TCP and UDP, over tcpsockets.ts, udpsockets.ts and lwIP itself; whoever dials is a test's own end on the
// same lwIP. Where lwIP's sources are not at hand it is left out, which is said.

import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Tcp, TcpClass } from "../../../firmware/io/ecma419.ts";
import { NativeListener, NativeTcp } from "../../../firmware/io/tcpsockets.ts";
import { NativeUdp } from "../../../firmware/io/udpsockets.ts";
import { Loop } from "../../ecma419/loop.ts";
import { SerialCable } from "../../ecma419/serial.ts";
import { ADDRESS, Dialler } from "../../lan/dialler.ts";
import { isBuiltIn, LEFT_OUT, lan, settle } from "../../lan/lan.ts";
import { LISTENER_ROWS } from "../listener.ts";
import { TCP_ROWS } from "../tcp.ts";
import { begin, type Ground } from "../trial.ts";
import { UDP_ROWS } from "../udp.ts";

const TURNS_MAX = 2_000;
/** What is under way has come after so many. */
const LATER_TURNS = 20;
const TURN_MILLIS = 20;

/** An end of either kind: one that was handed on is the board's. */
class EitherTcp implements Tcp {
  readonly #tcp: Tcp;

  constructor(diallers: Dialler[], options: ConstructorParameters<TcpClass>[0]) {
    if (options.from !== undefined) this.#tcp = new NativeTcp(options);
    else {
      const dialler = new Dialler(options);
      diallers.push(dialler);
      this.#tcp = dialler;
    }
  }

  get remoteAddress(): string | undefined {
    return this.#tcp.remoteAddress;
  }

  read(byteLength?: number): ArrayBuffer | undefined {
    return this.#tcp.read(byteLength);
  }

  write(bytes: Uint8Array): void {
    this.#tcp.write(bytes);
  }

  close(): void {
    this.#tcp.close();
  }
}

/** The board and those who dial it, and callbacks that wait for some turns. */
class Lan {
  readonly ground: Ground;
  readonly #diallers: Dialler[] = [];
  #waiting: { readonly callback: () => void; turns: number }[] = [];

  constructor() {
    const diallers = this.#diallers;
    // No row here asks for a cable.
    const loop = new Loop();
    const cable = new SerialCable(loop.defer);
    this.ground = {
      Tcp: class extends EitherTcp {
        constructor(options: ConstructorParameters<TcpClass>[0]) {
          super(diallers, options);
        }
      },
      Listener: NativeListener,
      Udp: NativeUdp,
      address: ADDRESS,
      serial: (end, callbacks) => new cable[end]({ port: 1, baud: 38_400, format: "buffer", ...callbacks }),
      later: (callback) => this.#waiting.push({ callback, turns: LATER_TURNS }),
      lacks: [],
    };
  }

  turn(): void {
    settle();
    for (const dialler of this.#diallers) dialler.turn();
    lan.pass(TURN_MILLIS);
    settle();
    const due = this.#waiting.filter((each) => --each.turns === 0);
    this.#waiting = this.#waiting.filter(({ turns }) => turns > 0);
    for (const { callback } of due) callback();
  }
}

if (!isBuiltIn()) console.log(LEFT_OUT);
else {
  lan.start();
  for (const row of [...LISTENER_ROWS, ...TCP_ROWS, ...UDP_ROWS]) {
    test(`${row.claim}: so do a board's classes`, () => {
      const desk = new Lan();
      const faults: (string | undefined)[] = [];
      const trial = begin(desk.ground, row, (fault) => faults.push(fault));
      for (let turn = 0; turn < TURNS_MAX && faults.length === 0; turn++) desk.turn();
      if (faults.length === 0) trial.giveUp();
      for (let turn = 0; turn < LATER_TURNS; turn++) desk.turn();
      assert.equal(faults, [undefined]);
    });
  }
}

test.run();
