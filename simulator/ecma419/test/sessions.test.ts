// Goal: a guest's phone, a keypad and a camera come to their sessions over the drivers, also among strangers, noise, cuts and restarts of
// the network.
// Method: the real lock on a desk whose carriers are the drivers over the fakes; real clients at the other ends.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { CameraLink } from "../../../camera/link.ts";
import { type Bytes, fromAscii } from "../../../firmware/bytes.ts";
import { KIND_ENROL } from "../../../firmware/grant/body.ts";
import { Cable } from "../../../firmware/io/cable.ts";
import type { Tcp } from "../../../firmware/io/ecma419.ts";
import { Lan } from "../../../firmware/io/lan.ts";
import { STREAM_PORT } from "../../../firmware/io/streams.ts";
import { BoardLink } from "../../../firmware/link/board.ts";
import { createStreamReader, encodeStream } from "../../../firmware/link/stream.ts";
import { ROLE_CAMERA, ROLE_KEYPAD } from "../../../firmware/role.ts";
import { Phone, type PhoneEvent } from "../../../owner/phone.ts";
import type { Token } from "../../caller.ts";
import { Stream } from "../../random.ts";
import { identityOf } from "../../wired.ts";
import { BoardDesk, LOCK_ADDRESS } from "../board.ts";

const SEED = 5;
const UNLOCK = 0;

function createDesk(): BoardDesk {
  const desk = new BoardDesk({ crypto, seed: SEED });
  assert.is(desk.adopt(), "yes");
  return desk;
}

/** A guest's phone on the network. */
class Guest {
  readonly events: PhoneEvent[] = [];
  isOver = false;
  readonly #desk: BoardDesk;
  readonly #phone: Phone;
  readonly #tcp: Tcp;

  constructor(desk: BoardDesk, address: string) {
    this.#desk = desk;
    const { agreementKey: lockAgreementKey, lockId } = desk;
    this.#phone = new Phone({ crypto, random: new Stream(SEED, address), lockAgreementKey, lockId });
    const reader = createStreamReader();
    const tcp: Tcp = new (desk.network.host(address).Tcp)({
      address: LOCK_ADDRESS,
      port: STREAM_PORT,
      format: "buffer",
      onReadable: () => {
        reader.push(new Uint8Array(tcp.read() ?? []));
        for (let frame = reader.next(); frame !== undefined; frame = reader.next())
          this.events.push(this.#phone.receive(frame));
      },
      onError: () => {
        this.isOver = true;
      },
    });
    this.#tcp = tcp;
    desk.wait(100);
  }

  /** Shakes hands. @returns whether the lock answered */
  shake(): boolean {
    this.#say(this.#phone.begin());
    return this.#phone.session !== undefined;
  }

  /** Asks to open. @returns the kind of the lock's answer */
  open(token: Token): string {
    const claim = { operation: UNLOCK, by: { leaf: token.leaf } };
    this.#say(this.#phone.prove(claim, token.holder.sign).frame);
    const answers = this.events.filter((event) => event.kind === "answer");
    return answers.at(-1)?.answer.kind ?? "silence";
  }

  #say(frame: Bytes): void {
    if (!this.isOver) this.#tcp.write(encodeStream(frame));
    this.#desk.wait(200);
  }
}

test("a guest opens over TCP, and who only connects does not keep him out", () => {
  const desk = createDesk();
  const token = desk.grant({ to: desk.person("guest") });
  const strangers = Array.from({ length: 10 }, (_, index) => new Guest(desk, `192.168.1.${100 + index}`));
  desk.wait(1_000);
  const guest = new Guest(desk, "192.168.1.10");
  assert.ok(guest.shake());
  assert.is(guest.open(token), "yes");
  desk.wait(1_000);
  assert.is(desk.rig.bolt, "retracted");
  assert.ok(strangers.filter(({ isOver }) => isOver).length >= 9);
  // Nobody who proved nothing stays for longer than five seconds.
  desk.wait(5_000);
  assert.ok(strangers.every(({ isOver }) => isOver));
  assert.is(desk.streams.count, 1);
});

test("a network that restarts in the middle of a session ends it, and the next one opens", () => {
  const desk = createDesk();
  const token = desk.grant({ to: desk.person("guest") });
  const guest = new Guest(desk, "192.168.1.10");
  assert.ok(guest.shake());
  desk.networkIs(false);
  desk.wait(5_000);
  assert.is(desk.streams.count, 0);
  assert.is(guest.open(token), "silence");
  desk.networkIs(true);
  desk.wait(1_000);
  const again = new Guest(desk, "192.168.1.11");
  assert.ok(again.shake());
  assert.is(again.open(token), "yes");
});

test("the lock works while there is no network", () => {
  const desk = createDesk();
  desk.networkIs(false);
  desk.wait(2_000);
  assert.is(desk.open(desk.grant({ to: desk.person("guest") })), "yes");
});

/** A board of that role, enrolled. */
function enrol(desk: BoardDesk, role: number, byte: number) {
  const identity = identityOf(crypto, byte);
  const { agreementKey, signingKey } = identity;
  assert.is(desk.stateInside({ kind: KIND_ENROL, board: { role, agreementKey, signingKey } }), "yes");
  const { lockId, agreementKey: lockKey } = desk;
  return { identity, lock: { lockId, agreementKey: lockKey, sequence: desk.owner.sequence } };
}

function createKeypad(desk: BoardDesk) {
  const { identity, lock } = enrol(desk, ROLE_KEYPAD, 40);
  const heard: string[] = [];
  const { loop, serial } = desk;
  const received = (frame: Bytes): void => {
    const event = link.received(frame, loop.uptime());
    if (event.kind === "reply") heard.push(`${event.asked} ${event.reply.result}`);
    else if (event.kind === "up") heard.push("up");
  };
  const cable = new Cable({ io: serial.far, port: 1, baud: 38_400, receive: 4, transmit: 5, loop, received });
  const random = new Stream(SEED, "keypad");
  const link: BoardLink = new BoardLink(
    { crypto, random, wire: cable, role: ROLE_KEYPAD, identity, lock },
    loop.uptime(),
  );
  desk.attend((now) => link.tick(now));
  return { link, heard };
}

test("a keypad's entry is answered over the cable", () => {
  const desk = createDesk();
  const { link, heard } = createKeypad(desk);
  desk.wait(2_000);
  assert.equal(heard, ["up"]);
  link.send({ kind: "entry", digits: fromAscii("8142035697") }, desk.loop.uptime());
  desk.wait(1_000);
  assert.equal(heard, ["up", "entry no"]);
});

test("a keypad's report gets through noise, and through a cable that was cut for a while", () => {
  const desk = createDesk();
  const { link, heard } = createKeypad(desk);
  const random = new Stream(SEED, "noise");
  const report = () =>
    link.send({ kind: "report", isCaseOpen: false, isKeyStuck: false, millivolts: 5_000 }, desk.loop.uptime());
  // Each frame of some hundred bytes is hit about every third time.
  desk.serial.spoil = (byte) => (random.chance(3) ? byte ^ 0x55 : byte);
  desk.wait(30_000);
  for (let count = 0; count < 5; count++) {
    if (!link.isBusy) report();
    desk.wait(16_000);
  }
  assert.ok(heard.filter((event) => event === "report yes").length >= 3, `${heard}, seed ${SEED}`);
  desk.serial.spoil = (byte) => byte;
  desk.serial.isCut = true;
  desk.wait(20_000);
  desk.serial.isCut = false;
  desk.wait(20_000);
  const before = heard.length;
  report();
  desk.wait(2_000);
  assert.equal(heard.slice(before), ["report yes"]);
});

test("a camera finds its lock in the network, is asked, and finds it again after either lost its address", () => {
  const desk = createDesk();
  const { identity, lock } = enrol(desk, ROLE_CAMERA, 50);
  const { loop, network } = desk;
  const host = network.host("192.168.1.3");
  let asks = 0;
  const lan = new Lan({
    udp: host.Udp,
    loop,
    received: (frame) => {
      if (link.received(frame, loop.uptime())?.kind === "ask") asks += 1;
    },
  });
  lan.networkChanged("192.168.1.3", loop.uptime());
  const random = new Stream(SEED, "camera");
  const link: CameraLink = new CameraLink({ crypto, random, wire: lan, identity, lock }, loop.uptime());
  desk.attend((now) => link.tick(now));
  desk.wait(3_000);
  assert.ok(link.isUp);
  assert.ok(asks >= 1);
  assert.equal(lan.sources, [LOCK_ADDRESS]);
  desk.networkIs(false);
  desk.wait(3_000);
  desk.networkIs(true);
  // The lock asks each minute; a session in which it is silent ends after 75 s.
  desk.wait(90_000);
  assert.ok(link.isUp);
  const before = asks;
  lan.networkChanged(undefined, loop.uptime());
  desk.wait(1_000);
  lan.networkChanged("192.168.1.3", loop.uptime());
  desk.wait(90_000);
  assert.ok(link.isUp);
  assert.ok(asks > before);
});

test.run();
