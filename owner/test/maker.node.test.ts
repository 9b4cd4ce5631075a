// Goal: an owner verifies a film without naming the camera, also one of a camera that was replaced since.
// Method: a log with two cameras beside the keystore, the film of the first, with its note and without.

import { rmSync, writeFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Tape } from "../../camera/test/tape.ts";
import { toBase64url } from "../../firmware/bytes.ts";
import { encodeBody } from "../../firmware/grant/body.ts";
import { encodeArchive } from "../archive.ts";
import { ageIdentity } from "../clip/unseal.ts";
import { openKeystore } from "../keystore.ts";
import { CAMERA, CLIP_SECRET, film, OTHER_CAMERA, OWNER, write } from "./daybook.node.ts";
import { Desk, PASSPHRASE } from "./stage.node.ts";

const test = suite<{ owner: Desk }>("whose film it is");

test.before((scene) => {
  const owner = new Desk();
  owner.init(Buffer.alloc(32, 7).toString("base64url"));
  scene.owner = owner;
  const scribe = write(1);
  const board = { role: 2, agreementKey: new Uint8Array(32).fill(6), signingKey: OTHER_CAMERA.publicKey.slice() };
  const body = { kind: 2, board } as const;
  scribe.write(3_000, { kind: "statement", actor: OWNER.kid, sequence: 3, body, encodedBody: encodeBody(3, body) });
  const keystore = openKeystore(owner.home, PASSPHRASE);
  const signingKey = toBase64url(scribe.publicKey);
  const names = { id: scribe.lockId, name: "home", agreementKey: signingKey, signingKey, address: "127.0.0.1:1" };
  const revocation = { seq: 0, generation: 0, links: [], holders: [] };
  const counts = { seq: 0, confirmedRevocationSeq: 0, checkpoint: undefined, zone: "UTC0", zoneName: undefined };
  keystore.person.locks.push({ ...names, ...counts, revocation });
  keystore.save();
  keystore.saveBeside(`log-${scribe.lockId}`, Buffer.from(encodeArchive(scribe.archive), "utf8"));
  const { sealed, note } = film(scribe.lockId, new Tape());
  writeFileSync(owner.file("visit.age"), sealed);
  writeFileSync(owner.file("visit.age.note"), toBase64url(note));
  writeFileSync(owner.file("film.key"), `${ageIdentity(CLIP_SECRET)}\n`);
});
test.after(({ owner }) => owner.close());

const words = (owner: Desk, name: string) => ["clip", "verify", owner.file(name), "--identity", owner.file("film.key")];

test("takes the camera that signed the note beside the film, or a picture of it", async ({ owner }) => {
  for (const hasNote of [true, false]) {
    if (!hasNote) rmSync(owner.file("visit.age.note"));
    const { exit, output, errors } = await owner.run(words(owner, "visit.age"));
    assert.equal([exit, errors], [0, ""], output);
    assert.match(output, /^OK: 30 frames/);
    assert.match(output, `By the camera ${toBase64url(CAMERA.publicKey)}, which the lock `);
    assert.match(output, /Held to the lock's log: the camera told the lock of it 2 times, and all of that is here\./);
  }
});

test.run();
