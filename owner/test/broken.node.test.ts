// Goal: a log that does not hold is told of once, with what its records say, and what comes after it is told as ever.
// Method: a lock behind a real socket; a bit of its flash flips, or the whole of it is put back, and the commands are typed.

import { readFileSync, writeFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { concat } from "../../firmware/bytes.ts";
import { encodeEntry, placeOf } from "../../firmware/journal/payload.ts";
import { Chain, countRecords, decodeRecord, encodeRecord, newPage, pageOver } from "../../firmware/journal/record.ts";
import { seconds } from "../../firmware/platform.ts";
import {
  type Archive,
  type ArchivedRegion,
  encodeArchive,
  fetchArchive,
  parseArchive,
  verifyArchive,
} from "../archive.ts";
import type { Asking } from "../wire.ts";
import { Scribe } from "./daybook.node.ts";
import type { Porch } from "./porch.node.ts";
import { atHome, done, type Home, heard } from "./porch.node.ts";
import { Desk } from "./stage.node.ts";

const HEADER_BYTES = 32;
const ACCESS = 1;
const STATEMENT = 18;

/** Where the statements of an access region stand in flash, the oldest first. */
function statements({ flash }: Porch): readonly number[] {
  const cells = flash.snapshot();
  const places: number[] = [];
  for (let at = 0; at < cells.length; at += HEADER_BYTES)
    if (cells[at] === STATEMENT && cells[at + 1] === 1 && cells[at + 20] === ACCESS) places.push(at);
  return places;
}

/** Changes a setting so many times. */
async function change(home: Home, times: number): Promise<void> {
  for (let count = 0; count < times; count++) await done(home, "config", "--ajar", String(100 + count));
}

async function refusal(home: Home): Promise<string> {
  const { exit, output, errors } = await heard(home, "log", "--all");
  assert.is(exit, 5);
  return `${output}\n${errors}`;
}

for (const hasFetched of [false, true])
  atHome(
    `a record that the flash lost is told of once, ${hasFetched ? "behind a log that is kept" : "with the first log"}, and hides nothing`,
    async (home) => {
      const { porch } = home;
      await done(home, "open", "--wait", "0");
      porch.visit();
      if (hasFetched) await done(home, "log");
      await change(home, 12);
      const place = statements(porch).at(-3);
      assert.ok(place !== undefined);
      porch.flash.flip(8 * ((place ?? 0) + HEADER_BYTES + 2));
      porch.reboot();
      assert.match(await done(home, "status"), /DAMAGED/);
      const said = await refusal(home);
      assert.match(said, /^What came, none of it proven:\n/);
      assert.match(said, /adopts the lock/);
      assert.is(said.match(/changes settings/g)?.length, 11);
      assert.match(said, /Records (\d+) to \1 of region 1 are missing\. Do not believe it.*log-\S{11}-[12]\.sealed/);
      assert.is(/what was kept here before stays/.test(said), hasFetched);
      assert.not.match(said, /no longer has records/, "it has them: only one is lost");
      await done(home, "config", "--acknowledge");
      const next = await done(home, "log", "--all");
      assert.match(next, /has seen the damage/);
      assert.match(next, /Every record and the lock's signature hold\.\nIt begins with record \d+ of the door/);
      assert.match(await done(home, "status"), /Fetched: +every record of the door/);
      const file = home.owner.file("aside.json");
      const kept = await heard(home, "log", "--kept", "1", "--all", "--export", file);
      assert.is(kept.exit, 5);
      assert.match(kept.output, /^What came, none of it proven:\n/);
      assert.match(kept.output, /adopts the lock/);
      assert.is(kept.output.match(/changes settings/g)?.length, 11);
      assert.match(kept.errors, /are missing\. Do not believe it/);
      assert.is((await heard(home, "log", "verify", file)).exit, 5);
      const none = await heard(home, "log", "--kept", "3");
      const numbers = hasFetched ? "1, 2" : "1";
      const sentence = `No log of home was kept aside under 3: --kept takes ${numbers}.\n`;
      assert.equal([none.exit, none.errors], [2, sentence]);
      const claimed = await heard(home, "claim", "4000");
      assert.equal(
        [claimed.exit, claimed.errors.endsWith(`Logs were kept aside: --kept takes ${numbers}.\n`)],
        [2, true],
      );
      assert.ok(
        (await done(home, "claim")).endsWith(`has no visit.\nLogs were kept aside: --kept takes ${numbers}.\n`),
      );
      if (!hasFetched) return;
      const visit = /^ *(\d+) .*owner \S+ +unlock/m.exec(await done(home, "claim", "--kept", "2"))?.[1] ?? "";
      assert.match(await done(home, "claim", visit, "--kept", "2", "--out", home.owner.file("visit.claim")), /visit/i);
    },
    false,
  );

atHome(
  "a log that was kept aside is said to begin where it does, and what came of a broken one is told to a script too",
  async (home) => {
    const { owner, porch } = home;
    const spoil = async () => {
      await change(home, 6);
      porch.flash.flip(8 * ((statements(porch).at(-3) ?? 0) + HEADER_BYTES + 2));
      porch.reboot();
      await done(home, "time");
      return owner.ask(["log"]);
    };
    const broken = await spoil();
    assert.equal([broken["exit"], broken["isVerified"]], [5, false]);
    assert.match(String(broken["error"]), /are missing\. Do not believe it/);
    assert.ok((broken["happenings"] as readonly unknown[]).length > 0);
    await done(home, "config", "--acknowledge");
    await done(home, "log");
    await spoil();
    const kept = await done(home, "log", "--kept", "3");
    assert.match(kept, /signature hold\.\nIt begins with record \d+ of the door: what came before is not in it\.\n$/);
    const second = await owner.ask(["log", "--kept", "2"]);
    assert.equal([second["exit"], second["isVerified"]], [5, false]);
    assert.ok((second["happenings"] as readonly unknown[]).length > 0);
    assert.is((await owner.ask(["log", "--kept", "9"]))["happenings"], undefined);
  },
  false,
);

atHome(
  "a guest who may read the log is shown what stands of one that does not hold",
  async (home) => {
    const { porch, owner, address } = home;
    const guest = new Desk();
    try {
      guest.init(Buffer.alloc(32, 9).toString("base64url"));
      const key = String((await guest.ask(["id"]))["key"]);
      const file = owner.file("reader.txt");
      await done(home, "grant", "--to", key, "--until", "+1h", "--allow", "read-log", "--out", file);
      await guest.ask(["accept", file, "--at", address]);
      await change(home, 6);
      assert.is((await guest.run(["log"])).exit, 0);
      porch.flash.flip(8 * ((statements(porch).at(-3) ?? 0) + HEADER_BYTES + 2));
      porch.reboot();
      await done(home, "time");
      await done(home, "config", "--acknowledge");
      const { exit, output, errors } = await guest.run(["log"]);
      assert.is(exit, 5);
      assert.match(output, /^What came, none of it proven:\n/);
      assert.is(output.match(/changes settings/g)?.length, 5);
      assert.match(errors, /^Record \d+ does not hold: do not believe the log, and tell the owner\.\n$/);
    } finally {
      guest.close();
    }
  },
  false,
);

atHome(
  "a lock that cannot note what was fetched is not said to have done so",
  async (home) => {
    home.porch.flash.wear = "refuses";
    const { exit, output, errors } = await heard(home, "log");
    assert.is(exit, 0);
    assert.match(output, /Every record and the lock's signature hold/);
    assert.match(errors, /^The lock could not note that these records are fetched, and a full lock refuses guests/);
  },
  false,
);

atHome(
  "a lock whose flash was put back is found out, though it signs what is kept here of the day before",
  async (home) => {
    const { porch } = home;
    await change(home, 1);
    porch.cutPower();
    const day = porch.flash.snapshot();
    porch.boot();
    await change(home, 2);
    await done(home, "log");
    porch.cutPower();
    const warnings = async () => (await heard(home, "status")).errors;
    porch.boot();
    assert.is(await warnings(), "", "a start alone is none");
    porch.cutPower();
    porch.flash.load(day);
    porch.boot();
    assert.match(await warnings(), /^The lock has other records than it signed .* put back to an older day/);
    assert.match(await refusal(home), /The lock signed record \d+ of region \d, and .* the lock was put back\./);
    await change(home, 1);
    assert.match(await done(home, "log"), /Every record and the lock's signature hold\.\n/);
    assert.is(await warnings(), "");
  },
  false,
);

/** Exports the log, changes it, and has it verified by somebody who has the label. */
async function verified(home: Home, change: (archive: Archive) => Archive): Promise<string> {
  const { owner, porch } = home;
  const file = owner.file("log.json");
  await done(home, "log", "--export", file);
  writeFileSync(file, encodeArchive(change(parseArchive(readFileSync(file, "utf8")))));
  const { exit, output, errors } = await owner.run(["log", "verify", file, "--all", "--setup", porch.setup]);
  assert.is(exit, 0);
  return `${output}\n${errors}`;
}

/** Changes the access region. */
function withAccess(archive: Archive, change: (access: ArchivedRegion) => ArchivedRegion): Archive {
  return { ...archive, regions: archive.regions.map((each) => (each.region === ACCESS ? change(each) : each)) };
}

atHome(
  "an exported log shows nothing that somebody wrote behind the lock's signature",
  async (home) => {
    const forge = (archive: Archive) =>
      withAccess(archive, (access) => {
        const entry = { kind: "door", event: "jammed", count: 77 } as const;
        const [page, seq] = [newPage(64), access.firstSeq + countRecords(access.records)];
        const time = { lo: seconds(1_795_000_000), width: seconds(2) };
        encodeRecord(crypto, page, { ...placeOf(entry.kind), seq, ...time, payload: encodeEntry(entry) });
        return { ...access, records: concat(access.records, page.bytes) };
      });
    assert.match(await verified(home, (archive) => archive), /Every record holds/);
    const said = await verified(home, forge);
    assert.not.match(said, /jammed, 77 times/);
    assert.match(said, /1 record stands behind what the lock signed, and is not shown: anybody may have added it\./);
  },
  false,
);

atHome(
  "an exported log whose beginning was cut off is said to begin later, and when it was signed",
  async (home) => {
    const cut = (archive: Archive) =>
      withAccess(archive, ({ region, prevLink, records }) => {
        const first = decodeRecord(crypto, pageOver(records.slice()), { offset: 0, region });
        assert.ok(first !== undefined);
        if (first === undefined) throw new Error("a log has records");
        const link = new Chain(crypto, archive.lockId).next(prevLink, first.digest);
        return { region, firstSeq: 2, prevLink: link, records: records.slice(first.size) };
      });
    const whole = await verified(home, (archive) => archive);
    assert.not.match(whole, /begins with/);
    assert.match(whole, /The lock signed it .*20\d\d.*: what came later is not in it\.\n/);
    assert.match(await verified(home, cut), /It begins with record 2 of the door: what came before is not in it\.\n/);
  },
  false,
);

test("a log is kept up to what the lock signed: what came behind that is fetched again", async () => {
  const scribe = new Scribe(7);
  const press = () => scribe.write(9, { kind: "inside", count: 1 });
  press();
  const { checkpoint } = scribe.archive;
  press();
  const { regions } = scribe.archive;
  const signedOnly = { ...scribe.archive, checkpoint };
  const conversation: Asking = {
    ask: async (request) => {
      const id = 1;
      if (request.kind === "checkpoint") return { kind: "checkpoint", id, message: checkpoint };
      if (request.kind !== "fetch") throw new Error("nothing else is asked");
      const { region, from } = request;
      const { records: bytes, prevLink: previousLink } = regions[region] as ArchivedRegion;
      const isEnd = from > countRecords(bytes);
      return { kind: "records", id, region, first: from, previousLink, bytes: isEnd ? new Uint8Array(0) : bytes };
    },
  };
  const { lockId, publicKey: lockKey } = scribe;
  const fetched = await fetchArchive(conversation, { lockId, lockKey }, undefined);
  assert.is(countRecords(fetched.regions[ACCESS]?.records ?? new Uint8Array(0)), 1);
  assert.is(verifyArchive(fetched).kind, "whole");
  assert.is(verifyArchive(signedOnly).kind, "whole");
});

test.run();
