// Goal: where a log began anew, what the lock wrote down before of its camera and its films still counts.
// Method: a log that holds is kept aside, as `log` does behind a record that the flash lost, and the newest begins where that ends.

import { writeFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { cameraOf } from "../../camera/test/film.ts";
import { Tape } from "../../camera/test/tape.ts";
import { toBase64url, toHex } from "../../firmware/bytes.ts";
import { encodeBody } from "../../firmware/grant/body.ts";
import { ACCESS } from "../../firmware/journal/record.ts";
import type { Archive } from "../archive.ts";
import { keptHeads } from "../clip/held.ts";
import { newLock } from "../commands/adopt.ts";
import { keepLog, readLog, readShelf } from "../keptlog.ts";
import { type Keystore, openKeystore } from "../keystore.ts";
import type { OwnedLock } from "../person.ts";
import { tellingsOf } from "../power/judge.ts";
import { keepReceipt } from "../receipts.ts";
import { CAMERA, film, OWNER, receiptOf, VISIT, write } from "./daybook.node.ts";
import { Desk, PASSPHRASE } from "./stage.node.ts";

const DAY_SECONDS = 86_400;

/** An owner, and the lock whose journal `write` makes; not yet among those of the keystore. */
function ownersDesk() {
  const desk = new Desk();
  desk.init(Buffer.alloc(32, 7).toString("base64url"));
  const keystore = openKeystore(desk.home, PASSPHRASE);
  const scribe = write(1);
  const setup = { signingKey: scribe.publicKey.slice(), agreementKey: new Uint8Array(32) };
  const lock = newLock(setup, { name: "home", address: "", zone: { rule: "UTC0", name: "UTC" } });
  return { desk, keystore, scribe, lock };
}

/** Keeps a log that holds, and aside what was kept before where it does not go on from that. */
function keep(keystore: Keystore, lock: OwnedLock, archive: Archive): void {
  const fetched = { former: readLog(keystore, lock), archive, isWhole: true, next: archive };
  keepLog({ warn: () => undefined }, keystore, lock, fetched);
}

/** A log whose door's records begin behind that one's. */
function begunAnew(archive: Archive, lastSeq: number, prevLink: Archive["lockKey"]): Archive {
  const regions = archive.regions.map((each) =>
    each.region === ACCESS ? { ...each, firstSeq: lastSeq + 1, prevLink, records: new Uint8Array(0) } : each,
  );
  return { ...archive, regions };
}

test("a camera that was enrolled before, its films' heads and whose word each notice is are known", () => {
  const { desk, keystore, scribe, lock } = ownersDesk();
  // Another camera takes the place of the one of before; what was told before is that one's.
  const board = { role: 2, agreementKey: new Uint8Array(32).fill(6), signingKey: cameraOf(9).publicKey.slice() };
  const body = { kind: 2, board } as const;
  const encodedBody = encodeBody(2, body);
  scribe.write(DAY_SECONDS, { kind: "statement", actor: OWNER.kid, sequence: 3, body, encodedBody });
  const whole = scribe.archive;
  const { records, link } = scribe.regions.get(ACCESS) ?? { records: [], link: new Uint8Array(32) };
  const heads = () => keptHeads(keystore, [lock])[0];
  keep(keystore, lock, whole);
  const before = heads();
  assert.equal(before?.cameras.map(toHex), [toHex(board.signingKey), toHex(CAMERA.publicKey)]);

  const next = begunAnew(whole, records.length, link.slice());
  keep(keystore, lock, next);
  assert.equal(heads(), before);
  const shelf = readShelf(keystore, lock);
  assert.equal(tellingsOf(shelf ?? { access: [], notices: [] }, board.signingKey), []);
  assert.is(shelf?.access.length, records.length);
  desk.close();
});

test("a visit is claimed with its film, though the log begins behind the camera's enrolment", async () => {
  const { desk, keystore, scribe, lock } = ownersDesk();
  keystore.person.locks.push(lock);
  keystore.save();
  const whole = scribe.archive;
  const first = scribe.regions.get(ACCESS)?.records[0]?.length ?? 0;
  const regions = whole.regions.map((each) =>
    each.region === ACCESS
      ? { ...each, firstSeq: 2, prevLink: scribe.headAt(1).link, records: each.records.slice(first) }
      : each,
  );
  keep(keystore, lock, whole);
  keep(keystore, lock, { ...whole, regions });
  // The newer receipt of that number is of another past.
  const by = { lockId: scribe.lockId, lockKey: scribe.publicKey, holder: undefined };
  for (const receipt of [receiptOf(scribe), receiptOf(scribe, { head: scribe.headAt(8) })])
    keepReceipt(keystore, receipt, by);
  const { sealed, note } = film(scribe.lockId, new Tape());
  const file = desk.file("visit.mkv.age");
  writeFileSync(file, sealed);
  writeFileSync(`${file}.note`, toBase64url(note));
  const out = desk.file("visit.claim");
  const { exit, output, errors } = await desk.run(["claim", String(VISIT), "--clip", file, "--out", out]);
  assert.equal([exit, errors], [0, ""]);
  const key = toBase64url(CAMERA.publicKey);
  assert.match(output, /^Receipt: /m);
  assert.ok(output.includes(`runs "latchkey claim verify" with --camera ${key}`), output);
  const words = ["claim", "verify", out, "--lock", lock.signingKey];
  assert.is((await desk.run(words)).exit, 5);
  const given = await desk.run([...words, "--camera", key]);
  assert.equal([given.exit, given.output.slice(0, 3)], [0, "OK:"]);
  desk.close();
});

test.run();
