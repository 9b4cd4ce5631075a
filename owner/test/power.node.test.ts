// Goal: what a camera says of its power is believed where nothing is missing, and each way to lie about it has a name.
// Method: records are signed with the camera's key, then taken out, signed twice, denied or laid beside a film that they do not allow.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { CAMERA, cameraOf, FIRST_SEQ, filmOf, occasionOf } from "../../camera/test/film.ts";
import type { Bytes } from "../../firmware/bytes.ts";
import { encodeRail, type RailRecord } from "../../firmware/evidence/rail.ts";
import { ClipVerifier } from "../../firmware/evidence/verify.ts";
import { RECORDS_PER_ANSWER } from "../../firmware/link/viewer.ts";
import { seconds } from "../../firmware/platform.ts";
import { parseZone } from "../../firmware/time/zone.ts";
import { shelfOf } from "../claim/make.ts";
import { holdClip } from "../clip/held.ts";
import { openKeystore } from "../keystore.ts";
import { askFrom, fetchRecords, type KeptRecord, keptRecordOf, readBook, saveBook } from "../power/book.ts";
import { judgePower, type PowerCase, type PowerVerdict, type Telling, tellingsOf } from "../power/judge.ts";
import { sayDoubt, sayPower, sayStretch, stretchObject } from "../power/say.ts";
import { Scribe } from "./daybook.node.ts";
import { Desk, PASSPHRASE } from "./stage.node.ts";

const { lockId } = occasionOf();

const NINE = 1_793_610_000;
type Step = Pick<RailRecord, "event" | "frame"> & Partial<RailRecord>;

/** A knock, its visit, a night without, and the mode "always" that goes on. */
const STEPS: readonly Step[] = [
  { event: "on", frame: 0, visit: 0 },
  { event: "on", frame: 20, visit: 41 },
  { event: "off", frame: FIRST_SEQ },
  { event: "on", frame: FIRST_SEQ, mode: "always" },
  { event: "on", frame: FIRST_SEQ, visit: 41 },
  { event: "lost", frame: FIRST_SEQ + 200 },
];

/** Signs records, each with the hash of the one before. */
function sign(steps: readonly Step[], camera = CAMERA): readonly Bytes[] {
  let before: Bytes = new Uint8Array(32);
  return steps.map((step, place) => {
    const at = seconds(NINE + 600 * place);
    const told = [at, seconds(at + 2)] as const;
    const message = encodeRail(crypto, camera, { lockId, number: place + 1, before, mode: "visits", told, ...step });
    before = crypto.sha256(message);
    return message;
  });
}

const HONEST = sign(STEPS);
/** The same camera's other story: of the third record on. */
const OTHER = sign(STEPS.map((step, place) => (place === 2 ? { ...step, frame: 900 } : step)));

function kept(messages: readonly Bytes[]): readonly KeptRecord[] {
  return messages.flatMap((message) => keptRecordOf(CAMERA.publicKey, message) ?? []);
}

/** A camera that hands these out. */
async function hear(messages: readonly Bytes[], from = 1, through = STEPS.length) {
  const looking = {
    cameraKey: CAMERA.publicKey.slice(),
    ask: async (asked: { kind: string; from?: number }) => {
      const start = (asked.from ?? 1) - 1;
      return { kind: "rail", id: 0, records: messages.slice(start, start + RECORDS_PER_ANSWER) } as const;
    },
  };
  return fetchRecords(looking, from, through);
}

function telling(seq: number, number: number, messages = HONEST): Telling {
  return { seq, number, hash: crypto.sha256(messages[number - 1] ?? new Uint8Array(0)).slice(0, 8) };
}

const TELLINGS = [telling(70, 2), telling(74, 3), telling(90, 6)];

async function judge(messages: readonly Bytes[], more: Partial<PowerCase> = {}): Promise<PowerVerdict> {
  const heard = await hear(messages, askFrom(more.kept ?? []));
  const cameraKey = CAMERA.publicKey.slice();
  return judgePower({ lockId, cameraKey, kept: [], heard, tellings: TELLINGS, told: 6, ...more });
}

function shownBy({ stretches }: PowerVerdict): string[] {
  return stretches.map(({ kind, from, until }) => `${kind} ${from?.number ?? "-"}..${until?.number ?? "-"}`);
}

test("an honest camera's times with power are named, and those between", async () => {
  const verdict = await judge(HONEST);
  assert.equal(verdict.doubts, []);
  assert.is(
    sayPower(verdict),
    "OK: 6 records of the camera's switch, none missing, up to the newest that the lock knows (6).",
  );
  const saying = { zone: parseZone("UTC0"), names: new Map([[41, "Carl"]]) };
  const at = (clock: string) => `Mon 2 Nov 2026 ${clock} (UTC+00:00)`;
  assert.equal(
    verdict.stretches.map((stretch) => sayStretch(stretch, saying)),
    [
      `ON   ${at("09:00")} to ${at("09:10")}: somebody knocked, mode visits, 20 frames (0 to 19)`,
      `ON   ${at("09:10")} to ${at("09:20")}: visit 41 (Carl), mode visits, 980 frames (20 to 999)`,
      `off  ${at("09:20")} to ${at("09:30")}: the sensor had no power`,
      `ON   ${at("09:30")} to ${at("09:40")}: mode always, no frame`,
      `ON   ${at("09:40")} to its own power was lost, before ${at("09:50")}: visit 41 (Carl), mode visits, 200 frames (1000 to 1199)`,
      `off  ${at("09:50")} until now, as far as the lock was told: the sensor has no power`,
    ],
  );
});

test("what a camera looked at for another lock is said to be that, and no visit of this one", async () => {
  const moved = sign(STEPS.map((step, place) => (place < 3 ? { ...step, lockId: "AAAAAAAAAAA" } : step)));
  const verdict = await judge(moved, { tellings: [telling(90, 6, moved)] });
  assert.equal(verdict.doubts, []);
  const saying = { zone: parseZone("UTC0"), names: new Map([[41, "Carl"]]) };
  const said = verdict.stretches.map((stretch) =>
    sayStretch(stretch, saying).replace(/^.*(UTC.00:00\)|lost.*\)): /, ""),
  );
  assert.equal(said.slice(0, 5), [
    "for another lock, mode visits, 20 frames (0 to 19)",
    "for another lock, mode visits, 980 frames (20 to 999)",
    "the sensor had no power",
    "mode always, no frame",
    "visit 41 (Carl), mode visits, 200 frames (1000 to 1199)",
  ]);
  assert.equal(
    verdict.stretches.filter(({ kind }) => kind === "on").map((stretch) => stretchObject(stretch)["visit"]),
    [null, null, null, 41],
  );
});

test("what is kept already is not asked for again, and vouches for all before it", async () => {
  const verdict = await judge(HONEST, { kept: kept(HONEST.slice(0, 4)) });
  assert.is(askFrom(kept(HONEST.slice(0, 4))), 4);
  assert.equal([verdict.doubts, verdict.book.length], [[], 6]);
});

test("what made room in a camera's flash is not denied, and what is newer than the oldest that it has is", async () => {
  const keeps = (from: number, through: number) =>
    HONEST.map((each, place) => (place + 1 >= from && place < through ? [each] : []));
  const ask = async (kept: readonly KeptRecord[], flash: readonly (readonly Bytes[])[]) => {
    const looking = {
      cameraKey: CAMERA.publicKey.slice(),
      ask: async ({ from = 1 }: { kind: string; from?: number }) => {
        return { kind: "rail", id: 0, records: flash.slice(from - 1, from - 1 + RECORDS_PER_ANSWER).flat() } as const;
      },
    };
    const heard = await fetchRecords(looking, askFrom(kept), 6);
    return judgePower({ lockId, cameraKey: looking.cameraKey, kept, heard, tellings: [], told: 6 });
  };
  const named = ({ doubts }: PowerVerdict) => doubts.map(({ kind, number }) => `${kind} ${number}`);
  const first = await ask([], keeps(2, 4));
  assert.equal([named(first), askFrom(first.book)], [["no-start 2", "no-end 6"], 2]);
  assert.equal(named(await ask(first.book, keeps(4, 6))), ["no-start 2"]);
  assert.equal(named(await ask(first.book, keeps(5, 6))), ["no-start 2"]);
  const second = await ask(first.book, keeps(3, 6));
  assert.equal(named(await ask(second.book, keeps(4, 5))), ["no-start 2", "denied 6"]);
  const denied = [2, 3, 4, 5, 6].map((each) => `denied ${each}`);
  assert.equal(named(await ask(second.book, keeps(1, 0))), ["no-start 2", ...denied]);
});

test("a camera that was never switched has nothing to hide, unless its lock knows better", async () => {
  assert.equal((await judge([], { tellings: [], told: 0 })).doubts, []);
  assert.equal((await judge([], { tellings: [], told: undefined })).doubts, [{ kind: "no-end", number: 0 }]);
  assert.equal((await judge([])).doubts, [{ kind: "no-end", number: 6 }]);
});

const without = (place: number) => HONEST.filter((_, index) => index !== place);

const LIES: readonly (readonly [
  name: string,
  messages: readonly Bytes[],
  more: Partial<PowerCase>,
  doubts: readonly string[],
  says: RegExp,
  shown: string,
])[] = [
  ["a record that was taken out", without(2), {}, ["gap 4"], /missing before record 4/, "unknown 2..4"],
  ["the first record taken out", without(0), {}, ["no-start 2"], /before record 2 are missing/, "on 2..3"],
  ["an end that was cut off", HONEST.slice(0, 5), {}, ["no-end 6"], /end before record 6/, "unknown 5..-"],
  [
    "two records with one number",
    [...HONEST.slice(0, 3), OTHER[2] ?? new Uint8Array(0), ...HONEST.slice(3)],
    {},
    ["twice 3"],
    /Record 3 .* is there twice/,
    "unknown 3..4",
  ],
  [
    "another record than the one that is kept",
    OTHER,
    { kept: kept(HONEST.slice(0, 3)) },
    ["fork 4", "twice 3", "other 6"],
    /names another one before it/,
    "unknown 3..4",
  ],
  [
    "a newest record that is denied",
    HONEST.slice(0, 5),
    { kept: kept(HONEST) },
    ["denied 6"],
    /Record 6 .* is denied: .*kept here/,
    "off 6..-",
  ],
  [
    "a story that the lock was never told",
    OTHER,
    {},
    ["frames 4", "other 3", "other 6"],
    /not the one that the lock wrote down \(its record 74\)/,
    "unknown 3..4",
  ],
  [
    "an earlier record that the lock saw otherwise, where the newest agrees",
    HONEST,
    { tellings: [telling(70, 3, OTHER), telling(90, 6)] },
    ["other 3"],
    /its record 70/,
    "unknown 3..4",
  ],
  [
    "a camera that told the lock of an older record after a newer one",
    HONEST,
    { tellings: [telling(70, 3), telling(71, 2), telling(90, 6)] },
    ["back 2"],
    /was put back/,
    "off 3..4",
  ],
  [
    "a record of another key",
    [...HONEST, ...sign(STEPS.slice(0, 1), cameraOf(8))],
    {},
    ["unsigned 1"],
    /1 record that the camera handed out is not signed by it/,
    "off 6..-",
  ],
  [
    "frames that were taken while it was off",
    sign(STEPS.map((step, place) => (place > 2 ? { ...step, frame: step.frame + 50 } : step))),
    { tellings: [] },
    ["frames 4"],
    /frames were taken while it says that the sensor was off/,
    "unknown 3..4",
  ],
];

for (const [name, messages, more, doubts, says, shown] of LIES) {
  test(`names ${name}`, async () => {
    const verdict = await judge(messages, more);
    assert.equal(
      verdict.doubts.map(({ kind, number }) => `${kind} ${number}`),
      doubts,
    );
    assert.match(verdict.doubts.map(sayDoubt).join("\n"), says);
    assert.match(sayPower(verdict), /^NOT OK/);
    assert.ok(shownBy(verdict).includes(shown), shownBy(verdict).join(", "));
  });
}

test("of a time with power whose end is missing nobody says that it goes on until now", async () => {
  const saying = { zone: parseZone("UTC0"), names: new Map<number, string>() };
  const said = async (messages: readonly Bytes[]) =>
    (await judge(messages)).stretches.filter(({ kind }) => kind === "on").map((each) => sayStretch(each, saying));
  for (const lines of [await said(without(2)), await said(HONEST.slice(0, 5))]) {
    assert.not.match(lines.join("\n"), /until now|to now/);
    assert.match(lines.join("\n"), /to a time that is not known: visit 41, mode visits, its frames are not counted/);
  }
  const isOn = sign(STEPS.slice(0, 5));
  const verdict = await judge(isOn, { tellings: [telling(80, 5, isOn)], told: 5 });
  assert.match(sayStretch(verdict.stretches.at(-1) as never, saying), /to now, as far as the lock was told: visit 41/);
});

for (const [event, kinds] of [
  ["unproven", []],
  ["head", ["back"]],
] as const) {
  test(`a camera is ${kinds.length > 0 ? "called" : "not called"} put back by an older record in "${event}"`, async () => {
    const scribe = new Scribe(1);
    const tell = (at: number, number: number, what: "start" | typeof event) => {
      const powerHash = telling(0, number).hash;
      scribe.write(at, {
        kind: "camera",
        event: what,
        visit: 0,
        verdict: 0,
        head: undefined,
        power: number,
        powerHash,
      });
    };
    tell(0, 3, "start");
    tell(60, 6, "start");
    // What nobody vouched for in time is counted, and written up to an hour later.
    tell(3_600, 5, event);
    const { doubts } = await judge(HONEST, { tellings: tellingsOf(shelfOf(scribe.archive), CAMERA.publicKey.slice()) });
    assert.equal(
      doubts.map(({ kind }) => kind),
      kinds,
    );
  });
}

test("what was kept is proof for good: two records with one number stay, sealed beside the keys", async () => {
  const owner = new Desk();
  owner.init(Buffer.alloc(32, 7).toString("base64url"));
  const keystore = openKeystore(owner.home, PASSPHRASE);
  const of = { lockId, cameraKey: CAMERA.publicKey.slice() };
  const { book } = await judge(OTHER, { kept: kept(HONEST) });
  assert.is(book.length, 7, "the camera was asked for the newest alone");
  saveBook(keystore, of, book);
  assert.equal(readBook(keystore, of), book);
  assert.is(askFrom(book), 6, "the two that differ");
  const again = await judge(HONEST, { kept: readBook(keystore, of) });
  assert.equal(
    again.doubts.map(({ kind }) => kind),
    ["twice"],
  );
  saveBook(keystore, of, kept(HONEST.slice(0, 2)));
  assert.equal(readBook(keystore, of), book, "a command that heard less takes nothing away");
  assert.equal(readBook(keystore, { ...of, cameraKey: cameraOf(8).publicKey.slice() }), []);
  owner.close();
});

/** A film of frames 1000 to 1099, which names record 5. */
function filmVerdict() {
  const film = filmOf();
  const head = { clip: occasionOf().clip, chain: new Uint8Array(32).fill(9) };
  const judgeWith = (recorded: readonly (typeof head)[]) => {
    const verifier = new ClipVerifier(crypto, CAMERA.publicKey, { recorded });
    for (const { jpeg, shownAt } of film) verifier.add(jpeg, shownAt);
    return verifier.finish();
  };
  const honest = judgeWith([]);
  const own = honest.checkpoints.map(({ chain }) => ({ ...head, chain }));
  return { head, honest, own, judgeWith };
}

test("a film is held to the lock's heads and to the times with power", () => {
  const [owner, other] = [new Desk(), new Desk()];
  for (const desk of [owner, other]) desk.init(Buffer.alloc(32, 7).toString("base64url"));
  let keystore = openKeystore(owner.home, PASSPHRASE);
  const cameraKey = CAMERA.publicKey.slice();
  const { head, honest, own, judgeWith } = filmVerdict();
  const hold = (verdict: typeof honest, heads: readonly (typeof head)[], visit = 41) => {
    const kept = [{ lockId, cameras: [], heads: heads.map((each) => ({ ...each, frame: 1_010, visit })) }];
    return holdClip(verdict, { keystore, kept, cameraKey });
  };
  const bare = hold(judgeWith(own), own);
  assert.equal(bare.doubts, []);
  assert.match(
    bare.lines.join("\n"),
    /told the lock of it \d+ times, and all of that is here\.\n.*not all is kept here/,
  );

  saveBook(keystore, { lockId, cameraKey }, kept(HONEST));
  const held = hold(judgeWith(own), own);
  assert.equal([held.doubts, held.checkpoints], [[], honest.checkpoints.length]);
  assert.match(held.lines.join("\n"), /Held to 6 records .*: each frame was taken while its sensor had power\./);

  // The lock was told of more than is here.
  const cut = judgeWith([...own, head]);
  assert.equal([cut.isOk, cut.findings.map(({ kind }) => kind)], [false, ["not-told"]]);
  assert.not.match(hold(cut, [...own, head]).lines.join("\n"), /all of that is here/);
  const stranger = { ...head, clip: new Uint8Array(16).fill(0xc2) };
  assert.ok(judgeWith([stranger]).isOk, "another film's head is not asked of this one");
  assert.match(hold(honest, [stranger]).doubts.join("\n"), /another film of visit 41, and not this one/);
  assert.match(hold(honest, [stranger], 40).lines.join("\n"), /has nothing of it/);

  // By its own records the sensor went off after 40 of these frames.
  keystore = openKeystore(other.home, PASSPHRASE);
  saveBook(
    keystore,
    { lockId, cameraKey },
    kept(sign([...STEPS.slice(0, 5), { event: "off", frame: FIRST_SEQ + 40 }])),
  );
  const outside = hold(honest, own);
  assert.match(outside.doubts.join("\n"), /Frames 1040 to \d+: by record 5 .* the sensor had no power for them\./);
  assert.not.match(outside.doubts.join("\n"), /Frames 1000/);
  owner.close();
  other.close();
});

test.run();
