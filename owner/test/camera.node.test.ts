// Goal: an owner enrols a camera, says when it looks and for whom it records, watches, fetches the film of a visit and claims it.
// Method: the real lock before a porch and the real camera in the hall behind it; every command is typed, over real sockets.

import { copyFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { toBase64url } from "../../firmware/bytes.ts";
import { READ_BYTES_MAX, STALE_MILLIS } from "../../firmware/link/viewer.ts";
import { beginVisit, enrol, type Hall, inHall, PAPER, settle } from "./hall.node.ts";
import { atHome, done, type Home, heard } from "./porch.node.ts";
import { Desk, isSentence, Transcript } from "./stage.node.ts";

const VARIABLE = "LATCHKEY_STREAM_PASSWORD";

inHall("a camera is enrolled, told for whom it records, and says how it is", async (home, hall, at) => {
  assert.match(await done(home, "camera"), /^No camera is enrolled.*\nLooks: +visits\nHeard: +nothing/);
  assert.match(
    await enrol(home, hall),
    /A camera offers itself\. Its fingerprint: \S{11}\n.*The camera \S{11} is up\./s,
  );
  isSentence(await heard(home, "camera", "enrol", "--yes"), 2, /has a camera already/);
  const before = await done(home, "camera", ...at);
  assert.match(before, /^camera \S{11}, up\n/);
  assert.match(before, /Heard: +off, CANNOT RECORD.* ago\n/);
  assert.match(before, /Sealed: +for NOBODY/);
  const alone = await heard(home, "camera", "recipients");
  assert.is(alone.exit, 0, alone.errors);
  assert.match(alone.errors, /give the paper's key too/);
  const both = await done(home, "camera", "recipients", PAPER);
  assert.match(both, new RegExp(`Films are sealed for you and 1 more key:\n {2}age1\\S+\n {2}${PAPER}\n`));
  isSentence(await heard(home, "camera", "recipients", "age1qqqq"), 2, /is no age key/);
  assert.match(await done(home, "camera"), /Sealed: +for 2 keys/);
  isSentence(await heard(home, "camera", "approve"), 1, /cannot judge by that picture: it is off/);
  isSentence(
    await heard(home, "camera", "mode", "sometimes"),
    2,
    /no mode of a camera: choose from visits, always, never/,
  );
  assert.match(await done(home, "camera", "mode", "always"), /The camera looks: always/);
  assert.match(await done(home, "config"), /camera-mode +always/);
  hall.pass(5_000);
  assert.match(await done(home, "camera", "approve"), /^Approved/);
  const after = await done(home, "camera");
  assert.match(after, /Heard: +on, sees \w+; /, after);
  assert.match(after, /Approved: +1 view/, after);
  assert.match(await done(home, "log", "--all"), /owner you +enrols a board/);
  home.porch.close();
  isSentence(await heard(home, "camera", "--camera-at", "127.0.0.1:1"), 3, /No lock answers/);
});

inHall(
  "the house's own machines are let in by a password, after a plain warning, and not any more",
  async (home, hall, at) => {
    await enrol(home, hall);
    assert.match(await done(home, "camera", ...at), /Stream: +off\n/);
    isSentence(await heard(home, "camera", "stream"), 2, /./);
    isSentence(await heard(home, "camera", "stream", "perhaps"), 2, /Say "camera stream on" or "camera stream off"/);
    for (const [password, what] of [
      ["short", /too short/],
      ["pässwörter sind lang", /signs of ASCII/],
      ["a".repeat(65), /at most 64/],
    ] as const) {
      process.env[VARIABLE] = password;
      isSentence(await heard(home, "camera", "stream", "on"), 2, what);
    }
    process.env[VARIABLE] = "correct horse battery";
    const on = await heard(home, "camera", "stream", "on");
    delete process.env[VARIABLE];
    assert.is(on.exit, 0, on.errors);
    for (const loss of [/no age: /, /no proof: /, /no encryption from end to end: /, /Whoever has the password sees/])
      assert.match(on.errors, loss);
    const [host, port] = (at[1] ?? "").split(":");
    for (const path of ["snapshot.jpg", "stream.mjpeg"])
      assert.ok(on.output.includes(`  http://${host}:${Number(port) + 1}/${path}\n`), on.output);
    assert.not.match(on.output + on.errors, /horse/);
    assert.not.match(String(hall.constants.read("stream")), /horse/);
    assert.is(hall.constants.read("stream")?.length, 32);
    assert.match(await done(home, "camera"), /Stream: +ON: whoever has the password/);
    assert.match(await done(home, "camera", "stream", "off"), /^Off: /);
    assert.match(await done(home, "camera"), /Stream: +off\n/);
    assert.is(hall.constants.read("stream"), undefined);
  },
);

interface Listed {
  readonly clip: string;
  readonly visit: number;
  readonly bytes: number;
  readonly isFetched: boolean;
  readonly isKept: boolean;
  readonly isOpen: boolean;
}

async function clipsOf({ owner }: Home): Promise<readonly Listed[]> {
  return (await owner.ask(["clip", "list"]))["clips"] as readonly Listed[];
}

inHall("somebody walks by, and the film is listed, fetched, kept, let go and verified", async (home, hall, at) => {
  const { owner } = home;
  await settle(home, hall, at);
  assert.match(await done(home, "clip", "list"), /^There is no film/);
  isSentence(await heard(home, "clip", "get", "41"), 2, /There is no film "41"/);
  hall.isWalked = true;
  hall.pass(4_000);
  hall.isWalked = false;
  hall.pass(20_000);
  const [film] = await clipsOf(home);
  assert.ok(film !== undefined);
  if (film === undefined) return;
  assert.equal([film.visit, film.isFetched, film.isKept], [0, false, false]);
  const nowhere = owner.file("none/idle.mkv.age");
  const unwritten = await heard(home, "clip", "get", film.clip, "--out", nowhere);
  isSentence(unwritten, 2, /^"[^"]*\/none\/idle\.mkv\.age" cannot be written: choose another place\.\n$/);
  const out = owner.file("idle.mkv.age");
  assert.match(await done(home, "clip", "get", film.clip, "--out", out), /bytes, \d+ frames, as the camera noted them/);
  const { length } = readFileSync(out);
  assert.ok(length > 2 * READ_BYTES_MAX && length <= film.bytes, "it came in several pieces");
  isSentence(await heard(home, "clip", "get", film.clip.slice(0, 8), "--out", out), 2, /is there already/);
  await done(home, "clip", "keep", film.clip);
  assert.match(await done(home, "clip", "list"), new RegExp(`^no visit +until .* fetched, kept +${film.clip}`, "m"));
  await done(home, "clip", "keep", film.clip, "--undo");
  assert.not.match(await done(home, "clip", "list"), /kept/);
  const camera = toBase64url(hall.camera.signingKey);
  const verified = await done(home, "clip", "verify", out, "--camera", camera, "--manifest", `${out}.note`);
  assert.match(verified, /^OK: \d+ frames, each as the camera signed it/);

  hall.spoil();
  const spoilt = owner.file("spoilt.mkv.age");
  isSentence(await heard(home, "clip", "get", film.clip, "--out", spoilt), 5, /NOT OK: the film is not the one/);
  assert.not.ok(existsSync(spoilt) || existsSync(`${spoilt}.note`));
});

/** Asks when the sensor had power: always at first, then off, then for that visit of the owner's. */
async function askPower(home: Home, visit: string): Promise<void> {
  const said = await done(home, "camera", "power");
  assert.match(said, /^OK: \d+ records of the camera's switch, none missing, up to the newest that the lock knows/);
  const ways = [
    /^ON .* to .*: mode always, \d+ frames \(0 to \d+\)\noff .* to .*: the sensor had no power\n/m,
    new RegExp(`^ON .*: visit ${visit} \\(owner you\\), mode visits, \\d+ frames`, "m"),
    /^off .* until now, as far as the lock was told: the sensor has no power\nThis cannot prove .* red light/m,
  ];
  for (const way of ways) assert.match(said, way, said);
  const json = await home.owner.ask(["camera", "power", "--since", "2100-01-01"]);
  assert.equal([json["exit"], json["verified"], json["doubts"]], [0, true, []]);
  assert.equal(
    (json["stretches"] as readonly { kind: string }[]).map(({ kind }) => kind),
    ["off"],
  );
}

/** Verifies a film by these words: it is held to what is kept. */
async function holdFilm(home: Home, words: readonly string[]): Promise<void> {
  const film = await done(home, ...words);
  assert.match(film, /^OK: /);
  assert.match(film, /Held to the lock's log: the camera told the lock of it \d+ times?, and all of that is here\./);
  assert.match(film, /Held to \d+ records of the camera's switch: each frame was taken while its sensor had power\./);
  const other = await heard(home, ...words, "--head", "ab".repeat(32));
  assert.is(other.exit, 5);
  assert.match(other.output, /The lock was told of frames that are not here/);
  isSentence(await heard(home, ...words, "--head", "ab"), 2, /is no head of a film/);
}

/** Types the command that "clip get" printed: with the camera's key, since no log was fetched yet. */
async function verifyAsPrinted(home: Home, got: string, hall: Hall): Promise<void> {
  const [, line = ""] = /^To look at every picture: latchkey (.*)$/m.exec(got) ?? [];
  const words = line.split(" ");
  assert.equal(words.slice(-2), ["--camera", toBase64url(hall.camera.signingKey)]);
  assert.match(await done(home, ...words), /^OK: /);
  isSentence(await heard(home, ...words.slice(0, -2)), 2, /--camera is missing.*latchkey log/);
}

/** Claims a visit in a folder where "clip get" has put its film, and in one where it lies without its note. */
async function claimHere({ owner }: Home, visit: string, film: string): Promise<void> {
  const former = process.cwd();
  process.chdir(dirname(film));
  try {
    const name = `visit-${visit}.mkv.age`;
    copyFileSync(film, name);
    const bare = await owner.run(["claim", visit, "--out", owner.file("bare.claim")]);
    assert.is(bare.exit, 0);
    assert.match(bare.errors, /left out, since the camera's note, visit-\d+\.mkv\.age\.note, is not beside it/);
    const [, clip = ""] = /^Film: +the lock recorded the clip (\S{22}), and/m.exec(bare.output) ?? [];
    assert.match(bare.output, `"latchkey clip get ${clip}" fetches that film; then claim again, with --clip FILE`);
    copyFileSync(`${film}.note`, `${name}.note`);
    const whole = await owner.run(["claim", visit]);
    assert.equal([whole.exit, whole.errors], [0, ""]);
    assert.match(whole.output, /Film: +visit-\d+\.mkv\.age, .*: each of \d+ pictures is as the camera/);
    assert.not.match(whole.output, /Hint:/);
  } finally {
    process.chdir(former);
  }
}

/** Has the camera deny its newest record. */
async function denyRecord(home: Home, hall: Hall): Promise<void> {
  hall.deny(1);
  const denied = await heard(home, "camera", "power");
  assert.is(denied.exit, 5);
  assert.match(denied.output, /^NOT OK: .*\n {2}Record \d+ of the switch is denied: .*it is kept here/);
}

inHall(
  "a visit is filmed, fetched, verified, held to the camera's power, and claimed; what was changed or denied is found out",
  async (home, hall, at) => {
    const { owner, porch } = home;
    await settle(home, hall, at);
    await done(home, "camera", "mode", "visits");
    hall.pass(2_000);
    const dark = await heard(home, "watch", "--for", "1", ...at);
    assert.match(dark.errors, /^The camera is off \(mode visits\): it shows nothing until somebody comes; .*\n$/);
    await done(home, "open", "--wait", "0");
    hall.pass(1_000);
    porch.openDoor();
    hall.pass(3_000);
    porch.shutDoor();
    assert.match(await done(home, "clip", "list"), /^visit \d+ +still filming {2}\d+\.\d MB, NOT FETCHED {2}\S{22}$/m);
    hall.pass(38_000);
    const film = (await clipsOf(home)).find(({ visit }) => visit > 0);
    assert.ok(film !== undefined, "the visit has a film");
    const visit = String(film?.visit);
    const out = owner.file("visit.mkv.age");
    const got = await done(home, "clip", "get", visit, "--out", out);
    await verifyAsPrinted(home, got, hall);
    const camera = toBase64url(hall.camera.signingKey);
    const words = ["--camera", camera, "--manifest", `${out}.note`, "--visit", visit];
    assert.match(await done(home, "clip", "verify", out, ...words), /^OK: \d+ frames.*Made for visit/s);
    await askPower(home, visit);
    await holdFilm(home, ["clip", "verify", out, ...words]);
    await holdFilm(home, ["clip", "verify", out]);
    await claimHere(home, visit, out);
    const file = owner.file("visit.claim");
    const claim = await done(home, "claim", visit, "--clip", out, "--out", file);
    assert.match(
      claim,
      /^OK: the lock.*camera +films.*Film: +visit\.mkv\.age, .*: each of \d+ pictures is as the camera/s,
    );
    const verified = await owner.ask(["claim", "verify", file, "--lock", "home"]);
    assert.equal([verified["verified"], verified["cameraKey"]], [true, camera]);
    const bytes = readFileSync(out);
    bytes.writeUInt8(bytes.readUInt8(bytes.length - 5) ^ 1, bytes.length - 5);
    writeFileSync(out, bytes);
    const changed = await owner.run(["claim", "verify", file, "--lock", "home"]);
    assert.is(changed.exit, 5);
    assert.match(changed.output, /^NOT OK.*\n {2}The film is not the file that was claimed/);
    await denyRecord(home, hall);
  },
);

inHall("a film that lost its end is fetched as far as it goes, and judged by itself", async (home, hall, at) => {
  const { owner, porch } = home;
  await beginVisit(home, hall, at);
  hall.pass(20_000);
  const out = owner.file("cut.mkv.age");
  const [filming] = (await clipsOf(home)).filter(({ visit }) => visit > 0);
  isSentence(await heard(home, "clip", "get", filming?.clip ?? "", "--out", out), 1, /has no end yet: try again/);
  // Somebody pulls the card, and puts it back.
  hall.card.isSound = false;
  hall.pass(2_000);
  hall.card.isSound = true;
  hall.pass(15_000);
  porch.shutDoor();
  hall.pass(38_000);
  const cut = (await clipsOf(home)).find(({ isOpen, visit }) => isOpen && visit > 0);
  assert.is(cut?.clip, filming?.clip);
  const name = cut?.clip ?? "";
  const got = await done(home, "clip", "get", name, "--out", out);
  assert.match(got, /bytes, as far as it goes: it lost its end, so .* nothing vouches for where it ends\.\nTo look/);
  assert.not.ok(existsSync(`${out}.note`));
  assert.match(await done(home, "clip", "list"), new RegExp(`it was cut off .* no end, fetched +${name}$`, "m"));
  await done(home, "log");
  const judged = await heard(home, "clip", "verify", out);
  assert.is(judged.exit, 5);
  // What waited for a full chunk is gone, and the lock was told of it: nobody has cut that off later.
  assert.match(judged.output, /^NOT OK: .*\b[1-9]\d* .* as the camera signed them.*The end is missing/s);
  assert.match(judged.output, /told of frames that are not here: power or card went, .* or the end was cut off later/);
  const [, told, here] = /up to frame (\d+); what is here goes up to frame (\d+)\./.exec(judged.output) ?? [];
  assert.ok(Number(told) > Number(here) && Number(told) - Number(here) < 60, `${told} ${here}`);
  const { visit = 0 } = cut ?? {};
  isSentence(await heard(home, "claim", String(visit), "--clip", out), 2, /lost its end has none: open it with/);
  const plain = owner.file("cut.mkv");
  await heard(home, "clip", "decrypt", out, "--out", plain);
  const claim = owner.file("cut.claim");
  assert.match(
    await done(home, "claim", String(visit), "--clip", plain, "--out", claim),
    /^OK: .*cut\.mkv, frames \d+ to \d+: THE END IS MISSING\. Each of [1-9]\d* pictures is/s,
  );
  assert.match(await done(home, "claim", "verify", claim, "--lock", "home"), /^OK: .*THE END IS MISSING/s);
});

inHall("a guest sees while the grant allows to view, and is refused everything else", async (home, hall, at) => {
  const { owner, address } = home;
  await enrol(home, hall);
  await done(home, "camera", "mode", "always");
  hall.pass(2_000);
  const guest = new Desk();
  guest.init(Buffer.alloc(32, 5).toString("base64url"));
  const key = (await guest.run(["id"])).output.trim();
  const [seeing, blind] = [owner.file("seeing.txt"), owner.file("blind.txt")];
  await done(home, "grant", "--to", key, "--until", "+2h", "--allow", "view", "--out", seeing);
  await done(home, "grant", "--to", key, "--until", "+2h", "--out", blind);
  const watch = ["watch", "--for", "1", "--at", address, ...at];
  const { exit, output, errors } = await guest.run([...watch, "--grant", seeing, "--json"]);
  const seen = JSON.parse(output) as Record<string, unknown>;
  assert.is(exit, 0, errors);
  assert.ok(Number(seen["pictures"]) >= 2, String(seen["pictures"]));
  // A program reads the object when all is over, so the address comes beside it as well.
  assert.match(String(seen["address"]), /^http:\/\/127\.0\.0\.1:\d+\/\S+\/$/);
  assert.is(errors, `Open in a browser on this computer: ${seen["address"]}\n`);
  isSentence(await guest.run([...watch, "--grant", blind]), 1, /does not allow "view"/);
  await guest.ask(["accept", seeing, "--at", address]);
  isSentence(await guest.run(["clip", "list", ...at]), 2, /Only the owner of a lock/);
  guest.close();
});

inHall("a courier knocks, the camera sees him, and the door opens", async (home, hall, at) => {
  const { owner, address } = home;
  await settle(home, hall, at);
  await done(home, "camera", "mode", "visits");
  const guest = new Desk();
  guest.init(Buffer.alloc(32, 5).toString("base64url"));
  const key = (await guest.run(["id"])).output.trim();
  const file = owner.file("carl.txt");
  const granted = await done(home, "grant", "--to", key, "--who", "Carl", "--role", "courier", "--out", file);
  assert.match(granted, /^Role: +courier, which filled in --once --until "[^"]+" --dwell 3 --camera live\n/);
  await guest.ask(["accept", file, "--at", address]);
  const opened = await guest.run(["open", "--wait", "0"]);
  assert.equal([opened.exit, opened.errors], [0, ""]);
  assert.match(opened.output, /^The camera has to see who comes.*\nYes: the lock opens\.\n$/);
  guest.close();
});

atHome(
  "no camera is enrolled where none offers itself, and none can be watched",
  async (home) => {
    isSentence(await heard(home, "camera", "enrol", "--yes"), 1, /No camera offers itself to the lock: give it power/);
    isSentence(await heard(home, "camera", "remove"), 2, /Say which camera; it has none/);
    for (const words of [["watch"], ["clip", "list"], ["camera", "approve"], ["camera", "recipients"]])
      isSentence(await heard(home, ...words), 1, /it has no camera, or does not hear it/);
    isSentence(await heard(home, "watch", "--stdout", "--port", "9000"), 2, /neither --json nor --port/);
  },
  false,
);

/** Reads the page's picture as the page does. */
async function fetchPicture(address: string, after: number): Promise<{ status: number; age: number; number: number }> {
  const answer = await fetch(`${address}picture?after=${after}`);
  await answer.arrayBuffer();
  const head = (name: string) => Number(answer.headers.get(`x-latchkey-${name}`));
  return { status: answer.status, age: head("age"), number: head("number") };
}

inHall("the live picture is in the page, and what is old is never handed out as new", async (home, hall, at) => {
  const { owner } = home;
  await enrol(home, hall);
  await done(home, "camera", "mode", "always");
  hall.pass(2_000);
  const output = new Transcript();
  const watching = owner.run(["watch", "--for", "4", ...at], output);
  const [, address = ""] = await output.line(/browser on this computer: (http:\S+\/)/);
  const page = await fetch(address);
  assert.match(page.headers.get("content-security-policy") ?? "", /default-src 'none'/);
  assert.match(await page.text(), /<div id="stale">STALE<\/div>/);
  const first = await fetchPicture(address, 0);
  assert.is(first.status, 200);
  assert.ok(first.age >= 0 && first.age < STALE_MILLIS, String(first.age));
  const second = await fetchPicture(address, first.number);
  assert.ok(second.number > first.number);
  const { origin } = new URL(address);
  for (const path of [origin, `${origin}/`, `${origin}/AAAAAAAAAAAAAAAAAAAAAA/picture`])
    assert.is((await fetch(path)).status, 404);
  hall.isLooking = false;
  await sleep(500);
  const { number } = await fetchPicture(address, 0);
  assert.is((await fetchPicture(address, number)).status, 204);
  await sleep(STALE_MILLIS - 300);
  assert.ok((await fetchPicture(address, 0)).age > STALE_MILLIS, "its age goes on");
  const { exit, errors } = await watching;
  assert.equal([exit, errors], [0, ""]);
  hall.isLooking = true;
  const piped = await owner.launch(["watch", "--stdout", "--for", "2", ...at]);
  assert.is(piped.exit, 0, piped.errors);
  // A file of the sensor has 3,000 bytes; nothing else may stand between them.
  assert.ok(piped.output.length >= 3 * 3_000 && !piped.output.includes("camera"), String(piped.output.length));
  assert.match(piped.errors, /^The camera sees \w+\.\n/);
});

test.run();
