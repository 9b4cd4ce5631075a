// Goal: a partition and a namespace are what the journal and the identity expect: bounds, whole words, Faults, and no other error
// turned into one.
// Method: the desk's storage and flash, which refuse as the SDK's do; and the same journal's flash (simulator/flash.ts) beside it.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { Partitions } from "../../../simulator/ecma419/flash.ts";
import { Storage } from "../../../simulator/ecma419/storage.ts";
import { NorFlash } from "../../../simulator/flash.ts";
import { Fault, type FaultCode } from "../../fault.ts";
import type { Flash } from "../../platform.ts";
import { StoredConstants } from "../constants.ts";
import { PartitionFlash } from "../partition.ts";
import { refusable } from "../refusal.ts";

const BLOCK = 4_096;

function faults(code: FaultCode, call: () => unknown): void {
  try {
    call();
  } catch (error) {
    assert.ok(error instanceof Fault, String(error));
    assert.is(error.code, code);
    return;
  }
  assert.unreachable(`no ${code}`);
}

function made() {
  const io = new Partitions({ journal: 3 });
  return { io, flash: new PartitionFlash({ io, path: "journal" }) };
}

test("a partition has the chip's sectors, erased at first", () => {
  const { flash } = made();
  assert.equal([flash.sectorBytes, flash.sectors], [BLOCK, 3]);
  const target = new Uint8Array(8);
  flash.read(3 * BLOCK - 8, target);
  assert.equal([...target], Array(8).fill(0xff));
});

/** Does a few things to a flash. @returns all that is in it then */
function worked(flash: Flash): Uint8Array {
  flash.write(0, new Uint8Array([1, 2, 3, 4]));
  flash.write(BLOCK - 4, new Uint8Array([5, 6, 7, 8, 9, 10, 11, 12]));
  flash.write(4, new Uint8Array([0xf0, 0xff, 0xff, 0xff]));
  flash.write(4, new Uint8Array([0x30, 0xff, 0x0f, 0xff]));
  flash.write(2 * BLOCK, new Uint8Array(BLOCK));
  flash.erase(2);
  flash.write(3 * BLOCK - 4, new Uint8Array(4));
  flash.write(3 * BLOCK, new Uint8Array(0));
  const all = new Uint8Array(3 * BLOCK + 2).fill(0xaa);
  flash.read(0, all.subarray(1, 3 * BLOCK + 1));
  assert.equal([all[0], all.at(-1)], [0xaa, 0xaa], "beside the target");
  return all;
}

test("it keeps what the simulator's own flash keeps", () => {
  const expected = worked(new NorFlash({ sectorBytes: BLOCK, sectors: 3 }));
  assert.equal(worked(made().flash), expected);
});

test("what is out of bounds is Fault flash.bound, before the SDK is asked", () => {
  const { io, flash } = made();
  io.fails = "all";
  for (const offset of [-4, 3 * BLOCK - 3, 3 * BLOCK, 0.5, Number.NaN]) {
    faults("flash.bound", () => flash.read(offset, new Uint8Array(4)));
    faults("flash.bound", () => flash.write(offset, new Uint8Array(4)));
  }
  for (const sector of [-1, 3, 0.5, Number.NaN]) faults("flash.bound", () => flash.erase(sector));
});

test("a write of half words is the programmer's mistake", () => {
  const { flash } = made();
  for (const [offset, size] of [
    [0, 3],
    [2, 4],
    [1, 3],
  ] as const) {
    assert.throws(() => flash.write(offset, new Uint8Array(size)), /assertion/);
  }
});

test("what the part refuses is Fault flash.io", () => {
  const { io, flash } = made();
  faults("flash.io", () => new PartitionFlash({ io, path: "nothing" }));
  io.fails = "writes";
  faults("flash.io", () => flash.write(0, new Uint8Array(4)));
  faults("flash.io", () => flash.erase(0));
  flash.read(0, new Uint8Array(4));
  io.fails = "all";
  faults("flash.io", () => flash.read(0, new Uint8Array(4)));
});

test("what is no refusal falls through: a closed partition, a power cut", () => {
  const { flash } = made();
  flash.close();
  flash.close();
  assert.throws(() => flash.read(0, new Uint8Array(4)), /invalid host object/);
  class Cut extends Error {
    override readonly name = "Cut";
  }
  for (const error of [new Cut(), new RangeError("mistake"), new SyntaxError("closed")]) {
    try {
      refusable(() => {
        throw error;
      });
      assert.unreachable();
    } catch (caught) {
      assert.is(caught, error);
    }
  }
});

test("constants are kept, copied, replaced and forgotten, over a restart too", () => {
  const io = new Storage();
  const constants = new StoredConstants({ io, path: "latchkey" });
  assert.is(constants.read("seed"), undefined);
  constants.erase("seed");
  const value = new Uint8Array([9, 1, 2, 3, 9]).subarray(1, 4);
  constants.write("seed", value);
  value[0] = 7;
  const read = constants.read("seed");
  assert.equal(read, new Uint8Array([1, 2, 3]));
  read?.fill(0);
  const later = new StoredConstants({ io, path: "latchkey" });
  assert.equal(later.read("seed"), new Uint8Array([1, 2, 3]));
  later.write("seed", new Uint8Array(0));
  assert.equal(constants.read("seed"), new Uint8Array(0));
  constants.erase("seed");
  assert.is(later.read("seed"), undefined);
});

test("a name of 15 characters is taken, of 16 or none it is the programmer's mistake", () => {
  const constants = new StoredConstants({ io: new Storage(), path: "latchkey" });
  constants.write("a23456789012345", new Uint8Array(1));
  for (const name of ["", "a234567890123456"]) {
    assert.throws(() => constants.read(name), /assertion/);
    assert.throws(() => constants.write(name, new Uint8Array(1)), /assertion/);
    assert.throws(() => constants.erase(name), /assertion/);
    assert.throws(() => new StoredConstants({ io: new Storage(), path: name }), /assertion/);
  }
});

test("storage that refuses, and a value that is no byte string, are Fault flash.io", () => {
  const io = new Storage();
  const constants = new StoredConstants({ io, path: "latchkey" });
  constants.write("seed", new Uint8Array([1]));
  io.isFull = true;
  faults("flash.io", () => constants.write("seed", new Uint8Array([2])));
  faults("flash.io", () => constants.erase("seed"));
  assert.equal(constants.read("seed"), new Uint8Array([1]));
  io.plant("latchkey", "seed", "text");
  faults("flash.io", () => constants.read("seed"));
  constants.close();
  constants.close();
  assert.throws(() => constants.read("seed"), /invalid host object/);
});

test("each erasure says that the program is alive", () => {
  let count = 0;
  const flash = new PartitionFlash({ io: new Partitions({ journal: 3 }), path: "journal", alive: () => count++ });
  for (let sector = 0; sector < 3; sector++) flash.erase(sector);
  assert.is(count, 3);
});

test.run();
