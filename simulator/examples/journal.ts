// One example of each payload of the journal.
// Why: a record must be readable years later, by a tool that somebody else wrote.
// Follows docs/protocol.cddl, "Journal payloads".

import type { Bytes } from "../../firmware/bytes.ts";
import { encodeBody, KIND_ACT } from "../../firmware/grant/body.ts";
import { link8Of } from "../../firmware/grant/chain.ts";
import { withNote } from "../../firmware/journal/damage.ts";
import type { WritableEntry } from "../../firmware/journal/entry.ts";
import { encodeImage } from "../../firmware/journal/image.ts";
import { encodeEntry } from "../../firmware/journal/payload.ts";
import { ACCESS } from "../../firmware/journal/record.ts";
import { encodeSnapshot } from "../../firmware/journal/snapshot.ts";
import { emptyState } from "../../firmware/journal/state.ts";
import { seconds } from "../../firmware/platform.ts";
import { Counters } from "../../firmware/policy/counters.ts";
import type { Example } from "../examples.ts";
import { codeRecords } from "./codes.ts";
import { type Cast, DAY_SECONDS, NOW, repeated } from "./keys.ts";
import { leavesOf } from "./signed.ts";

type Row = readonly [rule: string, says: string, entry: WritableEntry];

/** The grants that the records are about. */
interface Shown {
  readonly root8: Bytes;
  readonly leaf8: Bytes;
}

const UNTIL = seconds(NOW + DAY_SECONDS);

/** Gives the examples of journal payloads. */
export function journalExamples(cast: Cast): readonly Example[] {
  const { root, link } = leavesOf(cast);
  const shown = { root8: link8Of(cast.crypto, root), leaf8: link8Of(cast.crypto, link) };
  const rows = [
    ...stateRows(cast, shown),
    ...visitRows(cast, shown),
    ...accessRows(cast, shown),
    ...codeRecords(cast),
    ...noticeRows(),
  ];
  const payloads = rows.map(([rule, says, entry]) => ({ rule, says, bytes: encodeEntry(entry) }));
  return [...payloads, ...snapshotExamples(cast, shown)];
}

/** The state of a lock with one owner, and one use of one grant. */
function snapshotExamples({ crypto, owner, recovery }: Cast, { root8 }: Shown): readonly Example[] {
  const keyOf = ({ kid, publicKey }: Cast["owner"]) => ({ kid, publicKey, sequence: 7 });
  const image = encodeImage(crypto, {
    ...emptyState(),
    keyring: {
      owners: [keyOf(owner)],
      recovery: { ...keyOf(recovery), sequence: 0 },
      removed: new Uint8Array(0),
      boards: [],
    },
    counters: Counters.from(1, () => ({ link8: root8, root8, used: 1, until: UNTIL })),
    watermark: NOW,
    boots: 3,
    haste: 5,
    fetched: 41,
    fetchedNotices: 6,
    custody: 1,
    faces: root8,
  });
  const covered = { link: new Uint8Array(32).fill(0x11), damage: new Uint8Array(0) };
  const heads = [
    { ...covered, seq: 1_234 },
    { ...covered, seq: 42 },
    { ...covered, seq: 0 },
  ] as const;
  return [
    { rule: "image", says: "the state of a lock with one owner; one use of one grant is counted", bytes: image },
    {
      rule: "snapshot",
      says: "the same in a snapshot; no region is damaged",
      bytes: encodeSnapshot(heads, (writer) => void writer.raw(image), 1_000),
    },
  ];
}

function stateRows({ crypto, owner, courier }: Cast, { leaf8 }: Shown): readonly Row[] {
  const nothing = new Uint8Array(0);
  const damage = withNote(crypto, ACCESS, undefined, { cause: "gap", afterSeq: 42, throughSeq: 43, offset: 32_768 });
  const list = {
    owner: owner.kid,
    sequence: 1,
    generation: 0,
    revoked: leaf8,
    untils: [UNTIL],
    holders: courier.kid,
    codes: [],
  };
  const clock = { kind: "clock", source: 1, lo: seconds(NOW - 30), hi: seconds(NOW + 30) } as const;
  return [
    ["boot-1", "the second start, soon after a power cut", { kind: "boot", reason: 1, boots: 2, haste: 8 }],
    ["watermark-2", "nothing: the record's header has the time", { kind: "watermark" }],
    ["list-3", "a revocation list as the lock keeps it", { kind: "list", list }],
    ["clock-4", "the time, from an owner's iat", clock],
    [
      "acknowledged-5",
      "an owner knows of the damage in the access region; the others have none",
      { kind: "acknowledged", digests: [nothing, damage.digest, nothing] },
    ],
    [
      "fetched-6",
      "an owner holds all access records up to 4,711, and all notices up to 815",
      { kind: "fetched", through: 4_711, notices: 815 },
    ],
  ];
}

function visitRows({ courier }: Cast, { root8, leaf8 }: Shown): readonly Row[] {
  const spends = [
    { link8: root8, used: 1, until: UNTIL },
    { link8: leaf8, used: 1, until: UNTIL },
  ];
  const { kid: actor } = courier;
  const closing = {
    kind: "closing",
    intent: 41,
    outcome: "secured",
    openedAfter: 4,
    closedAfter: 39,
    securedAfter: 42,
    witnesses: 3,
  } as const;
  return [
    [
      "intent-16",
      "Dana opens; two counted links are spent",
      { kind: "intent", operation: 0, source: "phone", actor, root: root8, spends },
    ],
    [
      "intent-16",
      "the same with a camera that was live and unobstructed",
      { kind: "intent", operation: 0, source: "phone", actor, root: root8, spends, cameraProof: 2 },
    ],
    ["closing-17", "opened after 4 s, shut after 39, locked after 42; contact and bolt sensor say so", closing],
    [
      "who-22",
      "the names in Dana's chain",
      { kind: "who", leaf: leaf8, holder: actor, names: ["Acme Parcels", "Dana"], root: root8 },
    ],
  ];
}

function accessRows({ courier, owner }: Cast, { leaf8 }: Shown): readonly Row[] {
  const body = { kind: KIND_ACT, operation: 0 } as const;
  const statement = {
    kind: "statement",
    actor: owner.kid,
    sequence: 7,
    body,
    encodedBody: encodeBody(7, body),
  } as const;
  const refusal = {
    kind: "refusal",
    actor: courier.kid,
    leaf: leaf8,
    operation: 0,
    denial: "not-yet",
    count: 2,
  } as const;
  return [
    ["statement-18", "the owner unlocks", statement],
    ["refusal-19", "Dana came too early, twice", refusal],
    ["door-20", "somebody turned the thumbturn open", { kind: "door", event: "thumbturn-unlocked", count: 1 }],
    ["inside-21", "three presses within a minute", { kind: "inside", count: 3 }],
    [
      "overwritten-23",
      "the ring was full of what no owner had fetched",
      { kind: "overwritten", firstSeq: 1, lastSeq: 47 },
    ],
    ["network-30", "the owner has the lock join a network", { kind: "network", actor: owner.kid, event: "set" }],
  ];
}

function noticeRows(): readonly Row[] {
  const head = { clip: repeated(0xc1, 16), frame: 959, chain: repeated(0xc2, 32) };
  return [
    ["alarm-32", "the door was forced", { kind: "alarm", alarm: "forced", count: 1 }],
    ["stranger-33", "forty proofs failed within an hour", { kind: "stranger", strangerClass: 2, count: 40 }],
    [
      "camera-34",
      "a minute into visit 41 the camera sees well, and its chain stands there",
      { kind: "camera", event: "head", visit: 41, verdict: 0, head, power: 7, powerHash: repeated(0x77, 8) },
    ],
  ];
}
