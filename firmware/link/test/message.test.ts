// Goal: each message of a session has exactly one form, on both sides; whatever else is refused with a Fault.
// Method: a row a message, with its bytes written by hand from the CDDL; each good row is read, written again, and tried
// one byte short, one byte long, and with each of its bits flipped.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Bytes, concat, fromHex, toHex } from "../../bytes.ts";
import type { UserSetting } from "../../codes/form.ts";
import { Fault } from "../../fault.ts";
import { seconds } from "../../platform.ts";
import {
  type Answer,
  encodeAnswer,
  encodeNotice,
  encodeRequest,
  encodeWelcome,
  type Notice,
  parseAnswer,
  parseRequest,
  parseWelcome,
  type Request,
  type Status,
} from "../message.ts";

const LINK = new Uint8Array(32).fill(0x11);
const LINK_HEX = `5820${"11".repeat(32)}`;
const KID = new Uint8Array(8).fill(0x22);
const KID_HEX = `48${"22".repeat(8)}`;
const FINGERPRINT = new Uint8Array(4).fill(0x33);
const HEADS = Object.freeze([
  { region: 0, lastSeq: 1, link: LINK },
  { region: 1, lastSeq: 0x1_0000, link: LINK },
  { region: 2, lastSeq: 0, link: LINK },
] as const);
const HEADS_HEX = `838300 01${LINK_HEX}8301 1a00010000${LINK_HEX}830200${LINK_HEX}`.replaceAll(" ", "");

const STATUS: Status = {
  firmwareVersion: "0.1.0",
  timeLow: 0x6700_0000,
  timeHigh: undefined,
  bolt: "locked",
  contact: "closed",
  mode: "normal",
  batteryMillivolts: 6000,
  boots: 3,
  heads: HEADS,
  owners: [{ kid: KID, seq: 5, revocationSeq: 1, generation: 0 }],
  isJournalWhole: true,
  isJournalWritable: false,
  isVisitOpen: true,
  hasPresence: false,
  resetSeconds: 86_400,
  recovery: { kid: KID, seq: 3 },
  liveCounters: 2,
  boards: [{ kid: KID, role: "camera", isUp: true, isCaseOpen: false, isKeyStuck: true, millivolts: 4_800 }],
  codes: { budget: 70_600, secrets: [{ owner: KID, fingerprint: FINGERPRINT }], pausedDigits: [8, 6] },
  configuration: new Map<number, number | Bytes>([
    [1, 30],
    [2, fromHex("aabb")],
  ]),
  fetchedSeq: 40,
  camera: {
    ...{ verdict: 5, alarm: undefined, isOn: true, canRecord: true, isRecording: false, isCaseOpen: true },
    ...{ visit: 0, power: 12, ageMillis: 250, heardMillis: 400 },
  },
  network: { is: "joined", address: fromHex("c0a80114") },
};
const STATUS_HEX = [
  "b30165302e312e30",
  "02821a670000001affffffff",
  "030104010500",
  "06191770",
  "0703",
  `08${HEADS_HEX}`,
  `098184${KID_HEX}050100`,
  "0a06",
  "0b02",
  `0c8184${KID_HEX}02051912c0`,
  "0da201181e0242aabb",
  "0e1828",
  "0f1a00015180",
  `1082${KID_HEX}03`,
  `11831a000113c88182${KID_HEX}4433333333820806`,
  "12870518400b000c18fa190190",
  "13820244c0a80114",
].join("");

const ANA: UserSetting = {
  name: "Ana",
  type: "weekDaySchedule",
  rule: "single",
  isEnabled: true,
  camera: 0,
  holder: undefined,
  weekDays: [31, 480, 480],
  yearDays: [],
  expiryMinutes: undefined,
};
const ANA_HEX = "8963416e610200010040 8183181f1901e01901e0 8000";

const REQUESTS: readonly (readonly [string, string, Request])[] = [
  ["a proof", "83010743d28440", { kind: "prove", id: 7, message: fromHex("d28440") }],
  ["a statement", "83021affffffff41d2", { kind: "statement", id: 0xffff_ffff, message: fromHex("d2") }],
  ["status", "820300", { kind: "status", id: 0 }],
  ["farewell", "820a03", { kind: "farewell", id: 3 }],
  ["fetch", "840409011864", { kind: "fetch", id: 9, region: 1, from: 100 }],
  ["a request for time", "83050102", { kind: "timeRequest", id: 1, server: 2 }],
  ["a server's answer", "8306014100", { kind: "timeResponse", id: 1, response: fromHex("00") }],
  ["a ticket", `840b07${LINK_HEX}07`, { kind: "ticket", id: 7, viewerKey: LINK, rights: 7 }],
  ["bye", "82071818", { kind: "bye", id: 24 }],
  ["fetched", `830802${HEADS_HEX}`, { kind: "fetched", id: 2, heads: HEADS }],
  ["checkpoint", "820903", { kind: "checkpoint", id: 3 }],
  ["a code secret", `831001${LINK_HEX}`, { kind: "codeSecret", id: 1, secret: LINK }],
  ["a user", `8511010501${ANA_HEX}`, { kind: "user", id: 1, index: 5, isNew: true, setting: ANA }],
  ["the end of a user", "851101050080", { kind: "user", id: 1, index: 5, isNew: false, setting: undefined }],
  [
    "a PIN",
    "84130103 830500 46313933373436",
    { kind: "credential", id: 1, slot: 3, credential: { user: 5, type: "pin", value: fromHex("313933373436") } },
  ],
  [
    "an authenticator's secret",
    `84130118 20 831401${LINK_HEX}`,
    { kind: "credential", id: 1, slot: 32, credential: { user: 20, type: "totp", value: LINK } },
  ],
  ["the end of a credential", "8413010380", { kind: "credential", id: 1, slot: 3, credential: undefined }],
  ["users", "83140105", { kind: "users", id: 1, from: 5 }],
  [
    "holidays",
    "83150181 831a670000001a6700000101",
    {
      kind: "holidays",
      id: 1,
      holidays: [{ from: seconds(0x67000000), until: seconds(0x67000001), mode: "vacation" }],
    },
  ],
  ["what board offers itself", "821601", { kind: "offer", id: 1 }],
  [
    "a network and its passphrase",
    "841201 4161 48 6f70656e207365 73",
    { kind: "joinNetwork", id: 1, credentials: { name: fromHex("61"), passphrase: fromHex("6f70656e20736573") } },
  ],
  [
    "the longest network and passphrase",
    `841201 5820${"61".repeat(32)} 583f${"7e".repeat(63)}`,
    {
      kind: "joinNetwork",
      id: 1,
      credentials: { name: fromHex("61".repeat(32)), passphrase: fromHex("7e".repeat(63)) },
    },
  ],
  [
    "an open network",
    "841201 4161 40",
    { kind: "joinNetwork", id: 1, credentials: { name: fromHex("61"), passphrase: undefined } },
  ],
  ["the end of a network", "821701", { kind: "leaveNetwork", id: 1 }],
];

const ANSWERS: readonly (readonly [string, string, Answer | Notice])[] = [
  ["yes", "83184007 01", { kind: "yes", id: 7 }],
  ["no", "8318400700", { kind: "no", id: 7, denial: undefined }],
  ["no, with its reason", "841840070005", { kind: "no", id: 7, denial: "expired" }],
  ["the status", `83184307${STATUS_HEX}`, { kind: "status", id: 7, status: STATUS }],
  [
    "records",
    `861844070105${LINK_HEX}420102`,
    { kind: "records", id: 7, region: 1, first: 5, previousLink: LINK, bytes: fromHex("0102") },
  ],
  ["a nonce", `83184507${LINK_HEX}`, { kind: "nonce", id: 7, nonce: LINK }],
  ["a checkpoint", "8318490742d284", { kind: "checkpoint", id: 7, message: fromHex("d284") }],
  [
    "users",
    `84184a0780 8182 8505${ANA_HEX}00${KID_HEX}${KID_HEX} 81830300 06`,
    {
      kind: "users",
      id: 7,
      holidays: [],
      users: [
        {
          user: { ...ANA, index: 5, firstUsed: undefined, creator: KID, modifier: KID },
          credentials: [{ slot: 3, type: "pin", digits: 6 }],
        },
      ],
    },
  ],
  [
    "a ticket",
    `86184c0748${"22".repeat(8)}${LINK_HEX}${LINK_HEX}183c`,
    { kind: "ticket", id: 7, ticket: fromHex("22".repeat(8)), agreementKey: LINK, signingKey: LINK, seconds: 60 },
  ],
  ["no board", "83184b0780", { kind: "offer", id: 7, board: undefined }],
  [
    "a board that offers itself",
    `83184b078301${LINK_HEX}${LINK_HEX}`,
    { kind: "offer", id: 7, board: { role: 1, agreementKey: LINK, signingKey: LINK } },
  ],
  ["an alarm", "8318600009", { kind: "notice", event: "alarm", receipt: undefined }],
  ["a bell", "8318600007", { kind: "notice", event: "bell", receipt: undefined }],
  ["opened", "8318600001", { kind: "notice", event: "opened", receipt: undefined }],
  ["aborted", "8318600006", { kind: "notice", event: "aborted", receipt: undefined }],
  ["locked, with a receipt", "841860000341d2", { kind: "notice", event: "locked", receipt: fromHex("d2") }],
];

function hex(text: string): Bytes {
  return fromHex(text.replaceAll(" ", ""));
}

function encode(message: Answer | Notice): Bytes {
  return message.kind === "notice" ? encodeNotice(message) : encodeAnswer(message);
}

/** Asserts that the bytes give a Fault of the layers that may speak here. */
function refuses(run: () => unknown, claim: string): void {
  try {
    run();
  } catch (error) {
    if (error instanceof Fault) {
      assert.ok(
        error.code === "link.shape" || error.code === "code.shape" || error.code.startsWith("cbor."),
        `${claim}: ${error.code}`,
      );
      return;
    }
    throw error;
  }
  assert.unreachable(claim);
}

/** Tries one byte less at the end and one more, and each bit flipped: refused, or read as what has exactly that form. */
function tryNeighbours(
  good: Bytes,
  read: (bytes: Bytes) => unknown,
  write: (message: never) => Bytes | undefined,
): void {
  refuses(() => read(good.slice(0, -1)), "one byte short");
  refuses(() => read(concat(good, fromHex("00"))), "one byte long");
  for (let bit = 0; bit < good.length * 8; bit++) {
    const changed = good.slice();
    changed[bit >> 3] ^= 1 << (bit & 7);
    let message: unknown;
    try {
      message = read(changed);
    } catch (error) {
      assert.instance(error, Fault, `bit ${bit}`);
      continue;
    }
    const again = write(message as never);
    if (again !== undefined) assert.is(toHex(again), toHex(changed), `bit ${bit}: two forms of one message`);
  }
}

for (const [name, bytes, request] of REQUESTS) {
  test(`reads and writes the request ${name}`, () => {
    assert.equal(parseRequest(hex(bytes)), request);
    assert.is(toHex(encodeRequest(request)), toHex(hex(bytes)));
  });
  test(`refuses the neighbours of the request ${name}`, () => {
    tryNeighbours(hex(bytes), parseRequest, encodeRequest);
  });
}

for (const [name, bytes, answer] of ANSWERS) {
  test(`reads and writes the answer ${name}`, () => {
    assert.equal(parseAnswer(hex(bytes)), answer);
    assert.is(toHex(encode(answer)), toHex(hex(bytes)));
  });
  test(`refuses the neighbours of the answer ${name}`, () => {
    // Flags, denials and such that this version has no name for are read and dropped, so only shorter forms return.
    const isOpen = answer.kind === "no" || answer.kind === "status";
    tryNeighbours(hex(bytes), parseAnswer, (other: Answer | Notice) => (isOpen ? undefined : encode(other)));
  });
}

const BAD_REQUESTS: readonly (readonly [string, string])[] = [
  ["nothing", ""],
  ["an empty array", "80"],
  ["a network without a name", "841201 40 40"],
  ["a network with a name of 33 bytes", `841201 5821${"61".repeat(33)} 40`],
  ["a passphrase of 7 characters", "841201 4161 47 61616161616161"],
  ["a passphrase of 64 characters", `841201 4161 5840${"61".repeat(64)}`],
  ["a passphrase with a control character", "841201 4161 48 6f70656e0a736573"],
  ["a passphrase with a character above ASCII", "841201 4161 48 6f70656e7f736573"],
  ["a network without a passphrase's place", "831201 4161"],
  ["the end of a network with a name", "831701 4161"],
  ["number 24", "82181800"],
  ["number 0", "820000"],
  ["number 12", "820c00"],
  ["a ticket without rights", `840b07${LINK_HEX}00`],
  ["a ticket with rights above all", `840b07${LINK_HEX}08`],
  ["a ticket with a key of 31 bytes", `840b07581f${"11".repeat(31)}01`],
  ["a ticket without a key", "830b0701"],
  ["an answer's number", "8318400701"],
  ["a status with an argument", "83030000"],
  ["a fetch without its start", "83040901"],
  ["region 3", "8404090300"],
  ["an empty proof", "83010740"],
  ["a proof as text", "830107 63616263"],
  ["an empty server's answer", "83060140"],
  ["no heads", "83080280"],
  ["the same head twice", `83080282830001${LINK_HEX}830001${LINK_HEX}`],
  ["heads out of order", `83080282830101${LINK_HEX}830001${LINK_HEX}`],
  ["a link of 31 bytes", `83080281830001581f${"11".repeat(31)}`],
  ["a long form of a number", "82180300"],
  ["an indefinite array", "9f0300ff"],
  ["an id above 32 bits", "82031b0000000100000000"],
  ["a negative id", "820320"],
  ["a code secret of 31 bytes", `831001581f${"11".repeat(31)}`],
  ["Wi-Fi without a name", "8412014040"],
  ["user 0", `8511010001${ANA_HEX}`],
  ["a user who is neither new nor there", `8511010502${ANA_HEX}`],
  ["user 21", `8511011501${ANA_HEX}`],
  ["a user without a name", `8511010501${ANA_HEX.replace("63416e61", "60")}`],
  ["a user of type 10", `8511010501${ANA_HEX.replace("63416e6102", "63416e610a")}`],
  ["a user whose week day lasts no time", `8511010501${ANA_HEX.replace("1901e01901e0", "1901e000")}`],
  ["a PIN of five digits", "84130103 830500 453139333734"],
  ["a PIN with a letter", "84130103 830500 46313933373441"],
  ["a PIN in slot 33", "8413011821 830500 46313933373436"],
  ["an authenticator's secret of 15 bytes", `84130103 830501 4f${"11".repeat(15)}`],
  ["a holiday that ends before it begins", "83150181 831a670000011a6700000001"],
  ["a holiday in privacy", "83150181 831a670000001a6700000102"],
];
for (const [name, bytes] of BAD_REQUESTS) {
  test(`refuses as a request ${name}`, () => refuses(() => parseRequest(hex(bytes)), name));
}

test("refuses a request above 1,600 bytes", () => {
  const message = new Uint8Array(1_594);
  assert.is(parseRequest(encodeRequest({ kind: "prove", id: 1, message })).kind, "prove");
  const long = concat(hex("83010159063b"), new Uint8Array(0x63b));
  refuses(() => parseRequest(long), "1,601 bytes");
});

const BAD_ANSWERS: readonly (readonly [string, string])[] = [
  ["nothing", ""],
  ["a request's number", "820300"],
  ["yes with a reason", "841840070105"],
  ["reason 0", "841840070000"],
  ["reason 64", "8418400700 1840"],
  ["yes twice over", "8318400702"],
  ["a notice with an id", "8318600101"],
  ["event 0", "8318600000"],
  ["event 10", "831860000a"],
  ["a receipt for an opening", "841860000141d2"],
  ["a ticket for no time", `86184c0748${"22".repeat(8)}${LINK_HEX}${LINK_HEX}00`],
  ["a ticket for 61 s", `86184c0748${"22".repeat(8)}${LINK_HEX}${LINK_HEX}183d`],
  ["a ticket of seven bytes", `86184c0747${"22".repeat(7)}${LINK_HEX}${LINK_HEX}01`],
  ["a ticket with a key less", `85184c0748${"22".repeat(8)}${LINK_HEX}183c`],
  ["half a camera", `83184307${STATUS_HEX.replace("128705", "128605")}`],
  ["a camera's verdict above 63", `83184307${STATUS_HEX.replace("128705", "12871840")}`],
  ["a short nonce", `83184507581f${"11".repeat(31)}`],
  ["a status with a key less", `83184307${STATUS_HEX.replace("b20165", "b10165").replace("0da201181e0242aabb", "")}`],
  ["a status with other keys", `83184307${STATUS_HEX.replace("0b02", "0a02")}`],
  ["a status with two heads", `83184307${STATUS_HEX.replace(HEADS_HEX, `82${HEADS_HEX.slice(2, -76)}`)}`],
  ["a status without owners", `83184307${STATUS_HEX.replace(`098184${KID_HEX}050100`, "0980")}`],
  ["a bolt that is nowhere", `83184307${STATUS_HEX.replace("030104010500", "030704010500")}`],
  ["a fingerprint of three bytes", `83184307${STATUS_HEX.replace("4433333333", "43333333")}`],
];
for (const [name, bytes] of BAD_ANSWERS) {
  test(`refuses as an answer ${name}`, () => refuses(() => parseAnswer(hex(bytes)), name));
}

test("reads a reason without a name as none", () => {
  assert.equal(parseAnswer(hex("841840070018 3f")), { kind: "no", id: 7, denial: undefined });
});

test("refuses records above their bound and carries as many as the bound", () => {
  const bytes = new Uint8Array(2_176);
  const answer: Answer = { kind: "records", id: 0xffff_ffff, region: 2, first: 0xffff_ffff, previousLink: LINK, bytes };
  assert.equal(parseAnswer(encodeAnswer(answer)), answer);
  const long = concat(hex(`861844070105${LINK_HEX}590881`), new Uint8Array(0x881));
  refuses(() => parseAnswer(long), "2,177 bytes");
});

test("reads and writes a welcome", () => {
  const challenge = new Uint8Array(16).fill(0x33);
  for (const isAdopted of [true, false]) {
    const bytes = hex(`830150${"33".repeat(16)}0${isAdopted ? 1 : 0}`);
    assert.equal(parseWelcome(bytes), { challenge, isAdopted });
    assert.is(toHex(encodeWelcome({ challenge, isAdopted })), toHex(bytes));
    tryNeighbours(bytes, parseWelcome, () => undefined);
  }
});

test("refuses a welcome of another version, and ignores flags that it does not know", () => {
  refuses(() => parseWelcome(hex(`830250${"33".repeat(16)}01`)), "version 2");
  assert.is(parseWelcome(hex(`830150${"33".repeat(16)}03`)).isAdopted, true);
});

test.run();
