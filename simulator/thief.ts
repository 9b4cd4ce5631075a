// The thief: copies grants, records the air and plays it back, and keeps the lock busy.
// Why: whatever a thief does, the model's verdict is no, so any opening that follows is a violation.
// Follows docs/attacks.md T02 (replay), T33 (stolen token), T32 and T49 (flood, hogging).

import type { Bytes } from "../firmware/bytes.ts";
import { Phone } from "../owner/phone.ts";
import { Person, type Street, type Token } from "./people.ts";

const TAPE_FRAMES_MAX = 64;
const COPIES_MAX = 8;
const PAUSE_MILLIS = 500;
const REPLAY_MILLIS = 60;
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
}
