// `latchkey camera`: enrols the camera inside the door, says when it may look and for whom its films are sealed, and how it is.
// Why: a camera in a house is its owner's business alone: which one counts, when it has power, who can open what it recorded, and
// what a free view looks like, no default decides for good.
// Follows docs/protocol.md §3.3, §2.4 (key 14) and §9.1; docs/camera.md.

import { setTimeout as sleep } from "node:timers/promises";
import { bech32 } from "@scure/base";
import { crypto } from "#crypto";
import { type Bytes, fromBase64url } from "../../firmware/bytes.ts";
import { KEY_BYTES } from "../../firmware/crypto/crypto.ts";
import { RECIPIENTS_MAX } from "../../firmware/evidence/manifest.ts";
import { KIND_CONFIGURE } from "../../firmware/grant/body.ts";
import type { Status } from "../../firmware/link/status.ts";
import type { CameraStatus } from "../../firmware/link/viewer.ts";
import type { CameraState } from "../../firmware/link/viewing.ts";
import { CAMERA_MODES, SETTING_CAMERA_MODE } from "../../firmware/policy/configuration.ts";
import { ROLE_CAMERA } from "../../firmware/role.ts";
import { optionsOf, runAct } from "../acts.ts";
import { clipSecretOf } from "../clip/key.ts";
import { type Act, type Acts, type Call, type Command, LOCK_OPTIONS, type Outcome } from "../command.ts";
import { type BoardKind, boardObject, enrolBoard, readLabel, removeBoard, sayBoard } from "../enrolment.ts";
import { EXIT, Failure, usage } from "../failure.ts";
import { VERDICTS } from "../footage.ts";
import { asViewer, LENS_OPTIONS } from "../lens.ts";
import { sayDuration } from "../moment.ts";
import { asOwner, declare, type OwnerSession } from "../ownership.ts";
import { power } from "../power/act.ts";
import { PROVISION_OPTIONS, runProvision } from "../provision.ts";
import { parseCameraMode, SETTINGS } from "../settings.ts";
import { runStream } from "../stream.ts";
import { counted, printable } from "../terminal.ts";

const CAMERA: BoardKind = Object.freeze({
  name: "camera",
  role: ROLE_CAMERA,
  forget: 'open its case and press the button in it, which also takes it from its network ("latchkey camera wifi")',
  where: 'give it power, have it and the lock join one network ("latchkey camera wifi", "latchkey wifi set")',
});
/** A lock asks its camera at once for another mode, and is answered at once. */
const HEED_MILLIS = 300;
const HEED_TRIES = 8;
/** It asks each minute where nobody comes. */
const LATELY_MILLIS = 75_000;
const RECIPIENT_PREFIX = "age";
const MEGABYTE_KIB = 976.5625;

const STATUS: Act = {
  summary: "say how the camera is, as the lock hears it and as it says itself",
  positionals: [],
  options: LENS_OPTIONS,
  run: runStatus,
};
const ACTS: Acts = Object.freeze({
  status: STATUS,
  enrol: {
    summary: "let the lock hear a camera; somebody inside presses the button",
    positionals: ["[SETUP]"],
    options: { ...LOCK_OPTIONS, yes: { help: "do not ask whether the fingerprint is the camera's own" } },
    run: runEnrol,
  },
  remove: { summary: "let the lock hear it no more", positionals: ["[CAMERA]"], options: LOCK_OPTIONS, run: runRemove },
  mode: {
    summary: "say when it may look: while somebody comes and goes, always, or never",
    positionals: ["visits|always|never"],
    options: LOCK_OPTIONS,
    run: runMode,
  },
  recipients: {
    summary: "say for whom its films are sealed: you, and whose keys you give",
    positionals: ["[AGE1...", "...]"],
    options: LENS_OPTIONS,
    run: runRecipients,
  },
  approve: {
    summary: "say that what it sees now is the free view of the door in this light",
    positionals: [],
    options: LENS_OPTIONS,
    run: runApprove,
  },
  stream: {
    summary: "let home systems have the picture for a password, with no proof; or no more",
    positionals: ["on|off"],
    options: LENS_OPTIONS,
    run: runStream,
  },
  power,
  wifi: {
    summary: "tell it the house's network, by a cable and with its case open",
    positionals: ["SSID"],
    options: PROVISION_OPTIONS,
    run: runProvision,
  },
});

/** The command `camera`. */
export const camera: Command = {
  name: "camera",
  summary: "Enrol the camera inside the door; say when it may look, and for whom",
  positionals: [`[${Object.keys(ACTS).join("|")}`, "...]"],
  options: optionsOf(ACTS),
  help: [
    "enrol is as for a keypad: compare the fingerprint, have somebody press the button inside. Then say for whom its films",
    'are sealed ("camera recipients"): until then it records nothing, and a grant that needs a recording opens nothing.',
    'Your own key is always one of them; give also the paper\'s ("latchkey clip key --recovery" shows it), or a lost computer',
    "takes every film with it.",
    "",
    "mode visits: the sensor has power from the knock until half a minute after the door is locked, and its light burns as",
    "long; always: also in between; never: not at all, and grants that need the camera are refused. approve, with nobody in",
    "the hall and the door shut: the camera holds the view to it, so that what is hung before it slowly is found too.",
    "",
    "stream on gives /snapshot.jpg and /stream.mjpeg to whatever knows a password (HTTP, digest authentication), for home",
    "systems; it is off until then. It gives up what watch and clips hold: no age, no proof, no encryption from end to end.",
    "It asks for the password, or takes it from LATCHKEY_STREAM_PASSWORD; the camera never has it. It switches nothing on.",
    "",
    "power shows each time at which the sensor had power, and those between at which it had none. The camera signs each",
    "switch and numbers it and each frame without a gap, and the lock writes down the newest as they come: a record that is",
    "missing, or is not the one that the lock saw, is named, and the exit code is 5. What was fetched is kept, so that what",
    "a camera denies later is found out.",
    "",
    "wifi wants a cable to the camera's serial port (--at serial:PORT), its case open, and no key. It asks for the",
    "passphrase, or takes it from LATCHKEY_WIFI_PASSPHRASE. The camera tells it to nobody, and forgets it with its button.",
  ],
  examples: [
    "camera enrol setup.txt",
    "camera recipients age1qyqs...",
    "camera mode visits",
    "camera approve",
    "camera stream on",
    'camera power --since "2026-11-02 08:00"',
    "camera wifi Hall --at serial:/dev/ttyUSB0",
    "camera --json",
  ],
  acts: ACTS,
  run: (call) => runAct(call, ACTS, "camera", STATUS),
};

async function runStatus(call: Call): Promise<Outcome> {
  const keystore = await call.openKeystore();
  const lock = call.chooseLock(keystore);
  const found = await asOwner(call, keystore, lock, async ({ status }) => status);
  const boards = found.boards.filter(({ role }) => role === "camera");
  const mode = sayMode(found.configuration.get(SETTING_CAMERA_MODE));
  for (const board of boards) call.terminal.say(sayBoard(board));
  if (boards.length === 0) call.terminal.say('No camera is enrolled: "latchkey camera enrol" lets the lock hear one.');
  call.terminal.say(`Looks:     ${mode}`);
  const { camera } = found;
  call.terminal.say(`Heard:     ${camera === undefined ? "nothing since the lock started" : sayHeard(camera)}`);
  const itself =
    boards.length === 0 ? undefined : await askStatus(call, () => asViewer(call, keystore, lock, statusOf));
  if (itself !== undefined) for (const line of sayItself(itself)) call.terminal.say(line);
  const json = {
    lockId: lock.id,
    boards: boards.map(boardObject),
    mode,
    heard: camera ?? null,
    camera: itself ?? null,
  };
  return { exit: EXIT.OK, json };
}

/** What the lock knows is told whether the camera itself is reached or not. */
async function askStatus(call: Call, ask: () => Promise<CameraStatus>): Promise<CameraStatus | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    call.terminal.warn(`Of the camera itself nothing is known: ${error.message}`);
    return undefined;
  }
}

async function statusOf(looking: Parameters<Parameters<typeof asViewer>[3]>[0]): Promise<CameraStatus> {
  const answer = await looking.ask({ kind: "status" });
  if (answer.kind === "status") return answer.status;
  throw new Failure(EXIT.REFUSED, "it says nothing of itself now.");
}

async function runEnrol(call: Call): Promise<Outcome> {
  const [given] = call.positionals;
  const labelled = given === undefined ? undefined : readLabel(CAMERA, given);
  const keystore = await call.openKeystore();
  const lock = call.chooseLock(keystore);
  const check = ({ boards }: Status) => {
    if (boards.some(({ role }) => role === "camera"))
      throw usage('The lock has a camera already, and hears one only: "latchkey camera remove" first.');
  };
  const { kid, fingerprint, isUp } = await enrolBoard(call, CAMERA, { keystore, lock, labelled, check });
  call.terminal.say(
    isUp
      ? `The camera ${kid} is up. Now say for whom its films are sealed: latchkey camera recipients (once with --camera-at ADDRESS, but in the house of "npm start")`
      : `NOT UP: the lock has the camera ${kid}, and does not hear it.`,
  );
  if (!isUp)
    call.terminal.warn(
      `Look at its power and its network, and whether it belongs to another lock, or was removed from this one: then ${CAMERA.forget}.`,
    );
  return { exit: isUp ? EXIT.OK : EXIT.UNREACHABLE, json: { lockId: lock.id, camera: kid, fingerprint, isUp } };
}

async function runRemove(call: Call): Promise<Outcome> {
  const [given] = call.positionals;
  const keystore = await call.openKeystore();
  const lock = call.chooseLock(keystore);
  const { kid, wasOn } = await asOwner(call, keystore, lock, async (session) => {
    const wasOn = session.status.camera?.isOn === true;
    return { kid: await removeBoard(CAMERA, { keystore, lock, session, given }), wasOn };
  });
  call.terminal.say(`Removed: the lock hears the camera ${kid} no more. What is on its card stays there, encrypted.`);
  if (wasOn)
    call.terminal.warn(
      `It looks on for up to an hour, since nobody tells it, and shows that to whoever has the password of its stream: pull its plug, or ${CAMERA.forget}. Next time say "latchkey camera mode never" first.`,
    );
  return { exit: EXIT.OK, json: { lockId: lock.id, camera: kid } };
}

async function runMode(call: Call): Promise<Outcome> {
  const [text = ""] = call.positionals;
  const value = parseCameraMode(text);
  const keystore = await call.openKeystore();
  const lock = call.chooseLock(keystore);
  const heeded = await asOwner(call, keystore, lock, async (session) => {
    const settings = [{ key: SETTING_CAMERA_MODE, value }];
    const since = performance.now();
    await declare(keystore, lock, session, { kind: KIND_CONFIGURE, settings });
    const isThere = session.status.boards.some(({ role }) => role === "camera");
    if (!isThere) return undefined;
    // A lock that was told nothing new asks its camera nothing new.
    const isNew = (session.status.configuration.get(SETTING_CAMERA_MODE) ?? 0) !== value;
    return isNew ? isHeeded(session.conversation, since) : isSo(session.status.camera, value);
  });
  const mode = sayMode(value);
  const json = { lockId: lock.id, mode, isHeard: heeded === true };
  if (heeded === true) call.terminal.say(`The camera looks: ${mode}`);
  else call.terminal.say(`The lock lets ${heeded === undefined ? "a" : "the"} camera look: ${mode}`);
  if (heeded === undefined) call.terminal.warn('The lock has no camera yet: "latchkey camera enrol" lets it hear one.');
  if (heeded === false)
    call.terminal.warn(
      "The camera has not answered since: until it does it goes on as before, which in the mode always may be for up to an hour. Its red light says whether it looks.",
    );
  return { exit: heeded === false ? EXIT.UNREACHABLE : EXIT.OK, json };
}

/** Whether a camera does what a mode says, as far as the lock has heard of it lately. */
function isSo(camera: CameraState | undefined, mode: number): boolean {
  if (camera === undefined || camera.heardMillis > LATELY_MILLIS) return false;
  const name = CAMERA_MODES[mode];
  return name === "visits" || camera.isOn === (name === "always");
}

/** Whether the camera answers an ask of the lock.
 *  @param since when the lock was told, before its own answer came: that may take longer on its way than the camera does */
async function isHeeded(conversation: OwnerSession["conversation"], since: number): Promise<boolean> {
  for (let tries = 0; tries < HEED_TRIES; tries++) {
    await sleep(HEED_MILLIS);
    const answer = await conversation.ask({ kind: "status" });
    const heardMillis = answer.kind === "status" ? answer.status.camera?.heardMillis : undefined;
    if (heardMillis !== undefined && heardMillis < performance.now() - since) return true;
  }
  return false;
}

async function runRecipients(call: Call): Promise<Outcome> {
  const others = call.positionals.map(parseRecipient);
  const keystore = await call.openKeystore();
  const lock = call.chooseLock(keystore);
  const own = crypto.agreementPublicKey(clipSecretOf(fromBase64url(keystore.person.seed)));
  const recipients = [own, ...others.filter((other) => !crypto.isEqual(other, own))];
  if (recipients.length > RECIPIENTS_MAX)
    throw usage(`A film is sealed for ${RECIPIENTS_MAX} keys at most, yours among them: give fewer.`);
  await asViewer(call, keystore, lock, async (looking) => {
    const answer = await looking.ask({ kind: "recipients", recipients });
    if (answer.kind !== "yes") throw new Failure(EXIT.REFUSED, "The camera did not take them: try again.");
  });
  const names = recipients.map((recipient) => bech32.encodeFromBytes(RECIPIENT_PREFIX, recipient));
  call.terminal.say(
    `Films are sealed for you${others.length === 0 ? " alone" : ` and ${counted(recipients.length - 1, "more key")}`}:`,
  );
  for (const name of names) call.terminal.say(`  ${name}`);
  if (recipients.length === 1)
    call.terminal.warn(
      'Without this computer nobody opens them: give the paper\'s key too ("latchkey clip key --recovery").',
    );
  return { exit: EXIT.OK, json: { lockId: lock.id, recipients: names } };
}

async function runApprove(call: Call): Promise<Outcome> {
  const keystore = await call.openKeystore();
  const lock = call.chooseLock(keystore);
  await asViewer(call, keystore, lock, async (looking) => {
    const answer = await looking.ask({ kind: "approve" });
    if (answer.kind !== "yes")
      throw new Failure(
        EXIT.REFUSED,
        "The camera cannot judge by that picture: it is off, or it is dark, blurred, covered, or something moves. Switch it on (camera mode always), leave the hall free, and try again.",
      );
  });
  call.terminal.say(
    "Approved: what it sees now is the free view in this light. Do the same in the other lights of the day, and in the dark: in a light that it does not know it lets in nobody who needs it, and is an alarm where it comes in a visit.",
  );
  return { exit: EXIT.OK, json: { lockId: lock.id } };
}

/** Reads age1... @throws Failure */
function parseRecipient(text: string): Bytes {
  const decoded = bech32.decodeUnsafe(text.toLowerCase());
  const key = decoded === undefined ? undefined : bech32.fromWordsUnsafe(decoded.words);
  if (decoded?.prefix === RECIPIENT_PREFIX && key instanceof Uint8Array && key.length === KEY_BYTES)
    return new Uint8Array(key);
  throw usage(
    `"${printable(text)}" is no age key: it begins with age1 and has 62 letters; "latchkey clip key" shows one.`,
  );
}

function sayMode(value: number | Bytes | undefined): string {
  const rule = SETTINGS.find(({ key }) => key === SETTING_CAMERA_MODE);
  return rule?.say(value ?? 0) ?? "";
}

/** Says a heartbeat: "sees ok, records visit 41; heard 0.3 s ago". */
function sayHeard({ verdict, alarm, isOn, isRecording, canRecord, visit, heardMillis }: CameraState): string {
  const parts = [isOn ? `on, sees ${nameOf(verdict)}` : "off"];
  if (alarm !== undefined) parts.push(`ALARM: ${nameOf(alarm)}`);
  if (isRecording) parts.push(visit === 0 ? "records" : `records visit ${visit}`);
  const another = isRecording ? " another" : "";
  if (!canRecord)
    parts.push(`CANNOT RECORD${another}: it has no card (FAT32), no room on it, or nobody to seal a film for`);
  const seconds = heardMillis / 1_000;
  return `${parts.join(", ")}; ${seconds < 60 ? `${seconds.toFixed(1)} s` : sayDuration(Math.round(seconds))} ago`;
}

function sayItself(status: CameraStatus): string[] {
  const { freeKib, clips, recipients, scenes, power, isNight, isCaseOpen, isStreamOn } = status;
  const lines = [
    `Card:      ${clips === 0 && freeKib === 0 ? "none that it can read, or no room on it" : `${counted(clips, "film")}, ${Math.floor(freeKib / MEGABYTE_KIB)} MB free`}`,
    `Sealed:    ${recipients === 0 ? "for NOBODY: it records nothing (camera recipients)" : `for ${counted(recipients, "key")}`}`,
    `Approved:  ${scenes === 0 ? "no view yet (camera approve)" : counted(scenes, "view")}`,
    `Switch:    ${counted(power, "record")} of it (camera power)${isNight ? ", with infrared now" : ""}`,
    `Stream:    ${isStreamOn ? "ON: whoever has the password sees, with no age and no proof (camera stream off)" : "off"}`,
  ];
  return isCaseOpen ? [...lines, "Its CASE IS OPEN"] : lines;
}

function nameOf(verdict: number): string {
  return VERDICTS[verdict] ?? `verdict ${verdict}`;
}
