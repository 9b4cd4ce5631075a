// What the SDK's storage, flash and timer do, row by row, for any implementation of them.
// Why: as for the pins (rows.ts): drivers are tested on the desk's, which must be like the chip's.
// Follows the sources of the SDK 8.2.3: modules/io/storage/esp32, modules/io/flash/esp32, modules/base/timer.

import * as assert from "uvu/assert";
import type { FlashModule, KeyValueModule, TimerModule } from "../../../firmware/io/ecma419.ts";
import { type Row, throws } from "./rows.ts";

const FORM = { mode: "r+", format: "buffer" } as const;

function bytes(...values: number[]): ArrayBuffer {
  return new Uint8Array(values).buffer;
}

function listed(buffer: ArrayBuffer | undefined): readonly number[] | undefined {
  return buffer === undefined ? undefined : [...new Uint8Array(buffer)];
}

/** Storage, and a namespace in which nothing is. */
export interface StorageBench {
  readonly io: KeyValueModule;
  readonly path: string;
}

export const STORAGE_ROWS: readonly Row<StorageBench>[] = [
  [
    "what was written is read, by every opening, as a copy of its own",
    ({ io, path }) => {
      const store = io.open({ path, ...FORM });
      assert.is(store.read("key"), undefined);
      const value = bytes(1, 2, 3);
      store.write("key", value);
      new Uint8Array(value)[0] = 9;
      const read = store.read("key");
      assert.equal(listed(read), [1, 2, 3]);
      new Uint8Array(read as ArrayBuffer)[1] = 9;
      assert.equal(listed(store.read("key")), [1, 2, 3]);
      const other = io.open({ path: `${path}/`, mode: "r", format: "buffer" });
      assert.equal(listed(other.read("key")), [1, 2, 3]);
      other.close();
      store.write("key", new Uint8Array([7, 8, 9, 10]).subarray(1, 3));
      assert.equal(listed(store.read("key")), [8, 9]);
      store.write("key", bytes());
      assert.equal(listed(store.read("key")), []);
      store.close();
    },
  ],
  [
    "what was deleted is gone, and deleting what is not there is harmless",
    ({ io, path }) => {
      const store = io.open({ path, ...FORM });
      store.delete("key");
      store.write("key", bytes(1));
      store.delete("key");
      assert.is(store.read("key"), undefined);
      store.close();
    },
  ],
  [
    "closing twice is harmless, use after closing is a SyntaxError",
    ({ io, path }) => {
      const store = io.open({ path, ...FORM });
      store.close();
      store.close();
      throws("SyntaxError", () => store.read("key"));
      throws("SyntaxError", () => store.write("key", bytes(1)));
      throws("SyntaxError", () => store.delete("key"));
    },
  ],
  [
    "a name of 15 characters is taken, of 16 not",
    ({ io, path }) => {
      const store = io.open({ path, ...FORM });
      store.write("a23456789012345", bytes(1));
      throws("Error", () => store.write("a234567890123456", bytes(1)));
      throws("Error", () => io.open({ path: "a234567890123456", ...FORM }));
      throws("Error", () => io.open({ path: "", ...FORM }));
      store.close();
    },
  ],
  [
    "a namespace that is only read must be there, and is not written",
    ({ io, path }) => {
      throws("Error", () => io.open({ path, mode: "r", format: "buffer" }));
      io.open({ path, ...FORM }).write("key", bytes(1));
      const store = io.open({ path, mode: "r", format: "buffer" });
      throws("Error", () => store.write("key", bytes(2)));
      throws("Error", () => store.delete("key"));
      assert.equal(listed(store.read("key")), [1]);
      store.close();
    },
  ],
  [
    "options that are none are refused",
    ({ io, path }) => {
      throws("Error", () => io.open({ path, mode: "w" as "r", format: "buffer" }));
      throws("RangeError", () => io.open({ path, mode: "r+", format: "xyzzy" as "buffer" }));
      throws("Error", () => io.open({ ...FORM } as unknown as { path: string; mode: "r"; format: "buffer" }));
    },
  ],
  [
    "a value of another kind is a TypeError",
    ({ io, path }) => {
      const texts = io.open({ path, mode: "r+", format: "string" as "buffer" });
      texts.write("key", "text" as unknown as ArrayBuffer);
      const store = io.open({ path, ...FORM });
      throws("TypeError", () => store.read("key"));
      store.close();
      texts.close();
    },
  ],
];

/** Flash, and a partition of at least three blocks that is erased. */
export interface FlashBench {
  readonly io: FlashModule;
  readonly path: string;
}

export const FLASH_ROWS: readonly Row<FlashBench>[] = [
  [
    "a write only clears bits, at any offset and of any size, and an erase sets whole blocks",
    ({ io, path }) => {
      const partition = io.open({ path, ...FORM });
      const { blockLength } = partition.status();
      partition.write(new Uint8Array([0xf0, 0x0f, 0x55]), blockLength - 1);
      partition.write(new Uint8Array([0x3c]), blockLength - 1);
      assert.equal(listed(partition.read(5, blockLength - 2)), [0xff, 0x30, 0x0f, 0x55, 0xff]);
      partition.write(new Uint8Array([0]), 2 * blockLength);
      partition.eraseBlock(0);
      assert.equal(listed(partition.read(3, blockLength - 1)), [0xff, 0x0f, 0x55]);
      partition.write(new Uint8Array([1]), 0);
      partition.eraseBlock(0, 2);
      assert.equal(listed(partition.read(2, blockLength - 1)), [0xff, 0xff]);
      assert.equal(listed(partition.read(1, 0)), [0xff]);
      assert.equal(listed(partition.read(1, 2 * blockLength)), [0], "the end is not erased");
      partition.eraseBlock(2);
      partition.close();
    },
  ],
  [
    "a target is filled in place, also a part of a larger one",
    ({ io, path }) => {
      const partition = io.open({ path, ...FORM });
      partition.write(new Uint8Array([1, 2]), 8);
      const whole = new Uint8Array(4).fill(9);
      assert.is(partition.read(whole.subarray(1, 3), 8), 2);
      assert.equal([...whole], [9, 1, 2, 9]);
      partition.eraseBlock(0);
      partition.close();
    },
  ],
  [
    "what is out of bounds is refused",
    ({ io, path }) => {
      const partition = io.open({ path, ...FORM });
      const { size, blocks, blockLength } = partition.status();
      assert.is(size, blocks * blockLength);
      throws("Error", () => partition.read(2, size - 1));
      throws("Error", () => partition.read(1, -1));
      throws("Error", () => partition.read(new Uint8Array(2), size - 1));
      throws("Error", () => partition.write(new Uint8Array(2), size - 1));
      throws("Error", () => partition.write(new Uint8Array(1), -1));
      throws("Error", () => partition.eraseBlock(blocks));
      throws("Error", () => partition.eraseBlock(0, blocks + 1));
      throws("Error", () => partition.eraseBlock(-1));
      assert.equal(listed(partition.read(1, size - 1)), [0xff]);
      partition.close();
    },
  ],
  [
    "a partition that is only read is not written",
    ({ io, path }) => {
      const partition = io.open({ path, mode: "r", format: "buffer" });
      throws("Error", () => partition.write(new Uint8Array(1), 0));
      throws("Error", () => partition.eraseBlock(0));
      assert.equal(listed(partition.read(1, 0)), [0xff]);
      partition.close();
    },
  ],
  [
    "closing twice is harmless, use after closing is a SyntaxError",
    ({ io, path }) => {
      const partition = io.open({ path, ...FORM });
      partition.close();
      partition.close();
      throws("SyntaxError", () => partition.read(1, 0));
      throws("SyntaxError", () => partition.write(new Uint8Array(1), 0));
      throws("SyntaxError", () => partition.eraseBlock(0));
      throws("SyntaxError", () => partition.status());
    },
  ],
  [
    "options that are none are refused",
    ({ io, path }) => {
      throws("Error", () => io.open({ path: "xyzzy", ...FORM }));
      throws("Error", () => io.open({ path, mode: "rw" as "r", format: "buffer" }));
      throws("RangeError", () => io.open({ path, mode: "r+", format: "xyzzy" as "buffer" }));
    },
  ],
];

/** Timers, and time to pass. */
export interface TimerBench {
  readonly io: TimerModule;
  pass(duration: number): void;
}

export const TIMER_ROWS: readonly Row<TimerBench>[] = [
  [
    "a callback comes once, when it is due and not before, from the event loop",
    ({ io, pass }) => {
      let count = 0;
      io.set(() => {
        count += 1;
      }, 10);
      assert.is(count, 0);
      pass(9);
      assert.is(count, 0);
      pass(1);
      assert.is(count, 1);
      pass(100);
      assert.is(count, 1);
    },
  ],
  [
    "one that is cleared does not come, even where it is due in the same round",
    ({ io, pass }) => {
      const came: string[] = [];
      const cleared = io.set(() => came.push("cleared"), 5);
      io.clear(cleared);
      io.clear(cleared);
      io.clear(undefined);
      let second: unknown;
      io.set(() => {
        came.push("first");
        io.clear(second);
      }, 5);
      second = io.set(() => came.push("second"), 5);
      pass(10);
      assert.equal(came, ["first"]);
    },
  ],
  [
    "one that is set from a callback comes in a later round",
    ({ io, pass }) => {
      const came: string[] = [];
      io.set(() => {
        came.push("outer");
        io.set(() => came.push("inner"), 0);
        assert.equal(came, ["outer"]);
      }, 5);
      io.set(() => came.push("beside"), 5);
      pass(5);
      assert.equal(came, ["outer", "beside", "inner"]);
    },
  ],
];
