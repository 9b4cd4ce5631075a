// One example of each message inside a session, of the prologues, and of what people hand to each other.
// Why: they are what a phone sends and a board answers.
// Follows docs/protocol.cddl, "Inside a session" and what follows it.

import { type Bytes, fromAscii } from "../../firmware/bytes.ts";
import { Writer } from "../../firmware/cbor/encode.ts";
import { type Asked, commandOf, encodeCommand, encodeReply, encodeView } from "../../firmware/link/command.ts";
import { encodeEnrolled, encodeOffer } from "../../firmware/link/introduction.ts";
import { type Answer, encodeAnswer, encodeNotice, encodeRequest, encodeWelcome } from "../../firmware/link/message.ts";
import { boardPrologue, phonePrologue } from "../../firmware/link/prologue.ts";
import { encodeProvision, encodeProvisioned } from "../../firmware/link/provision.ts";
import type { Status } from "../../firmware/link/status.ts";
import {
  type Ask,
  encodeAsk,
  encodeHeartbeat,
  encodeHere,
  encodeTicket,
  type Heartbeat,
  RIGHT_VIEW,
} from "../../firmware/link/witness.ts";
import { defaultConfiguration, settingsOf } from "../../firmware/policy/configuration.ts";
import { credentialsOf } from "../antenna.ts";
import type { Example } from "../examples.ts";
import { codeMessages } from "./codes.ts";
import { type Cast, NOW, repeated } from "./keys.ts";
import { leavesOf } from "./signed.ts";

/** Gives the examples of session messages. A signed object inside is left out: an example stands above it. */
export function sessionExamples(cast: Cast): readonly Example[] {
  const { challenge } = cast;
  const message = leavesOf(cast).link;
  const request = (says: string, bytes: Bytes): Example => ({ rule: "request", says, bytes });
  const head = { region: 1, lastSeq: 42, link: repeated(42, 32) } as const;
  return [
    {
      rule: "welcome",
      says: "the payload of NK message 2, of an adopted lock",
      bytes: encodeWelcome({ challenge, isAdopted: true }),
    },
    request("prove; the byte string would be a holder-proof", encodeRequest({ kind: "prove", id: 1, message })),
    request("statement; the byte string would be one", encodeRequest({ kind: "statement", id: 2, message })),
    request("status", encodeRequest({ kind: "status", id: 3 })),
    request("fetch the access region from record 40", encodeRequest({ kind: "fetch", id: 4, region: 1, from: 40 })),
    request("asks for a Roughtime nonce", encodeRequest({ kind: "timeRequest", id: 5, server: 0 })),
    request("brings a Roughtime answer", encodeRequest({ kind: "timeResponse", id: 6, response: repeated(0x54, 8) })),
    request("bye", encodeRequest({ kind: "bye", id: 7 })),
    request("fetched up to record 42", encodeRequest({ kind: "fetched", id: 8, heads: [head] })),
    request("asks for a checkpoint", encodeRequest({ kind: "checkpoint", id: 9 })),
    request(
      "asks for the last checkpoint of whom the lock was before a reset",
      encodeRequest({ kind: "farewell", id: 10 }),
    ),
    request(
      "asks to look through the camera",
      encodeRequest({ kind: "ticket", id: 11, viewerKey: repeated(0x0f, 32), rights: RIGHT_VIEW }),
    ),
    request(
      "has the lock join a network",
      encodeRequest({ kind: "joinNetwork", id: 12, credentials: credentialsOf("home", "open sesame") }),
    ),
    request(
      "has it join an open one",
      encodeRequest({ kind: "joinNetwork", id: 13, credentials: credentialsOf("cafe") }),
    ),
    request("has it leave and forget it", encodeRequest({ kind: "leaveNetwork", id: 14 })),
    ...answersOf(cast).map(([says, answer]) => ({ rule: "answer", says, bytes: encodeAnswer(answer) })),
    ...codeMessages(cast),
    {
      rule: "notice",
      says: "the door was opened",
      bytes: encodeNotice({ kind: "notice", event: "opened", receipt: undefined }),
    },
    ...keypadExamples(cast),
    { rule: "provision", says: "join the network home", bytes: encodeProvision(credentialsOf("home", "open sesame")) },
    { rule: "provisioned", says: "done", bytes: encodeProvisioned(true) },
    ...cameraExamples(),
    { rule: "prologue-nk", says: "a phone and this lock", bytes: phonePrologue(cast.lockId) },
    {
      rule: "prologue-kk",
      says: "its camera, enrolled by statement 2",
      bytes: boardPrologue({ role: 2, lockId: cast.lockId, boardKid: cast.camera.kid, sequence: 2 }),
    },
    ...handedExamples(cast),
  ];
}

/** What a camera and its lock say to each other. */
function cameraExamples(): readonly Example[] {
  const nonce = repeated(0x4e, 16);
  const beat: Heartbeat = {
    ...{ nonce, verdict: 0, alarm: undefined, okMillis: 4_200, ageMillis: 310 },
    ...{ isOn: true, canRecord: true, isRecording: true, isCaseOpen: false },
    ...{ visit: 4_712, power: 12, powerHash: repeated(0x48, 32) },
    head: { clip: repeated(0x0c, 16), frame: 71_003, chain: repeated(0x0d, 32) },
  };
  const ask: Ask = {
    ...{ nonce, purpose: "visit", mode: "visits", visit: 4_712, grant: repeated(0x0e, 8), lo: NOW, hi: NOW + 60 },
  };
  const ticket = { ticket: repeated(0x7c, 8), viewerKey: repeated(0x0f, 32), rights: RIGHT_VIEW, seconds: 60 };
  return [
    { rule: "ask", says: "visit 4712 is open", bytes: encodeAsk(ask) },
    { rule: "heartbeat", says: "it films visit 4712, and sees well", bytes: encodeHeartbeat(beat) },
    {
      rule: "heartbeat",
      says: "something is before the lens, and it has no clip",
      bytes: encodeHeartbeat({ ...beat, verdict: 1, okMillis: 0, isRecording: false, visit: 0, head: undefined }),
    },
    { rule: "here", says: "a new session stands", bytes: encodeHere() },
    { rule: "ticket", says: "somebody may look for a minute", bytes: encodeTicket(ticket) },
  ];
}

/** What a keypad and its lock say to each other, and how they came to know each other. */
function keypadExamples({ lockId, lockAgreementKey, camera }: Cast): readonly Example[] {
  const id = repeated(0x1d, 8);
  const view = { isThrown: true, isNight: true, isBatteryLow: false, isAlarm: false };
  const command = (says: string, asked: Asked): Example => ({
    rule: "command",
    says,
    bytes: encodeCommand(commandOf(asked, id, 17)),
  });
  const offer = { role: 2, agreementKey: repeated(0x0a, 32), signingKey: camera.publicKey };
  return [
    command("the code 482915 is entered; frame 17 was heard", { kind: "entry", digits: fromAscii("482915") }),
    command("lock", { kind: "lock" }),
    command("the bell", { kind: "bell" }),
    command("its case is open", { kind: "report", isCaseOpen: true, isKeyStuck: false, millivolts: 4_980 }),
    {
      rule: "reply",
      says: "yes; the bolt is still thrown, and it is night",
      bytes: encodeReply({ id, result: "yes", view }),
    },
    { rule: "board-notice", says: "the bolt is drawn", bytes: encodeView({ ...view, isThrown: false }) },
    { rule: "offer", says: "a camera without a lock", bytes: encodeOffer(offer) },
    {
      rule: "enrolled",
      says: "the lock that it belongs to, by statement 2",
      bytes: encodeEnrolled({ lockId, agreementKey: lockAgreementKey, sequence: 2 }),
    },
  ];
}

function answersOf(cast: Cast): readonly (readonly [says: string, answer: Answer])[] {
  const { lockId } = cast;
  return [
    ["yes", { kind: "yes", id: 1 }],
    ["no, to everybody but an owner", { kind: "no", id: 1, denial: undefined }],
    ["no, to an owner: the statement's number is not above the last", { kind: "no", id: 2, denial: "sequence" }],
    [
      "status",
      {
        kind: "status",
        id: 3,
        status: statusExample(cast),
      },
    ],
    [
      "records: none, after record 42",
      {
        kind: "records",
        id: 4,
        region: 1,
        first: 43,
        previousLink: repeated(42, 32),
        bytes: new Uint8Array(0),
      },
    ],
    ["a Roughtime nonce", { kind: "nonce", id: 5, nonce: repeated(0x4e, 32) }],
    [
      `a checkpoint of ${lockId}; the byte string would be one`,
      { kind: "checkpoint", id: 9, message: leavesOf(cast).root },
    ],
    ["a ticket to look through the camera, with its keys", ticketExample(cast)],
  ];
}

function ticketExample({ camera }: Cast): Answer {
  const keys = { agreementKey: repeated(0x0a, 32), signingKey: camera.publicKey };
  return { kind: "ticket", id: 11, ticket: repeated(0x7c, 8), ...keys, seconds: 60 };
}

function statusExample({ owner, recovery, camera }: Cast): Status {
  const head = (region: 0 | 1 | 2) => ({ region, lastSeq: region + 1, link: repeated(region + 1, 32) });
  return {
    firmwareVersion: "0.1.0",
    timeLow: NOW,
    timeHigh: NOW + 60,
    bolt: "locked",
    contact: "closed",
    mode: "normal",
    batteryMillivolts: 5_900,
    boots: 2,
    heads: [head(0), head(1), head(2)],
    owners: [{ kid: owner.kid, seq: 7, revocationSeq: 1, generation: 0 }],
    isJournalWhole: true,
    isJournalWritable: true,
    isVisitOpen: false,
    hasPresence: false,
    liveCounters: 2,
    boards: [
      {
        kid: camera.kid,
        role: "camera",
        isUp: true,
        isCaseOpen: false,
        isKeyStuck: false,
        millivolts: 5_000,
      },
    ],
    codes: { budget: 99_929_400, secrets: [{ owner: owner.kid, fingerprint: repeated(0x46, 4) }], pausedDigits: [] },
    configuration: settingsOf(defaultConfiguration()),
    fetchedSeq: 4_711,
    resetSeconds: 0,
    recovery: { kid: recovery.kid, seq: 0 },
    camera: {
      ...{ verdict: 0, alarm: undefined, isOn: true, canRecord: true, isRecording: false, isCaseOpen: false },
      ...{ visit: 0, power: 12, ageMillis: 250, heardMillis: 400 },
    },
    network: { is: "joined", address: Uint8Array.of(192, 168, 1, 20) },
  };
}

function handedExamples(cast: Cast): readonly Example[] {
  const { lock, lockAgreementKey } = cast;
  const handed = () => new Writer().array(3).uint(1).bytes(lockAgreementKey);
  return [
    { rule: "setup", says: "the lock's label", bytes: handed().bytes(lock.publicKey).finish() },
    { rule: "invitation", says: "Dana's grant and the lock's key", bytes: handed().raw(leavesOf(cast).link).finish() },
  ];
}
