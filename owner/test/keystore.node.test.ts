// Goal: the keystore gives its keys to the right passphrase and an unchanged file, and to nothing else.
// Method: a keystore in a folder of its own, with a lower scrypt cost; then each part of the file is changed in turn.

import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { fromBase64url, toHex } from "../../firmware/bytes.ts";
import type { Archive } from "../archive.ts";
import { Failure } from "../failure.ts";
import { keepLog, readLog, sayAside } from "../keptlog.ts";
import { createKeystore, hasKeystore, Keystore, openKeystore, prepareFolder } from "../keystore.ts";
import type { Person } from "../person.ts";
import { areWords, drawWords, seedOfWords } from "../recovery.ts";

const PASSPHRASE = "a long passphrase";
const COST = 1_024;
const SEED = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

interface Place {
  directory: string;
}

const test = suite<Place>("keystore", { directory: "" });

test.before.each((place) => {
  place.directory = mkdtempSync(join(tmpdir(), "latchkey-test-"));
});
test.after.each((place) => rmSync(place.directory, { recursive: true, force: true }));

function newPerson(): Person {
  return { version: 1, seed: SEED, recoveryKey: SEED, locks: [], grants: [], invitations: [] };
}

function create(directory: string): string {
  createKeystore(directory, newPerson(), { passphrase: PASSPHRASE, cost: COST });
  return join(directory, "keystore.json");
}

function refuses(run: () => unknown, what: RegExp): void {
  try {
    run();
  } catch (error) {
    assert.instance(error, Failure);
    assert.is(error instanceof Failure ? error.exit : 0, 4);
    assert.match(String(error), what);
    return;
  }
  assert.unreachable(`not refused: ${what}`);
}

test("gives back what was put in", ({ directory }) => {
  create(directory);
  const keystore = openKeystore(directory, PASSPHRASE);
  keystore.person.grants.push({ link: "l", lockId: "i", who: "Ana", holder: "h", until: 1, issued: 0, token: "t" });
  keystore.save();
  assert.is(openKeystore(directory, PASSPHRASE).person.grants[0]?.who, "Ana");
  assert.is(openKeystore(directory, PASSPHRASE).person.seed, SEED);
});

test("keeps each log aside that the next does not go on from, and says so", ({ directory }) => {
  create(directory);
  const keystore = openKeystore(directory, PASSPHRASE);
  const lock = { id: "L", signingKey: SEED };
  const archive = (firstSeq: number, mark = 0): Archive => {
    const region = { region: 1, firstSeq, prevLink: new Uint8Array(32), records: new Uint8Array(64) } as const;
    const lockKey = fromBase64url(SEED);
    return { lockId: "L", lockKey, regions: [region], checkpoint: Uint8Array.of(mark), earlier: [] };
  };
  const said: string[] = [];
  const keep = (former: Archive | undefined, next: Archive) =>
    keepLog({ warn: (line) => void said.push(line) }, keystore, lock, { former, archive: next, isWhole: true, next });
  keep(undefined, archive(1, 8));
  assert.is(sayAside(keystore, "L"), undefined);
  keep(archive(1, 8), archive(5, 9));
  assert.is(keep(archive(1, 8), archive(7)), undefined, "another command has kept one meanwhile");
  keep(archive(5, 9), archive(6));
  assert.equal(readLog(keystore, lock, 1), archive(1, 8));
  assert.equal(readLog(keystore, lock, 2), archive(5, 9));
  assert.equal(readLog(keystore, lock), archive(6));
  assert.is(sayAside(keystore, "L"), "Logs were kept aside: --kept takes 1, 2.");
  assert.is(said.length, 2);
  assert.match(said[1] ?? "", /log-L-2\.sealed/);
});

test("writes no secret and no name in the clear", ({ directory }) => {
  const text = readFileSync(create(directory), "utf8");
  assert.not.match(text, SEED);
  assert.not.match(text, "recoveryKey");
  assert.not.match(text, PASSPHRASE);
});

test("keeps others out by the modes of file and folder", ({ directory }) => {
  const inner = join(directory, "new");
  createKeystore(inner, newPerson(), { passphrase: PASSPHRASE, cost: COST });
  assert.is(statSync(inner).mode & 0o777, 0o700);
  assert.is(statSync(join(inner, "keystore.json")).mode & 0o777, 0o600);
  openKeystore(inner, PASSPHRASE).save();
  assert.is(statSync(join(inner, "keystore.json")).mode & 0o777, 0o600);
  assert.equal(readdirSync(inner), ["keystore.json"]);
});

test("refuses a file that others may read, and a folder that others may enter", ({ directory }) => {
  const path = create(directory);
  chmodSync(path, 0o640);
  refuses(() => openKeystore(directory, PASSPHRASE), /chmod 600/);
  rmSync(path);
  chmodSync(directory, 0o755);
  refuses(() => create(directory), /chmod 700/);
});

test("refuses a second keystore in the same folder, and a missing one", ({ directory }) => {
  assert.is(hasKeystore(directory), false);
  refuses(() => openKeystore(directory, PASSPHRASE), /latchkey init/);
  create(directory);
  assert.is(hasKeystore(directory), true);
  refuses(() => create(directory), /already/);
});

test("finds out that the disk has no room for keys before there are any", ({ directory }) => {
  symlinkSync("/dev/full", join(directory, `keystore.json.${process.pid}.draft`));
  assert.throws(() => prepareFolder(directory), /ENOSPC/);
  prepareFolder(directory);
  assert.equal(readdirSync(directory), []);
});

test("keys that lie elsewhere, behind a link, are written there", ({ directory }) => {
  const path = create(directory);
  const elsewhere = join(directory, "elsewhere.json");
  renameSync(path, elsewhere);
  symlinkSync(elsewhere, path);
  const before = readFileSync(elsewhere, "utf8");
  openKeystore(directory, PASSPHRASE).save();
  assert.ok(lstatSync(path).isSymbolicLink());
  assert.is.not(readFileSync(elsewhere, "utf8"), before);
  assert.equal(readdirSync(directory).sort(), ["elsewhere.json", "keystore.json"]);
});

test("of two that are made in one folder at once the second is refused, and the first stays", ({ directory }) => {
  // The first moment at which a second `init` sees no keys may be long before the one at which it writes its own.
  const first = createKeystore(directory, newPerson(), { passphrase: PASSPHRASE, cost: COST });
  const path = join(directory, "keystore.json");
  const bytes = readFileSync(path);
  rmSync(path);
  const second = new Keystore(
    directory,
    { ...newPerson(), recoveryKey: "B".repeat(43) },
    { key: new Uint8Array(32), scrypt: { N: COST, r: 8, p: 1, salt: "A".repeat(22) }, nonce: "" },
  );
  writeFileSync(path, bytes, { mode: 0o600 });
  refuses(() => second.save(), /keys in .* already/);
  first.save();
  assert.is(openKeystore(directory, PASSPHRASE).person.recoveryKey, SEED);
});

test("a turn that was left behind ends, whatever this computer's clock was then", ({ directory }) => {
  const path = create(directory);
  const keystore = openKeystore(directory, PASSPHRASE);
  for (const age of [3_600, -3_600]) {
    const at = Date.now() / 1_000 - age;
    writeFileSync(`${path}.writing`, "");
    utimesSync(`${path}.writing`, at, at);
    keystore.save();
    assert.not.ok(existsSync(`${path}.writing`));
  }
});

test("refuses a wrong passphrase", ({ directory }) => {
  create(directory);
  for (const wrong of ["", "a long passphras", "a long passphrase ", "A long passphrase"]) {
    refuses(() => openKeystore(directory, wrong), /passphrase is wrong/);
  }
});

test("takes a passphrase in either Unicode form", ({ directory }) => {
  createKeystore(directory, newPerson(), { passphrase: "schl\u00fcsselbund", cost: COST });
  assert.is(openKeystore(directory, "schlu\u0308sselbund").person.seed, SEED);
});

test("refuses a file that was cut at any tenth byte", ({ directory }) => {
  const path = create(directory);
  const whole = readFileSync(path);
  for (let size = 0; size < whole.length - 1; size += 10) {
    writeFileSync(path, whole.subarray(0, size));
    refuses(() => openKeystore(directory, PASSPHRASE), /damaged/);
  }
});

test("refuses a file in which a bit of the sealed part, the nonce or the salt was flipped", ({ directory }) => {
  const path = create(directory);
  const file = JSON.parse(readFileSync(path, "utf8"));
  const flip = (text: string, at: number) => {
    const bytes = Buffer.from(text, "base64url");
    bytes[at] = Number(bytes[at]) ^ 1;
    return bytes.toString("base64url");
  };
  const changed = [
    { ...file, sealed: flip(file.sealed, 0) },
    { ...file, sealed: flip(file.sealed, 100) },
    { ...file, sealed: flip(file.sealed, Buffer.from(file.sealed, "base64url").length - 1) },
    { ...file, nonce: flip(file.nonce, 3) },
    { ...file, scrypt: { ...file.scrypt, salt: flip(file.scrypt.salt, 3) } },
    { ...file, scrypt: { ...file.scrypt, N: 2 * COST } },
  ];
  for (const each of changed) {
    writeFileSync(path, JSON.stringify(each));
    refuses(() => openKeystore(directory, PASSPHRASE), /wrong, or .* changed/);
  }
});

test("refuses a header that asks for too little or too much work, or for another method", ({ directory }) => {
  const path = create(directory);
  const file = JSON.parse(readFileSync(path, "utf8"));
  const changed = [
    { ...file, latchkey: 2 },
    { ...file, scrypt: { ...file.scrypt, N: 512 } },
    { ...file, scrypt: { ...file.scrypt, N: 2 ** 30 } },
    { ...file, scrypt: { ...file.scrypt, N: COST + 1 } },
    { ...file, scrypt: { ...file.scrypt, r: 64 } },
    { ...file, scrypt: { ...file.scrypt, p: 1_000 } },
    { ...file, scrypt: { ...file.scrypt, salt: "AAAA" } },
    { ...file, scrypt: undefined },
    { ...file, sealed: 5 },
    { ...file, sealed: "a+b" },
    { ...file, sealed: "AAAA" },
    { ...file, nonce: "AAAA" },
  ];
  for (const each of changed) {
    writeFileSync(path, JSON.stringify(each));
    refuses(() => openKeystore(directory, PASSPHRASE), /damaged/);
  }
});

test("does not write over what another command has written meanwhile", ({ directory }) => {
  create(directory);
  const first = openKeystore(directory, PASSPHRASE);
  const second = openKeystore(directory, PASSPHRASE);
  first.save();
  refuses(() => second.save(), /Another latchkey command/);
  first.save();
});

test("seals logs beside it, bound to their names", ({ directory }) => {
  create(directory);
  const keystore = openKeystore(directory, PASSPHRASE);
  assert.is(keystore.readBeside("log-a"), undefined);
  keystore.saveBeside("log-a", Uint8Array.of(1, 2, 3));
  assert.equal([...(keystore.readBeside("log-a") ?? [])], [1, 2, 3]);
  const sealed = readFileSync(join(directory, "log-a.sealed"));
  writeFileSync(join(directory, "log-b.sealed"), sealed);
  refuses(() => keystore.readBeside("log-b"), /changed/);
  writeFileSync(join(directory, "log-a.sealed"), sealed.subarray(0, 20));
  refuses(() => keystore.readBeside("log-a"), /changed/);
});

test("draws 24 recovery words that give one key, and no other", () => {
  const words = drawWords();
  assert.is(words.length, 24);
  assert.ok(areWords(words));
  assert.is(toHex(seedOfWords(words)), toHex(seedOfWords(words)));
  assert.is.not(toHex(seedOfWords(drawWords())), toHex(seedOfWords(words)));
  assert.not.ok(areWords(words.slice(1)));
  assert.not.ok(areWords([...words.slice(0, 23), "latchkey"]));
});

test.run();
