// Goal: whatever a command was to write, a place that cannot be written is told in one sentence, with its name.
// What stood there stays until the new one is whole.
// Method: an owner's commands at a lock that has had a visit, each with a name that nothing can be written to, or a file with a
// second name, by which it is seen whether its bytes were touched.

import fs, {
  existsSync,
  linkSync,
  lstatSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { PartFile, writeText } from "../output.ts";
import { atHome, done, heard } from "./porch.node.ts";
import { Desk, isSentence } from "./stage.node.ts";

const KEY = "A".repeat(43);

atHome(
  "names the place that cannot be written, whichever command was to",
  async (home) => {
    await done(home, "open", "--wait", "0");
    home.porch.visit();
    const grant = ["grant", "--to", KEY, "--until", "+1h"];
    await done(home, ...grant, "--who", "Ana");
    await done(home, "log");
    const [visit] = (await home.owner.ask(["claim"]))["visits"] as readonly { readonly seq: number }[];
    const commands = [
      [...grant, "--out"],
      ["log", "--export"],
      ["revoke", "1", "--file"],
      ["claim", String(visit?.seq), "--out"],
    ];
    for (const words of commands) {
      for (const place of ["", "/no such folder/x", home.owner.file(".")]) {
        const { exit, errors } = await heard(home, ...words, place);
        assert.equal([words[0], exit, errors], [words[0], 2, `"${place}" cannot be written: choose another place.\n`]);
      }
    }
    // A disk that is full leaves nothing that would stand in the way of the next try.
    for (const words of commands) {
      const out = home.owner.file(`${words[0]}.out`);
      symlinkSync("/dev/full", `${out}.${process.pid}.draft`);
      const { exit, errors } = await heard(home, ...words, out);
      assert.equal([words[0], exit, existsSync(out)], [words[0], 2, false]);
      assert.match(errors, /^The disk is full: .*\n$/);
    }
    isSentence(await heard(home, ...grant, "--out", "a\u202eb/x"), 2, /^"a\\u\{202e\}b\/x" cannot be written: /);
  },
  false,
);

test("a share of a disk that is full is told as a full disk is", async () => {
  const desk = new Desk();
  const { fsyncSync } = fs;
  const refuse = () => {
    throw Object.assign(new Error("EDQUOT: disk quota exceeded, fsync"), { code: "EDQUOT", syscall: "fsync" });
  };
  fs.fsyncSync = refuse;
  syncBuiltinESMExports();
  try {
    assert.throws(() => writeText(desk.file("a"), "text"), /EDQUOT/);
    isSentence(await desk.run(["init"]), 2, /^The disk is full/);
  } finally {
    fs.fsyncSync = fsyncSync;
    syncBuiltinESMExports();
    desk.close();
  }
});

test("a text takes the place of another in one step, and leaves that one's bytes alone", () => {
  const desk = new Desk();
  const [file, second, link] = ["log.json", "second", "link"].map((name) => desk.file(name)) as [
    string,
    string,
    string,
  ];
  writeFileSync(file, "a year of records\n", { mode: 0o644 });
  linkSync(file, second);
  symlinkSync(file, link);
  writeText(link, "a day");
  assert.is(readFileSync(file, "utf8"), "a day\n");
  assert.is(readFileSync(second, "utf8"), "a year of records\n");
  assert.is(statSync(file).mode & 0o777, 0o600);
  assert.equal(readdirSync(desk.file(".")).sort(), ["link", "log.json", "second"]);
  writeText("/dev/null", "to nobody");
  assert.ok(statSync("/dev/null").isCharacterDevice());
  desk.close();
});

test("a film is for its writer alone, whatever lay under its name until it was whole", () => {
  const desk = new Desk();
  const [file, others] = [desk.file("film.mkv"), desk.file("others")];
  writeFileSync(others, "somebody else's\n", { mode: 0o644 });
  symlinkSync(others, `${file}.part`);
  const film = new PartFile(file);
  film.write(Uint8Array.of(65, 66));
  film.finish();
  assert.is(readFileSync(others, "utf8"), "somebody else's\n");
  assert.equal([readFileSync(file, "utf8"), lstatSync(file).isFile()], ["AB", true]);
  writeFileSync(`${file}.part`, "left there\n", { mode: 0o644 });
  const second = new PartFile(file);
  second.finish();
  assert.is(statSync(file).mode & 0o777, 0o600);
  desk.close();
});

test("what has its name has it for good: the folder is made durable behind it", () => {
  const desk = new Desk();
  const { fsyncSync } = fs;
  const synced: string[] = [];
  fs.fsyncSync = (descriptor) => {
    synced.push(fs.fstatSync(descriptor).isDirectory() ? `folder with ${readdirSync(desk.file("."))}` : "file");
    fsyncSync(descriptor);
  };
  syncBuiltinESMExports();
  try {
    writeText(desk.file("text"), "a day");
    new PartFile(desk.file("film")).finish();
  } finally {
    fs.fsyncSync = fsyncSync;
    syncBuiltinESMExports();
    desk.close();
  }
  assert.equal(synced, ["file", "folder with text", "file", "folder with film,text"]);
});

test("of two commands that write one film the later has it, whole, and the other says so", () => {
  const desk = new Desk();
  const file = desk.file("film.mkv");
  const first = new PartFile(file);
  first.write(Uint8Array.of(65, 66));
  const second = new PartFile(file);
  second.write(Uint8Array.of(67));
  assert.throws(() => first.finish(), /film\.mkv" is being written by another command too/);
  first.drop();
  assert.not(existsSync(file), "half of the other's is no film");
  second.write(Uint8Array.of(68));
  second.finish();
  assert.is(readFileSync(file, "utf8"), "CD");
  assert.equal(readdirSync(desk.file(".")), ["film.mkv"]);
  desk.close();
});

test.run();
