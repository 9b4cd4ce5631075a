// The thief: copies grants, records the air and plays it back, keeps the lock busy, and gets hold of an owner's phone.
// Why: whatever a thief does, the model's verdict is no, so any opening that follows is a violation.
// Follows docs/attacks.md T02 (replay), T33 (stolen token), T32 and T49 (flood, hogging), T43 (stolen phone), T44 (a carrier
// who keeps a statement for later).

import type { Bytes } from "../firmware/bytes.ts";
import { KIND_ADD_OWNER, KIND_CONFIGURE } from "../firmware/grant/body.ts";
import { OPERATION_LOCK } from "../firmware/grant/holder.ts";
import type { Answer } from "../firmware/link/message.ts";
import type { Session } from "../owner/phone.ts";
import { Phone } from "../owner/phone.ts";
import { type Owner, Person, type Token } from "./people.ts";
import type { Stream } from "./random.ts";
import type { Street } from "./street.ts";
import type { Next } from "./talk.ts";

const TAPE_FRAMES_MAX = 64;
const COPIES_MAX = 8;
const PAUSE_MILLIS = 500;
const REPLAY_MILLIS = 60;
/** A statement lives for a minute outside an owner's session. */
const LATE_MILLIS = Object.freeze({ least: 61_000, most: 240_000 });
/** Widens nothing in truth: it is what the lock does already. */
const HARMLESS = Object.freeze({
  kind: KIND_CONFIGURE,
  settings: Object.freeze([Object.freeze({ key: 2, value: 30 })]),
});
const DEAF = Object.freeze({ received: () => {}, closed: () => {} });

/** Somebody with a good radio and no key. */
export class Thief extends Person {
  readonly #tape: { readonly connection: number; readonly frame: Bytes }[] = [];
  readonly #copies: Token[] = [];

  constructor(street: Street, name: string) {
    super(street, name);
    street.network.overhear((direction, connection, frame) => {
      if (direction !== "to lock") return;
      this.#tape.push({ connection, frame });
      if (this.#tape.length > TAPE_FRAMES_MAX) this.#tape.shift();
    });
  }

  /** Gets hold of somebody's grant, without the key. */
  copy(token: Token): void {
    this.#copies.push(token);
    if (this.#copies.length > COPIES_MAX) this.#copies.shift();
  }

  /** Shows each of the copied grants in turn, signed with the wrong key. */
  tryCopies(): void {
    for (const [index, copy] of this.#copies.entries()) {
      this.street.world.after(index * PAUSE_MILLIS, () => this.request("unlock", copy, () => {}));
    }
  }

  /** Plays back the last conversation that was on the air, frame by frame, on a connection of its own. */
  replay(): void {
    const { network, world } = this.street;
    const connection = this.#tape.at(-1)?.connection;
    const frames = this.#tape.filter((entry) => entry.connection === connection).map((entry) => entry.frame);
    const line = network.dial("ble", DEAF);
    for (const [index, frame] of frames.entries()) world.after(REPLAY_MILLIS * (index + 1), () => line.send(frame));
    world.after(REPLAY_MILLIS * (frames.length + 2), () => line.close());
  }

  /** Begins handshakes and finishes none, ten times a second. */
  hammer(count: number): void {
    const { network, world, crypto, lock } = this.street;
    for (let blow = 0; blow < count; blow++) {
      world.after(blow * 100, () => {
        const phone = new Phone({
          crypto,
          random: this.random,
          lockAgreementKey: lock.agreementKey,
          lockId: lock.lockId,
        });
        const line = network.dial("ble", DEAF);
        line.send(phone.begin());
      });
    }
  }

  /** With an owner's phone, and nobody at the door, tries to become an owner. */
  usurp(owner: Owner): void {
    const { checker } = this.street;
    if (checker.hasPresence) return;
    owner.declare({ kind: KIND_ADD_OWNER, ownerKey: this.publicKey }, (reply) => {
      if (reply === "yes" && !checker.hasPresence) checker.report("widened with nobody at the door");
    });
  }

  /** Lets an owner sign for one session, and shows it in another. */
  keep(owner: Owner): void {
    let kept: Bytes | undefined;
    this.talk({
      next: ({ challenge }) => {
        kept = owner.entrust(HARMLESS, challenge);
        return undefined;
      },
      over: () => {
        this.talk({ ...this.#late(() => kept), over: () => {} });
      },
    });
  }

  /** As the company, who may carry an owner's word, keeps it until it is stale: in the very session that it was signed for. */
  carry(
    owner: Owner,
    by: { readonly company: Person; readonly root: Token | undefined; readonly random: Stream },
  ): void {
    const { company, root, random } = by;
    if (root === undefined) return;
    let kept: Bytes | undefined;
    const late = this.#late(() => kept);
    company.hold(root, OPERATION_LOCK, {
      next: (session, last) => {
        if (kept !== undefined) return late.next(session, last);
        kept = owner.entrust(HARMLESS, session.challenge);
        return { kind: "pause", millis: random.between(LATE_MILLIS.least, LATE_MILLIS.most) };
      },
      over: () => {},
    });
  }

  /** Shows a statement that is too late, and hears the answer. */
  #late(kept: () => Bytes | undefined): { next(session: Session, last: Answer | undefined): Next } {
    let isShown = false;
    return {
      next: (_session, last) => {
        const message = kept();
        if (message !== undefined && !isShown) {
          isShown = true;
          return { kind: "statement", message };
        }
        if (isShown && last?.kind === "yes") this.street.checker.report("obeyed a late statement");
        return undefined;
      },
    };
  }
}
