// The camera's memory card: files by host functions, on a board and in XS on the desk.
// Why: a card may be pulled at any moment, and put back; each refusal is the card's fault, and the next call looks for a card again.
// It is looked for when something is asked of it first: to mount one takes long, and the sensor's switch must not wait for that.
// Follows camera/card.ts; cardfiles.c does it.

import type { Bytes } from "../firmware/bytes.ts";
import { Fault } from "../firmware/fault.ts";
import type { Card, CardFile } from "./card.ts";
import type { Sink } from "./sink.ts";

/** Gives the host function of that C name. Declared by xs.d.ts in the SDK; here for the desk's compiler. */
declare function native(name: string): { call(self: unknown, ...values: unknown[]): never };

function nativeOpen(this: unknown, base: string, select: number, clock: number, third: number, fourth: number): Done {
  return native("xs_latchkey_card_open").call(this, base, select, clock, third, fourth);
}

function nativeList(this: unknown): (string | number)[] | undefined {
  return native("xs_latchkey_card_list").call(this);
}

function nativeCreate(this: unknown, name: string): Done {
  return native("xs_latchkey_card_create").call(this, name);
}

function nativeAppend(this: unknown, bytes: Uint8Array): Done {
  return native("xs_latchkey_card_append").call(this, bytes);
}

function nativeFlush(this: unknown): Done {
  return native("xs_latchkey_card_flush").call(this);
}

function nativePut(this: unknown, name: string, bytes: Uint8Array): Done {
  return native("xs_latchkey_card_put").call(this, name, bytes);
}

function nativeRead(this: unknown, name: string, offset: number, bytesMax: number): ArrayBuffer | undefined {
  return native("xs_latchkey_card_read").call(this, name, offset, bytesMax);
}

function nativeRemove(this: unknown, name: string): Done {
  return native("xs_latchkey_card_remove").call(this, name);
}

function nativeFree(this: unknown): number | undefined {
  return native("xs_latchkey_card_free").call(this);
}

type Done = true | undefined;

/** Where a card is. */
export interface CardWiring {
  /** The folder that it is mounted as; on a desk one that is there. At most 63 bytes. */
  readonly base: string;
  /** Select, clock, in and out of its SPI bus; or -1, clock, command and data 0 of the chip's own SD host. Any numbers on a desk. */
  readonly pins: readonly [number, number, number, number];
}

/** What one call may read: the C side gives no more at once. */
export const CARD_READ_BYTES_MAX = 65_536;

/** How often the room is asked for until a card is looked for once more: the camera asks about twice a second. */
const ASKED_PER_LOOK = 20;

/** A memory card, of which there is one. */
export class FileCard implements Card {
  readonly #wiring: CardWiring;
  #isThere = false;
  /** How often it was asked for its room while no card was there. */
  #asked = 0;
  /** Counts the files that were begun: a former one takes nothing more. */
  #begun = 0;

  constructor(wiring: CardWiring) {
    this.#wiring = wiring;
  }

  get freeBytes(): number {
    // It is asked all the time, and looking for a card takes long where there is none.
    if (!this.#isThere && this.#asked++ % ASKED_PER_LOOK !== 0) return 0;
    if (!this.#look()) return 0;
    const free = nativeFree();
    if (free === undefined) this.#isThere = false;
    return free ?? 0;
  }

  list(): readonly CardFile[] {
    const found = this.#need(this.#look() ? nativeList() : undefined);
    const files: CardFile[] = [];
    for (let at = 0; at < found.length; at += 2) files.push({ name: String(found[at]), bytes: Number(found[at + 1]) });
    return files;
  }

  create(name: string): Sink {
    this.#begun += 1;
    const begun = this.#begun;
    this.#need(this.#look() ? nativeCreate(name) : undefined);
    const check = () => {
      if (begun !== this.#begun) throw new Fault("card.io");
    };
    return {
      append: (bytes) => {
        check();
        this.#need(nativeAppend(bytes));
      },
      flush: () => {
        check();
        this.#need(nativeFlush());
      },
    };
  }

  put(name: string, bytes: Uint8Array): void {
    this.#need(this.#look() ? nativePut(name, bytes) : undefined);
  }

  read(name: string, offset: number, bytesMax: number): Bytes {
    const bytes = this.#look() ? nativeRead(name, offset, Math.min(bytesMax, CARD_READ_BYTES_MAX)) : undefined;
    // No such file says nothing of the card.
    if (bytes === undefined) throw new Fault("card.io");
    return new Uint8Array(bytes);
  }

  remove(name: string): void {
    this.#need(this.#look() ? nativeRemove(name) : undefined);
  }

  /** Sees to it that there is a card. */
  #look(): boolean {
    if (this.#isThere) return true;
    const { base, pins } = this.#wiring;
    this.#isThere = nativeOpen(base, ...pins) === true;
    return this.#isThere;
  }

  /** @throws Fault card.io where the card refused: it may have been pulled, so the next call looks for it again */
  #need<Result>(result: Result | undefined): Result {
    if (result !== undefined) return result;
    this.#isThere = false;
    throw new Fault("card.io");
  }
}
