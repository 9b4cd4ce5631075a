// Goal: each recipient alone opens a clip with a tool that is not ours, and a cut clip is opened as far as it goes.
// Method: the files whose hashes known.ts has are opened by the age-encryption library and by Debian's age.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { type Bytes, concat, toHex } from "../../firmware/bytes.ts";
import { ageIdentity, ageRecipient, unseal } from "../../owner/clip/unseal.ts";
import { CHUNK_BYTES } from "../age.ts";
import { KNOWN } from "./known.ts";
import { plainOf, SECRETS, sealed } from "./sealing.ts";

const folder = mkdtempSync(join(tmpdir(), "latchkey-age-"));
test.after(() => rmSync(folder, { recursive: true }));
const FILE = join(folder, "clip.age");

const hasAge = spawnSync("age", ["--version"]).status === 0;
if (!hasAge) console.log("Left out: age is not here, so only a library opens the clips (apt install age).");

async function opened(bytes: Bytes, secret: Uint8Array): Promise<{ isWhole: boolean; plain: Bytes }> {
  const pieces: Bytes[] = [];
  const isWhole = await unseal([bytes], [ageIdentity(secret)], (piece) => pieces.push(piece));
  return { isWhole, plain: concat(...pieces) };
}

function openedByTool(bytes: Bytes, secret: Uint8Array): Bytes | undefined {
  writeFileSync(FILE, bytes);
  const key = join(folder, "key.txt");
  writeFileSync(key, `${ageIdentity(secret)}\n`);
  const { status, stdout } = spawnSync("age", ["-d", "-i", key, FILE], { maxBuffer: 1 << 24 });
  return status === 0 ? new Uint8Array(stdout) : undefined;
}

for (const [size, hash] of KNOWN) {
  test(`${size} bytes are opened by each recipient alone`, async () => {
    const plain = plainOf(size);
    const file = sealed(crypto, plain);
    for (const secret of SECRETS) {
      const { isWhole, plain: found } = await opened(file.bytes, secret);
      assert.ok(isWhole && toHex(found) === toHex(plain));
    }
    if (hasAge) {
      for (const secret of SECRETS) assert.is(toHex(openedByTool(file.bytes, secret) as Bytes), toHex(plain));
    }
    assert.is(toHex(file.hash), hash);
  });
}

test("nobody else opens it, and a changed header or chunk is refused", async () => {
  const file = sealed(crypto, plainOf(100_000));
  const others = new Uint8Array(32).fill(0x44);
  await opened(file.bytes, others).then(
    () => assert.unreachable(),
    (error) => assert.match(error.message, /encrypted for other keys/),
  );
  const at = file.bytes.length - 9;
  const damaged = file.bytes.map((byte, index) => (index === at ? byte ^ 1 : byte));
  const { isWhole, plain } = await opened(damaged, SECRETS[2] as Bytes);
  assert.equal([isWhole, plain.length], [false, CHUNK_BYTES]);
  if (hasAge) assert.is(openedByTool(damaged, SECRETS[2] as Bytes), undefined);
  const header = file.bytes.map((byte, index) => (index === 60 ? byte ^ 1 : byte));
  await opened(header, SECRETS[1] as Bytes).then(
    () => assert.unreachable(),
    (error) => assert.match(error.message, /beginning is damaged/),
  );
});

test("a cut file gives every full chunk before the cut, and says that its end is missing", async () => {
  const plain = plainOf(3 * CHUNK_BYTES + 500);
  const { bytes } = sealed(crypto, plain);
  const start = bytes.length - 500 - 3 * CHUNK_BYTES - 4 * 16;
  for (let chunks = 0; chunks <= 3; chunks++) {
    for (const more of [1, 300, 500]) {
      const { isWhole, plain: found } = await opened(
        bytes.subarray(0, start + chunks * (CHUNK_BYTES + 16) + more),
        SECRETS[0] as Bytes,
      );
      assert.is(isWhole, false);
      assert.is(toHex(found), toHex(plain.subarray(0, chunks * CHUNK_BYTES)));
    }
  }
});

test("the public half of an identity is what age makes of it", async () => {
  const [secret] = SECRETS;
  const identity = ageIdentity(secret as Bytes);
  const recipient = await ageRecipient(identity);
  assert.match(recipient, /^age1[a-z0-9]{58}$/);
  if (!hasAge) return;
  const { stdout } = spawnSync("age-keygen", ["-y"], { input: `${identity}\n`, encoding: "utf8" });
  assert.is(stdout.trim(), recipient);
  assert.ok(readFileSync(FILE).length > 0);
});

test.run();
