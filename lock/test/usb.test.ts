// Goal: whoever comes over the lock's USB cable is served like a phone over the network, has a place of its own, and finds it free
// though the one before said no goodbye; and no bytes on that line do anything else.
// Method: a desk with a computer on the cable, whose frames are bytes on a serial line.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { type Bytes, concat, fromAscii } from "../../firmware/bytes.ts";
import { type Body, KIND_ACT, KIND_ADOPT, KIND_CONFIGURE } from "../../firmware/grant/body.ts";
import { OPERATION_OWN, OPERATION_UNLOCK } from "../../firmware/grant/holder.ts";
import type { Answer } from "../../firmware/link/message.ts";
import { createSerialReader, encodeSerial } from "../../firmware/link/serial.ts";
import type { UsbSocket } from "../../firmware/link/usb.ts";
import { type Outgoing, Phone, type Sent } from "../../owner/phone.ts";
import type { Person, Token } from "../../simulator/caller.ts";
import { Desk } from "../../simulator/desk.ts";
import { Stream } from "../../simulator/random.ts";

const NO_REMOTE: Body = { kind: KIND_CONFIGURE, settings: [{ key: 3, value: 3 }] };
const UNLOCK: Body = { kind: KIND_ACT, operation: 0 };

/** A computer at the other end of the cable: one tool after the other runs on it. */
class Computer {
  readonly cable: UsbSocket;
  /** Bytes that the lock sent and that no tool has read. */
  readonly heard: Bytes[] = [];
  #phone: Phone | undefined;
  readonly #desk: Desk;
  readonly #random: Stream;

  constructor(desk: Desk) {
    this.#desk = desk;
    this.#random = new Stream(7, "computer");
    this.cable = desk.plugIn((bytes) => void this.heard.push(bytes));
  }

  /** Starts a tool: the one before is gone, and said nothing. @returns whether the lock answered */
  start(): boolean {
    this.#desk.passMillis(300);
    this.heard.length = 0;
    const { crypto: primitives, agreementKey, lockId } = this.#desk;
    this.#phone = new Phone({ crypto: primitives, random: this.#random, lockAgreementKey: agreementKey, lockId });
    this.cable.received(encodeSerial(this.#phone.begin()));
    this.#hear();
    return this.#phone.session !== undefined;
  }

  ask(outgoing: Outgoing): Answer | undefined {
    return this.#answerTo(this.phone.request(outgoing));
  }

  own(owner: Person): string {
    return verdict(this.#answerTo(this.phone.prove({ operation: OPERATION_OWN, by: { kid: owner.kid } }, owner.sign)));
  }

  open({ leaf, holder }: Token): string {
    return verdict(this.#answerTo(this.phone.prove({ operation: OPERATION_UNLOCK, by: { leaf } }, holder.sign)));
  }

  state(body: Body, by: Person): string {
    const declaration = { kid: by.kid, issuedAt: this.#desk.time, sequence: ++by.sequence, body };
    return verdict(this.#answerTo(this.phone.declare(declaration, by.sign)));
  }

  get phone(): Phone {
    if (this.#phone === undefined) throw new Error("no tool runs");
    return this.#phone;
  }

  #answerTo({ frame }: Sent): Answer | undefined {
    this.cable.received(encodeSerial(frame));
    return this.#hear();
  }

  #hear(): Answer | undefined {
    let answer: Answer | undefined;
    const reader = createSerialReader();
    for (const bytes of this.heard.splice(0)) {
      reader.push(bytes);
      for (let frame = reader.next(); frame !== undefined; frame = reader.next()) {
        const event = this.phone.receive(frame);
        if (event.kind === "answer") answer = event.answer;
      }
    }
    return answer;
  }
}

function verdict(answer: Answer | undefined): string {
  return answer?.kind === "no" ? (answer.denial ?? "no") : (answer?.kind ?? "silence");
}

function adopted(): { readonly desk: Desk; readonly computer: Computer } {
  const desk = new Desk({ crypto });
  assert.is(desk.adopt(), "yes");
  desk.passTime(61);
  return { desk, computer: new Computer(desk) };
}

test("a lock is adopted over its cable, with a press inside", () => {
  const desk = new Desk({ crypto });
  const computer = new Computer(desk);
  const adoption = {
    ownerKey: desk.owner.publicKey,
    recoveryKey: desk.recovery.publicKey,
    zoneRule: fromAscii("UTC0"),
  };
  assert.ok(computer.start());
  assert.is(computer.state({ kind: KIND_ADOPT, adoption }, desk.owner), "no", "nobody has pressed");
  desk.pressInside();
  assert.ok(computer.start());
  assert.is(computer.state({ kind: KIND_ADOPT, adoption }, desk.owner), "yes");
  assert.is(computer.own(desk.owner), "yes");
  assert.is(computer.ask({ kind: "status" })?.kind, "status");
});

test("a tool that died leaves its place to the next, and its session to nobody", () => {
  const { desk, computer } = adopted();
  assert.ok(computer.start());
  assert.is(computer.own(desk.owner), "yes");
  const before = computer.phone;
  const late = before.request({ kind: "status" }).frame;
  for (let tool = 0; tool < 20; tool++) {
    assert.ok(computer.start(), `tool ${tool}`);
    assert.is(verdict(computer.ask({ kind: "status" })), "no", "the owner's session ended with the owner's tool");
  }
  computer.cable.received(encodeSerial(late));
  assert.equal(computer.heard, [], "what its session had sealed is nothing to the next");
});

test("a handshake whose answer was lost is answered again, in the same session", () => {
  const { desk, computer } = adopted();
  assert.ok(computer.start());
  const { connection } = computer.cable;
  const phone = new Phone({
    ...{ crypto, random: new Stream(9, "tool"), lockAgreementKey: desk.agreementKey, lockId: desk.lockId },
  });
  const hello = encodeSerial(phone.begin());
  computer.heard.length = 0;
  computer.cable.received(hello);
  assert.is.not(computer.cable.connection, connection);
  const [first] = computer.heard.splice(0);
  const now = computer.cable.connection;
  computer.cable.received(hello);
  assert.equal(computer.heard, [first]);
  assert.is(computer.cable.connection, now);
});

test("the cable has a place of its own, and its flood costs nobody else a handshake", () => {
  const { desk, computer } = adopted();
  for (const transport of ["ble", "ble", "tcp", "tcp"] as const) assert.is(desk.call(transport).own(desk.owner), "yes");
  assert.ok(computer.start(), "four phones take none of it");
  for (let count = 0; count < 40; count++) {
    const phone = new Phone({
      ...{ crypto, random: new Stream(count, "flood"), lockAgreementKey: desk.agreementKey, lockId: desk.lockId },
    });
    computer.cable.received(encodeSerial(phone.begin()));
  }
  assert.ok(computer.heard.length <= 10, `${computer.heard.length} of 40 were answered`);
  desk.passTime(130);
  assert.ok(desk.dial("ble").shake());
  assert.ok(desk.dial("tcp").shake());
});

test("a flood on the network costs whoever is at the cable no handshake", () => {
  const { desk, computer } = adopted();
  for (let count = 0; count < 40; count++) desk.dial("tcp").shake();
  assert.ok(computer.start());
});

test("a mode that keeps the network out keeps out whoever comes by cable: a computer may be reached from anywhere", () => {
  const { desk, computer } = adopted();
  const token = desk.grant({ to: desk.person("guest"), uses: 9 });
  assert.ok(computer.start());
  assert.is(computer.open(token), "yes");
  desk.passTime(40);
  assert.is(desk.state(NO_REMOTE), "yes");
  assert.ok(computer.start());
  assert.is(computer.open(token), "no");
  assert.is(desk.refusal(), "mode");
  assert.ok(computer.start());
  assert.is(computer.own(desk.owner), "yes");
  assert.is(computer.state(UNLOCK, desk.owner), "mode");
  assert.is(desk.open(token), "yes", "at the door it is as ever");
});

test("an owner at the cable is put out after two minutes of silence, and the next handshake is heard", () => {
  const { desk, computer } = adopted();
  assert.ok(computer.start());
  assert.is(computer.own(desk.owner), "yes");
  desk.passTime(121);
  assert.is(computer.cable.connection, undefined);
  assert.is(computer.ask({ kind: "status" }), undefined, "silence");
  assert.ok(computer.start());
});

test("text of a console, noise and stray frames begin nothing, and what stands goes on", () => {
  const { desk, computer } = adopted();
  const random = new Stream(11, "noise");
  const noise = (size: number): Bytes => {
    const bytes = new Uint8Array(size);
    random.fill(bytes);
    return bytes;
  };
  const console = fromAscii("ESP-ROM:esp32c3-api1-20210207 Build:Feb  7 2021 rst:0x1 (POWERON)");
  for (let count = 0; count < 300; count++) computer.cable.received(noise(1 + random.below(200)));
  computer.cable.received(concat(console, encodeSerial(noise(40))));
  assert.is(computer.cable.connection, undefined);
  computer.cable.received(Uint8Array.of(0));
  assert.ok(computer.start());
  assert.is(computer.own(desk.owner), "yes");
  for (let count = 0; count < 300; count++) computer.cable.received(noise(1 + random.below(200)));
  computer.cable.received(Uint8Array.of(0));
  assert.is(computer.ask({ kind: "status" })?.kind, "status");
});

test.run();
