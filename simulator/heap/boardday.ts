// A day at a door of real boards, on tape: everything that a lock's chip tells its program, and is asked by it.
// Why: day.ts shows what the lock's core holds; what its drivers, radios and sockets take beside it shows only in the whole program, with
// a keypad on its cable, a camera in its network, and phones on both radios.
// Idle hours are left out: they would add nothing but ticks.

import { fromAscii } from "../../firmware/bytes.ts";
import { codeDigits, deriveWindowKey, windowCode } from "../../firmware/codes/window.ts";
import type { Crypto } from "../../firmware/crypto/crypto.ts";
import { KIND_ACT, KIND_ADD_OWNER } from "../../firmware/grant/body.ts";
import { CAMERA_RULE_LIVE } from "../../firmware/grant/grant.ts";
import { issueLink, makeRevocations } from "../../firmware/grant/issue.ts";
import { STREAM_PORT } from "../../firmware/io/streams.ts";
import { FRAGMENT_BYTES_MAX } from "../../firmware/link/fragment.ts";
import { FRAME_BYTES_MAX } from "../../firmware/link/frame.ts";
import { encodeStream } from "../../firmware/link/stream.ts";
import { seconds } from "../../firmware/platform.ts";
import { CONNECT_MILLIS, Hallway, LOCK_ADDRESS } from "../boards/hallway.ts";
import type { Caller, Person, Token } from "../caller.ts";
import { fragment } from "../fragments.ts";
import { ANA } from "../wish.ts";
import { IMAGE } from "./board.ts";
import { BoardRecorder } from "./boardrecorder.ts";
import { MARK, type Recording } from "./day.ts";
import { DAY, fetchJournal, HOUR, pinOf, secretOf, takenBack, USERS } from "./household.ts";

const UNLOCK = 0;
const RELOCK_MILLIS = 40_000;
const KNOCKS_MAX = 14;
/** Whoever shakes hands more often is not answered. */
const PAUSE_MILLIS = 10_000;
/** A stranger without a session is hung up on by then. */
const QUIET_MILLIS = 30_000;
/** What a stranger's frame is full of. */
export const STRANGE = 0x5a;
const LONGEST = new Uint8Array(FRAME_BYTES_MAX).fill(STRANGE);

/** Lives a day and records it. @param hours how many of its busy hours, at most 15 */
export function recordBoardDay(crypto: Crypto, hours: number): Recording {
  const recorder = new BoardRecorder();
  const hall = new Hallway(crypto, { programs: { lock: recorder.lock as (parts: object) => void } });
  hall.lock.image = IMAGE;
  hall.lock.powerOn();
  hall.pass(2_000);
  recorder.mark(MARK.started);
  const house = new House(hall);
  house.moveIn();
  recorder.mark(MARK.settled);
  house.live(hours);
  recorder.mark(MARK.days);
  hall.lock.rig.cutPower();
  hall.lock.powerOn();
  hall.pass(30_000);
  recorder.mark(MARK.startedAgain);
  return { tape: recorder.end(), counts: house.counts };
}

/** Who lives there and who comes. */
class House {
  readonly counts: Record<string, number> = {};
  readonly #hall: Hallway;
  readonly #owners: Person[] = [];
  readonly #company: Person;
  /** Of each stranger, whether the lock has hung up. */
  readonly #strangers: (() => boolean)[] = [];

  constructor(hall: Hallway) {
    this.#hall = hall;
    this.#company = hall.person("company");
  }

  /** An adopted lock, three more owners with secrets of their own, users with PINs, a keypad and a camera. */
  moveIn(): void {
    const hall = this.#hall;
    this.#need("an owner", hall.adopt());
    hall.keypad.powerOn();
    hall.pass(1_000);
    hall.type("1");
    hall.pass(3_000);
    this.#need("a keypad", hall.enrol("keypad"));
    this.#owners.push(hall.owner);
    for (const name of ["second", "third", "fourth"]) {
      const owner = hall.person(name);
      this.#need(name, hall.stateInside({ kind: KIND_ADD_OWNER, ownerKey: owner.publicKey }));
      this.#owners.push(owner);
    }
    for (const [index, owner] of this.#owners.entries()) {
      this.#tell(owner, [{ kind: "codeSecret", secret: secretOf(index) }]);
    }
    for (let index = 1; index <= USERS; index++) {
      const credential = { user: index, type: "pin" as const, value: fromAscii(pinOf(index)) };
      this.#tell(hall.owner, [
        { kind: "user", index, isNew: true, setting: { ...ANA, name: `user-${index}` } },
        { kind: "credential", slot: index, credential },
      ]);
    }
    hall.camera.prepare([hall.crypto.agreementPublicKey(secretOf(9))]);
    hall.camera.powerOn();
    hall.pass(2_000);
    this.#need("a network", hall.tellNetwork().join());
    this.#need("a camera", hall.enrol("camera"));
    // Its case was open; nobody is let in past it until that is over.
    hall.pass(360_000);
  }

  live(hours: number): void {
    const hall = this.#hall;
    const root = hall.grant(this.#company, { depth: 1, uses: 60, expiry: seconds(hall.time + DAY) });
    for (let hour = 0; hour < hours; hour++) this.#liveHour(hour, root);
    for (const owner of this.#owners) this.#audit(owner);
    this.#crowd(root);
    this.#amongStrangers(root);
  }

  #liveHour(hour: number, root: Token): void {
    const hall = this.#hall;
    const courier = hall.person(`courier ${hour}`);
    const rule = hour % 2 === 0 ? CAMERA_RULE_LIVE : 0;
    const token = this.#delegate(root, courier, rule);
    this.#knock(token);
    this.#goIn("deliveries");
    const again = hall.call();
    this.#expect("refused grants", "no", again.prove(token, UNLOCK));
    again.leave();
    this.#type("codes of windows", this.#windowCode(hour));
    this.#type("PINs", pinOf(1 + (hour % USERS)));
    hall.type("4444444444#");
    hall.pass(20_000);
    const turn = hour % 3;
    if (turn === 0) {
      const owner = hall.ownerSession();
      this.#need("an owner's opening", owner.state({ kind: KIND_ACT, operation: UNLOCK }));
      owner.leave();
      hall.pass(1_500);
      this.#goIn("openings by owners");
    }
    if (turn === 1) this.#takeBack(this.#owners[hour % this.#owners.length], token);
    if (turn === 2) {
      hall.pressInside();
      hall.pass(1_500);
      this.#goIn("presses inside");
    }
  }

  #delegate(root: Token, to: Person, cameraRule: 0 | 2): Token {
    const hall = this.#hall;
    const identifier = new Uint8Array(8);
    hall.random.fill(identifier);
    const expiry = seconds(hall.time + HOUR);
    const claims = { name: to.name, identifier, key: to.publicKey, uses: 1, expiry, cameraRule };
    return { leaf: issueLink(root.leaf, claims, root.holder.sign), holder: to };
  }

  #knock(token: Token): void {
    const hall = this.#hall;
    const caller = hall.call();
    let verdict = caller.prove(token, UNLOCK);
    for (let count = 0; count < KNOCKS_MAX && verdict !== "yes"; count++) {
      hall.pass(1_000);
      verdict = caller.prove(token, UNLOCK);
    }
    this.#need("a delivery", verdict);
    hall.pass(1_500);
    caller.leave();
  }

  #type(what: string, digits: string): void {
    this.#hall.type(`${digits}#`);
    this.#hall.pass(2_000);
    this.#goIn(what);
  }

  #goIn(what: string): void {
    const { lock } = this.#hall;
    if (lock.bolt !== "retracted") throw new Error(`${what}: the door is locked`);
    lock.moveLeaf("open");
    this.#hall.pass(3_000);
    lock.moveLeaf("closed");
    this.#hall.pass(RELOCK_MILLIS);
    this.#count(what);
  }

  #windowCode(hour: number): string {
    const { crypto, lockId, time } = this.#hall;
    const window = { windowClass: 1 + (hour % 3), serial: Math.floor(hour / 12), startHour: Math.floor(time / HOUR) };
    const key = deriveWindowKey(crypto, secretOf(hour % this.#owners.length), lockId);
    return codeDigits(windowCode(crypto, key, window));
  }

  #takeBack(owner: Person, token: Token): void {
    const hall = this.#hall;
    const sequence = ++owner.revocationSequence;
    const entries = takenBack(hall.crypto, token, { sequence, time: hall.time, codeClass: 5 });
    const list = { owner: owner.kid, sequence, generation: 0, ...entries };
    const caller = hall.ownerSession(owner);
    const message = makeRevocations({ lockId: hall.lockId, issuedAt: hall.time, list }, owner.sign);
    this.#need("a list", caller.carry(message));
    caller.leave();
    this.#count("lists of what is taken back");
  }

  /** An owner fetches the whole journal, as a phone in the house's network does. */
  #audit(owner: Person): void {
    const caller = this.#hall.ownerSession(owner, this.#hall.dial("192.168.1.21"));
    this.#count("records fetched", fetchJournal(caller));
    caller.leave();
    this.#count("audits");
  }

  /** As many phones as a lock serves, on both radios, each with a session, and one of them goes in. */
  #crowd(root: Token): void {
    const hall = this.#hall;
    const phones = [
      hall.ownerSession(this.#owners[0], hall.dial("192.168.1.22")),
      hall.ownerSession(this.#owners[1], hall.dial("192.168.1.23")),
      hall.call(),
    ];
    const guest = hall.call();
    for (const phone of phones) phone.ask({ kind: "status" });
    this.#need("a guest in a crowd", guest.prove(root, UNLOCK));
    hall.pass(1_500);
    this.#goIn("visits in a crowd");
    for (const phone of [...phones, guest]) phone.leave();
  }

  /** As many again of whom nobody knows who they are, each of whom leaves the longest frame without its end: two beside the house's
   *  phones, two beside the guest. */
  #amongStrangers(root: Token): void {
    const hall = this.#hall;
    this.#loiterNearby();
    this.#loiterNearby();
    const phones = [hall.dial("192.168.1.22"), hall.dial("192.168.1.23")];
    for (const [index, phone] of phones.entries())
      hall.ownerSession(this.#owners[index], phone).ask({ kind: "status" });
    for (const phone of phones) phone.leave();
    this.#seeThemGone();
    this.#loiterAtHome("192.168.1.31");
    this.#loiterAtHome("192.168.1.32");
    const guest = hall.call();
    this.#need("a guest among strangers", guest.prove(root, UNLOCK));
    hall.pass(1_500);
    this.#goIn("visits among strangers");
    guest.leave();
    this.#seeThemGone();
  }

  #seeThemGone(): void {
    this.#hall.pass(QUIET_MILLIS);
    for (const isGone of this.#strangers.splice(0)) if (isGone()) this.#count("strangers hung up on");
  }

  #loiterNearby(): void {
    const { air } = this.#hall.lock;
    const link = air.connect();
    air.widen(link, FRAGMENT_BYTES_MAX);
    for (const piece of fragment(LONGEST, FRAGMENT_BYTES_MAX).slice(0, -1)) air.write(link, piece);
    air.settle();
    if (air.has(link)) this.#count("strangers");
    this.#strangers.push(() => !air.has(link));
  }

  #loiterAtHome(address: string): void {
    const { Tcp } = this.#hall.network.host(address);
    let isGone = false;
    const end = () => {
      isGone = true;
    };
    const target = { address: LOCK_ADDRESS, port: STREAM_PORT, format: "buffer" } as const;
    const socket = new Tcp({ ...target, onReadable: () => {}, onError: end });
    this.#hall.pass(CONNECT_MILLIS);
    socket.write(encodeStream(LONGEST).slice(0, -1));
    this.#hall.pass(CONNECT_MILLIS);
    if (!isGone) this.#count("strangers");
    this.#strangers.push(() => isGone);
  }

  #tell(owner: Person, wishes: readonly Parameters<Caller["ask"]>[0][]): void {
    const caller = this.#hall.ownerSession(owner);
    for (const wish of wishes) this.#need(wish.kind, caller.ask(wish)?.kind ?? "silence");
    caller.leave();
    this.#hall.pass(PAUSE_MILLIS);
  }

  #expect(what: string, wanted: string, verdict: string): void {
    if (verdict !== wanted) throw new Error(`${what}: ${verdict}`);
    this.#count(what);
  }

  #need(what: string, verdict: string): void {
    if (verdict !== "yes" && verdict !== "yes,yes") throw new Error(`${what}: ${verdict}`);
  }

  #count(what: string, times = 1): void {
    this.counts[what] = (this.counts[what] ?? 0) + times;
  }
}
