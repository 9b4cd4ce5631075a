// Goal: what the house keeps on disk is there again when it is started again, and nobody else may read it.
// Method: a folder of its own, opened twice; the house is built twice over it, with no socket.

import { mkdtempSync, rmSync, statSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { FileConstants, FileFlash, openFolder } from "../disk.ts";
import { House } from "../house.ts";

const SIZE = Object.freeze({ sectorBytes: 256, sectors: 4 });

function inFolder(run: (directory: string) => void): void {
  const directory = mkdtempSync(join(tmpdir(), "latchkey-"));
  try {
    openFolder(directory);
    run(directory);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function readAll(flash: FileFlash): Uint8Array {
  const bytes = new Uint8Array(SIZE.sectorBytes * SIZE.sectors);
  flash.read(0, bytes);
  return bytes;
}

test("a new flash is erased", () => {
  inFolder((directory) => {
    const flash = new FileFlash(directory, SIZE);
    assert.ok(readAll(flash).every((byte) => byte === 0xff));
    flash.close();
    flash.close();
  });
});

test("writes and erases are there after the next start", () => {
  inFolder((directory) => {
    const first = new FileFlash(directory, SIZE);
    first.write(8, Uint8Array.of(1, 2, 3, 4));
    first.write(256, Uint8Array.of(5, 6, 7, 8));
    first.erase(1);
    first.close();
    const second = new FileFlash(directory, SIZE);
    const bytes = readAll(second);
    assert.equal([...bytes.subarray(8, 12)], [1, 2, 3, 4]);
    assert.ok(bytes.subarray(12).every((byte) => byte === 0xff));
    second.close();
  });
});

for (const [name, difference] of [
  ["one byte short", -1],
  ["one byte long", 1],
] as const) {
  test(`refuses an image ${name}`, () => {
    inFolder((directory) => {
      new FileFlash(directory, SIZE).close();
      truncateSync(join(directory, "flash.bin"), SIZE.sectorBytes * SIZE.sectors + difference);
      assert.throws(() => new FileFlash(directory, SIZE), /size/);
    });
  });
}

test("constants are there after the next start until they are erased, and only for their owner", () => {
  inFolder((directory) => {
    const constants = new FileConstants(directory);
    assert.is(constants.read("sign"), undefined);
    constants.write("sign", Uint8Array.of(1, 2));
    constants.write("agree", Uint8Array.of(3));
    assert.equal([...(new FileConstants(directory).read("sign") ?? [])], [1, 2]);
    constants.erase("sign");
    constants.erase("sign");
    assert.is(new FileConstants(directory).read("sign"), undefined);
    assert.equal([...(new FileConstants(directory).read("agree") ?? [])], [3]);
    const modes = ["constants.json", "."].map((name) => statSync(join(directory, name)).mode & 0o077);
    assert.equal(modes, process.platform === "win32" ? modes : [0, 0]);
  });
});

test("a house that is built again has the same lock; another folder has another", () => {
  const setups: (string | undefined)[] = [];
  const options = { port: 0, firmwareVersion: "0.1.0", print: () => {} };
  const visit = (directory: string) => {
    const house = new House(crypto, { ...options, directory });
    setups.push(house.setup);
    assert.is(house.isAdopted, false);
    house.close();
    house.close();
  };
  inFolder((directory) => {
    visit(directory);
    visit(directory);
  });
  inFolder(visit);
  assert.is(setups[0], setups[1]);
  assert.is.not(setups[0], setups[2]);
});

test.run();
