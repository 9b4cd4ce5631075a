// Goal: a snapshot's image holds all of the state: what is read back is what was written, field by field, and the greatest
// state that the bounds allow fits in a slot of five sectors. Anything else is refused whole.
// Method: states from empty to full, each encoded, read, and encoded again; every cut and every flipped byte of one of them.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { Stream } from "../../../simulator/random.ts";
import { type Bytes, fromAscii, toHex } from "../../bytes.ts";
import { ACTIVE_MAX, type Credential, SPENT_MAX } from "../../codes/credential.ts";
import { type CodeState, emptyCodes, withUser } from "../../codes/state.ts";
import { CREDENTIALS_MAX, HOLIDAYS_MAX, USERS_MAX, type User } from "../../codes/user.ts";
import { WindowSet } from "../../codes/windowset.ts";
import { kid8 } from "../../cose/key.ts";
import { Fault } from "../../fault.ts";
import { CODES_MAX, HOLDERS_MAX, REVOKED_MAX, type RevocationList } from "../../grant/revocation.ts";
import { seconds } from "../../platform.ts";
import {
  configure,
  defaultConfiguration,
  SETTING_MODE,
  SETTING_TIME_SERVERS,
  SETTING_ZONE,
} from "../../policy/configuration.ts";
import { COUNTERS_MAX, Counters } from "../../policy/counters.ts";
import { BOARDS_MAX, OWNERS_MAX, REMOVED_MAX } from "../../policy/keyring.ts";
import { decodeImage, encodeImage } from "../image.ts";
import { emptyState, FACES_MAX, type LockState } from "../state.ts";

const SEED = 52;
const U32_MAX = 0xffff_ffff;
/** Five sectors of 4 KB, less the header of a snapshot and the heads of its regions. */
const SLOT_BYTES = 5 * 4_096 - 48 - 192;
const LONGEST_ZONE = "<LONGSTANDARDTIME+1030>-10:30<LONGSUMMER+11>-11,M10.1.0,M4.1.0";

const random = new Stream(SEED, "image");

function draw(size: number): Bytes {
  const bytes = new Uint8Array(size);
  random.fill(bytes);
  return bytes;
}

function times<Item>(count: number, make: () => Item): readonly Item[] {
  return Array.from({ length: count }, make);
}

function fullList(owner: Bytes): RevocationList {
  return {
    owner,
    sequence: U32_MAX,
    generation: U32_MAX,
    revoked: draw(8 * REVOKED_MAX),
    untils: times(REVOKED_MAX, () => seconds(U32_MAX)),
    holders: draw(8 * HOLDERS_MAX),
    codes: times(CODES_MAX, () => ({ codeClass: U32_MAX, serial: U32_MAX, start: U32_MAX })),
  };
}

const LONGEST_USE = { by: "user", user: 20, slot: 32, step: U32_MAX, first: 19, isDuress: true } as const;

/** As many codes as there may be, each as long as it may be. */
function fullCodes(owners: readonly Bytes[]): CodeState {
  const used = () => ({ owner: draw(8), window: { windowClass: 21, serial: 1, startHour: 500_000 } });
  const span = () => ({ from: seconds(U32_MAX - 1), until: seconds(U32_MAX) });
  const users: User[] = [];
  for (let index = 1; index <= USERS_MAX; index++) {
    users.push({
      index,
      name: "n".repeat(32),
      type: "remoteOnly",
      rule: "with-grant",
      isEnabled: true,
      camera: 2,
      holder: draw(8),
      weekDays: times(4, () => [127, 1_439, 1_440]).flat(),
      yearDays: times(2, span),
      expiryMinutes: 2_880,
      firstUsed: seconds(U32_MAX),
      creator: draw(8),
      modifier: draw(8),
    });
  }
  const credentials: Credential[] = [];
  for (let slot = 1; slot <= CREDENTIALS_MAX; slot++) {
    credentials.push({ slot, user: 20, type: "totp", digits: 8, value: draw(60), lastStep: U32_MAX });
  }
  return {
    secrets: owners.map((owner) => ({ owner, sealed: draw(60) })),
    users,
    credentials,
    holidays: times(HOLIDAYS_MAX, () => ({ ...span(), mode: "vacation" as const })),
    spent: WindowSet.from(SPENT_MAX, used),
    active: WindowSet.from(ACTIVE_MAX, used),
  };
}

/** The greatest state that every bound allows. */
function fullState(): LockState {
  const key = () => {
    const publicKey = draw(32);
    return { kid: kid8(crypto, publicKey), publicKey, sequence: U32_MAX };
  };
  const owners = times(OWNERS_MAX, key);
  const boards = times(BOARDS_MAX, () => {
    const { kid, publicKey: signingKey, sequence } = key();
    return { kid, role: 3, agreementKey: draw(32), signingKey, sequence };
  });
  const settings = [
    { key: SETTING_ZONE, value: fromAscii(LONGEST_ZONE) },
    { key: SETTING_MODE, value: 4 },
    { key: SETTING_TIME_SERVERS, value: draw(32) },
    { key: SETTING_TIME_SERVERS + 1, value: draw(32) },
    { key: SETTING_TIME_SERVERS + 2, value: draw(32) },
  ];
  const configuration = configure(defaultConfiguration(), settings);
  if (configuration === undefined) throw new Error("the settings are in bounds");
  const spend = () => ({ link8: draw(8), used: 65_535, until: seconds(U32_MAX) });
  return {
    keyring: { owners, recovery: key(), removed: draw(8 * REMOVED_MAX), boards },
    lists: owners.map(({ kid }) => fullList(kid)),
    configuration,
    counters: Counters.from(COUNTERS_MAX, () => ({ ...spend(), root8: draw(8) })),
    visit: { intent: U32_MAX, actor: draw(8), spends: times(3, spend), code: LONGEST_USE },
    codes: fullCodes(owners.map(({ kid }) => kid)),
    budget: 12_345,
    watermark: seconds(U32_MAX),
    jumped: seconds(U32_MAX),
    boots: U32_MAX,
    haste: 56,
    acknowledged: [draw(8), draw(8), draw(8)],
    senseless: [draw(8), draw(8), draw(8)],
    fetched: U32_MAX,
    fetchedNotices: U32_MAX - 1,
    custody: U32_MAX,
    faces: draw(8 * FACES_MAX),
  };
}

const PARTS: readonly (keyof LockState)[] = [
  "keyring",
  "lists",
  "configuration",
  "counters",
  "visit",
  "codes",
  "budget",
  "watermark",
  "jumped",
  "boots",
  "haste",
  "acknowledged",
  "senseless",
  "fetched",
  "fetchedNotices",
  "custody",
  "faces",
];

/** A value as text, bytes and all, whatever the order of its fields. */
function textOf(value: unknown): string {
  return JSON.stringify(value, (_, part) => {
    if (part instanceof Uint8Array) return toHex(part);
    if (typeof part !== "object" || part === null || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).sort(([left], [right]) => (left < right ? -1 : 1)));
  });
}

/** Whether a state comes back as it was; the whole of it is too long to be shown. */
function comesBack(state: LockState): boolean {
  return textOf(decodeImage(crypto, encodeImage(crypto, state))) === textOf(state);
}

test("an empty state comes back", () => {
  assert.ok(comesBack(emptyState()));
});

test("the greatest state comes back, and fits in a slot", () => {
  const state = fullState();
  const image = encodeImage(crypto, state);
  assert.ok(image.length <= SLOT_BYTES, `${image.length} bytes`);
  assert.ok(comesBack(state));
});

test("the owners who set users are held once, when a user is set and when it is read", () => {
  const [mother, father] = [draw(8), draw(8)];
  const [{ index: _, ...setting }] = fullCodes([]).users;
  let codes = emptyCodes();
  for (const [index, actor] of [mother, father, father, mother].entries()) {
    codes = withUser(crypto, codes, { index: 1 + index, setting, actor: actor.slice() });
  }
  codes = withUser(crypto, codes, { index: 1, setting, actor: father.slice() });
  const read = decodeImage(crypto, encodeImage(crypto, { ...emptyState(), codes })).codes;
  for (const { users } of [codes, read]) {
    const names = users.flatMap(({ creator, modifier }) => [creator, modifier]);
    assert.is(new Set(names).size, 2);
    assert.equal(names, [father, father, father, father, mother, mother, mother, father]);
  }
});

test("every part of the state is in the image", () => {
  assert.equal(Object.keys(emptyState()).sort(), [...PARTS].sort());
});

for (const part of PARTS) {
  test(`${part} alone comes back`, () => {
    const { keyring, ...rest } = fullState();
    // Lists count, and are kept, only where their owners are.
    const state = { ...emptyState(), [part]: { keyring, ...rest }[part], ...(part === "lists" ? { keyring } : {}) };
    assert.ok(textOf(state) !== textOf(emptyState()) && comesBack(state));
  });
}

test("a list of a key that is no owner's any more is left out", () => {
  const { keyring, lists } = fullState();
  const owners = keyring.owners.slice(1);
  const state = { ...emptyState(), keyring: { ...keyring, owners }, lists };
  const { lists: kept } = decodeImage(crypto, encodeImage(crypto, state));
  assert.ok(textOf(kept) === textOf(lists.slice(1)));
});

const isCorrupt = (error: Error) => error instanceof Fault && error.code === "journal.corrupt";

test("an image that is cut, longer, or of another version is refused", () => {
  const image = encodeImage(crypto, { ...emptyState(), keyring: fullState().keyring });
  for (let end = 0; end < image.length; end += 7) {
    assert.throws(() => decodeImage(crypto, image.slice(0, end)), isCorrupt, `cut at ${end}`);
  }
  const longer = new Uint8Array(image.length + 1);
  longer.set(image);
  assert.throws(() => decodeImage(crypto, longer), isCorrupt);
  const other = image.slice();
  other[1] = 1;
  assert.throws(() => decodeImage(crypto, other), isCorrupt);
});

test(`an image with any byte changed is read or refused, and nothing else (seed ${SEED})`, () => {
  const image = encodeImage(crypto, fullState());
  let read = 0;
  let refused = 0;
  for (let at = 0; at < image.length; at += 41) {
    const changed = image.slice();
    changed[at] ^= 1 + random.below(255);
    try {
      decodeImage(crypto, changed);
      read++;
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      refused++;
    }
  }
  assert.ok(read > 80 && refused > 40, `${read} read, ${refused} refused`);
});

test.run();
