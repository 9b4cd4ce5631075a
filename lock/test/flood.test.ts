// What a stranger's flood of handshakes and proofs costs the lock, and for how long it keeps whoever stands at the door waiting.
// Method: hostile phones on a desk that are as fast as the lock answers them; signatures and answers are counted.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { KIND_ACT } from "../../firmware/grant/body.ts";
import { FRAME_NK_1, FRAME_NK_2 } from "../../firmware/link/frame.ts";
import { encodeRequest } from "../../firmware/link/message.ts";
import { millis, type Transport } from "../../firmware/platform.ts";
import type { Token } from "../../simulator/caller.ts";
import { Desk } from "../../simulator/desk.ts";
import type { Hostile } from "../../simulator/hostile.ts";
import { type Channel, chooseEvicted, openSession } from "../session.ts";

const DAY_SECONDS = 86_400;
const FLOOD_SECONDS = 20;
/** docs/protocol.md §3: handshakes and proofs over one carrier, all in all. */
const AT_ONCE = 8;
const TRY_MILLIS = 250;
const PROOFS = 3;
/** A chain of three links, and the proof. */
const SIGNATURES_MAX = 4;
/** So long whoever floods is at it before somebody else comes. */
const BEFORE_MILLIS = 5_000;
const SERVED_MILLIS_MAX = 2_000;
/** Each at another moment between two handshakes. */
const VISITS = 5;

/** What a stranger says in a session. */
type Speech = (line: Hostile, id: number) => void;

/** A house that somebody floods. */
class Scene {
  readonly desk: Desk;
  readonly courier: Token;
  verifications = 0;

  constructor() {
    this.desk = new Desk({
      crypto: {
        ...crypto,
        verify: (publicKey, message, signature) => {
          this.verifications++;
          return crypto.verify(publicKey, message, signature);
        },
      },
    });
    const { desk } = this;
    desk.adopt();
    const root = desk.grant({ to: desk.person("company"), depth: 2 });
    this.courier = desk.delegate(desk.delegate(root, { to: desk.person("depot"), depth: 1 }), {
      to: desk.person("courier"),
    });
    desk.passTime(DAY_SECONDS + 60);
    this.verifications = 0;
  }

  /** Handshakes that the lock has answered. */
  get welcomes(): number {
    return this.desk.air.filter(({ direction, frame }) => direction === "to phone" && frame[0] === FRAME_NK_2).length;
  }

  /** Takes all that the lock has of handshakes over BLE. */
  drain(): this {
    for (let count = 0; count < AT_ONCE; count++) {
      const caller = this.desk.dial();
      assert.ok(caller.shake());
      caller.leave();
    }
    return this;
  }
}

/** Whoever dials, says what it has to say as soon as it is answered, and dials anew. */
class Flooder {
  readonly #desk: Desk;
  readonly #transport: Transport;
  readonly #speech: Speech;
  #line: Hostile | undefined;

  constructor(desk: Desk, transport: Transport, speech: Speech) {
    this.#desk = desk;
    this.#transport = transport;
    this.#speech = speech;
  }

  step(): void {
    if (this.#line?.isConnected !== true) {
      this.#line = this.#desk.hostile(this.#transport);
      if (this.#line.isConnected) this.#line.shake();
    }
    const line = this.#line;
    if (!line.isConnected || line.challenge.length === 0) return;
    for (let id = 1; id <= PROOFS && line.isConnected; id++) this.#speech(line, id);
    this.#desk.hangUp(line);
  }
}

const SPEECHES: readonly (readonly [string, (scene: Scene) => Speech])[] = [
  [
    "a copied grant that is over, and another key",
    ({ desk, courier }) => {
      const thief = desk.person("thief");
      return (line, id) => line.prove(id, line.proof(courier, 0, thief));
    },
  ],
  [
    "a grant of their own that is over",
    ({ courier }) =>
      (line, id) =>
        line.prove(id, line.proof(courier, 0)),
  ],
  [
    "a grant of their own that is good",
    ({ desk }) => {
      const token = desk.grant({ to: desk.person("guest") });
      return (line, id) => line.prove(id, line.proof(token, 1));
    },
  ],
  [
    "a recorded list of what was taken back",
    ({ desk }) => {
      const message = desk.revocations({});
      return (line, id) => line.say(encodeRequest({ kind: "statement", id, message }));
    },
  ],
];

for (const [name, speechOf] of SPEECHES) {
  for (const every of [10, TRY_MILLIS]) {
    test(`who floods two carriers with ${name}, each ${every} ms, costs no more than the budget of both`, () => {
      const scene = new Scene();
      const { desk } = scene;
      const speech = speechOf(scene);
      const flooders = (["ble", "tcp"] as const).map((transport) => new Flooder(desk, transport, speech));
      const { welcomes } = scene;
      for (let at = 0; at < FLOOD_SECONDS * 1_000; at += every) {
        for (const flooder of flooders) flooder.step();
        desk.passMillis(every);
      }
      // What is said in the last session of each carrier is owed.
      const tries = flooders.length * (AT_ONCE + (FLOOD_SECONDS * 1_000) / TRY_MILLIS + PROOFS);
      const spent = scene.welcomes - welcomes + scene.verifications / SIGNATURES_MAX;
      assert.ok(spent <= tries, `${scene.welcomes - welcomes} handshakes and ${scene.verifications} verifications`);
    });
  }
}

/** Sends a recorded message 1 over a line of its own, and hangs up. */
function startledOf(desk: Desk): () => void {
  const line = desk.hostile();
  line.shake();
  desk.hangUp(line);
  const recorded = desk.air.filter(({ frame }) => frame[0] === FRAME_NK_1).at(-1)?.frame ?? new Uint8Array(0);
  return () => {
    const other = desk.hostile();
    if (other.isConnected) other.send(recorded.slice());
    desk.hangUp(other);
  };
}

for (const every of [13, 20, 97, 193, 250, 400]) {
  for (const isPatient of [false, true]) {
    const what = isPatient ? "three proofs in each session" : "handshakes of which the answer is not waited for";
    test(`who comes while a stranger floods his carrier each ${every} ms with ${what} is served within 2 s`, () => {
      const { desk, courier } = new Scene();
      const guest = desk.grant({ to: desk.person("guest") });
      const thief = desk.person("thief");
      const patient = new Flooder(desk, "ble", (line, id) => line.prove(id, line.proof(courier, 0, thief)));
      const startled = startledOf(desk);
      const flood = (duration: number, isOver = (): boolean => false): void => {
        for (const until = desk.elapsed + duration; desk.elapsed < until && !isOver(); desk.passMillis(every)) {
          if (isPatient) patient.step();
          else startled();
        }
      };
      for (let visit = 0; visit < VISITS; visit++) {
        flood(BEFORE_MILLIS);
        desk.passMillis((visit * TRY_MILLIS) / VISITS);
        const caller = desk.dial();
        assert.ok(caller.isConnected);
        const start = desk.elapsed;
        caller.shake();
        flood(SERVED_MILLIS_MAX, () => caller.phone.session !== undefined);
        assert.ok(caller.phone.session !== undefined && desk.elapsed - start <= SERVED_MILLIS_MAX, `visit ${visit}`);
        const isOwner = visit % 2 === 0;
        assert.is(isOwner ? caller.state({ kind: KIND_ACT, operation: 0 }) : caller.prove(guest, 1), "yes");
        caller.leave();
      }
    });
  }
}

test("who waits for the answer to message 1, or was answered within a second, gives way to nobody", () => {
  const session = openSession(1, "ble", millis(0));
  assert.is(chooseEvicted([session], millis(999)), undefined);
  assert.is(chooseEvicted([session], millis(1_000)), session);
  session.held = new Uint8Array(57);
  assert.is(chooseEvicted([session], millis(4_000)), undefined);
  session.held = undefined;
  session.channel = { since: millis(3_500) } as Channel;
  assert.is(chooseEvicted([session], millis(4_499)), undefined);
  assert.is(chooseEvicted([session], millis(4_500)), session);
});

test("who came first is answered first, each as soon as there is a handshake", () => {
  const scene = new Scene().drain();
  const callers = [scene.desk.dial(), scene.desk.dial()];
  for (const caller of [callers[1], callers[0]]) assert.not(caller.shake());
  for (const open of [0, 1, 2]) {
    const isOpen = callers.map(({ phone }) => phone.session !== undefined);
    assert.equal(isOpen, [open > 0, open > 1]);
    scene.desk.passMillis(TRY_MILLIS);
  }
});

test("of what somebody says while he waits the last counts, and costs one handshake", () => {
  const scene = new Scene().drain();
  const { welcomes } = scene;
  const caller = scene.desk.dial();
  for (let count = 0; count < 10; count++) assert.not(caller.shake());
  scene.desk.passTime(2);
  assert.ok(caller.phone.session !== undefined);
  assert.is(scene.welcomes - welcomes, 1);
});

test("who hangs up while he waits costs those behind him nothing", () => {
  const { desk } = new Scene().drain();
  for (let count = 0; count < 20; count++) {
    const hasty = desk.dial();
    hasty.shake();
    hasty.leave();
  }
  const caller = desk.dial();
  caller.shake();
  desk.passMillis(TRY_MILLIS);
  assert.ok(caller.phone.session !== undefined);
});

test("a broken message 1 that had to wait is met with silence, and counted", () => {
  const scene = new Scene().drain();
  const { desk } = scene;
  const { welcomes } = scene;
  const notices = desk.entries("stranger").length;
  const line = desk.hostile();
  assert.is(line.send(new Uint8Array(57).fill(FRAME_NK_1, 0, 1)), undefined);
  desk.passTime(1);
  assert.ok(line.isConnected);
  assert.is(scene.welcomes, welcomes);
  assert.is(desk.entries("stranger").length, notices + 1);
});

test("who has proven something meanwhile keeps the channel in which it was proven", () => {
  const scene = new Scene();
  const { desk } = scene;
  const token = desk.grant({ to: desk.person("guest") });
  const line = desk.hostile();
  assert.ok(line.shake(1));
  for (let count = 1; count < AT_ONCE; count++) {
    const other = desk.hostile();
    other.shake();
    desk.hangUp(other);
  }
  assert.not(line.shake(2));
  const { welcomes } = scene;
  assert.is(line.prove(1, line.proof(token, 1))?.kind, "yes");
  desk.passTime(2);
  assert.is(scene.welcomes, welcomes);
  assert.is(line.prove(2, line.proof(token, 1))?.kind, "yes");
});

test.run();
