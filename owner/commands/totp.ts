// `latchkey totp`: codes from an authenticator app, for a user of the keypad.
// Why: people have such an app already, and a code that changes every half minute cannot be read off the keys tomorrow.
// Follows RFC 6238, and the key URI format that authenticator apps read (otpauth://).

import { randomBytes } from "node:crypto";
import qrcode from "qrcode";
import { crypto } from "#crypto";
import { type Bytes, toAscii } from "../../firmware/bytes.ts";
import { hotp, TOTP_DIGITS, TOTP_STEP_SECONDS } from "../../firmware/codes/totp.ts";
import { parseZone } from "../../firmware/time/zone.ts";
import { optionsOf, positionalsOf, runAct } from "../acts.ts";
import { sayFreed } from "../bound.ts";
import { type Acts, type Call, type Command, LOCK_OPTIONS, type Outcome } from "../command.ts";
import { CODE_REASONS, refused } from "../denials.ts";
import { sayReaders } from "../duress.ts";
import { EXIT, usage } from "../failure.ts";
import { presentSeconds } from "../moment.ts";
import { placeFor } from "../newcomer.ts";
import { asOwner } from "../ownership.ts";
import { askResidents, findByName, findResident, removeCredentials, store, without } from "../residents.ts";
import { fillUser, sayFilled } from "../role.ts";
import { printable } from "../terminal.ts";
import { doubtsAboutUser, sayHalved, TYPES_HELP, USER_OPTIONS } from "../user.ts";

/** As RFC 4226 §4 asks for. */
const SECRET_BYTES = 20;
const BASE_32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const BASE_32_BITS = 5;
const SIX_DIGITS = 6;

const ACTS: Acts = Object.freeze({
  add: {
    summary: "make a secret, store it in the lock, and show it for an app, once",
    positionals: ["NAME"],
    options: { ...LOCK_OPTIONS, ...USER_OPTIONS },
    run: add,
  },
  remove: { summary: "end a user's authenticator", positionals: ["NAME"], options: LOCK_OPTIONS, run: remove },
});

/** The command `totp`. */
export const totp: Command = {
  name: "totp",
  summary: "Let somebody in by the changing codes of an authenticator app",
  positionals: positionalsOf(ACTS),
  options: optionsOf(ACTS),
  help: [
    "add shows a picture for the app, and the code that the app must show now: compare them, since some apps make six digits",
    "whatever they are told, and those never open. A code opens once; the lock must know the time within five minutes.",
    "A user who has a PIN gets the authenticator besides; with the rule dual both are typed as one: the PIN, then the code.",
    ...TYPES_HELP,
  ],
  examples: ["totp add Ana", "totp add Bob --rule dual", "totp remove Ana"],
  acts: ACTS,
  run: (call) => runAct(call, ACTS, "totp"),
};

async function add(call: Call): Promise<Outcome> {
  const [name = ""] = call.positionals;
  const keystore = await call.openKeystore();
  const lock = call.chooseLock(keystore);
  const secret = new Uint8Array(randomBytes(SECRET_BYTES));
  const place = await asOwner(call, keystore, lock, async ({ conversation }) => {
    const residents = await askResidents(conversation);
    const known = findByName(residents.users, name);
    if (known?.credentials.some(({ type }) => type === "totp") === true)
      throw usage(`${printable(name)} has an authenticator already: "latchkey totp remove" ends it.`);
    const reckoning = { zone: parseZone(lock.zone), now: presentSeconds() };
    const place = placeFor(call, residents, { name, reckoning });
    const verdict = await store(conversation, place, { type: "totp", value: secret });
    if (verdict !== "yes") throw refused(verdict, CODE_REASONS);
    return place;
  });
  const uri = uriOf({ lock: lock.name, user: name, secret });
  const code = toAscii(hotp(crypto, secret, Math.floor(presentSeconds() / TOTP_STEP_SECONDS), TOTP_DIGITS));
  const warnings =
    place.kind === "new"
      ? [...doubtsAboutUser(place.setting), ...sayReaders(keystore.person, lock, place.setting)]
      : [];
  call.terminal.say(`User:  ${printable(name)}, number ${place.index}; the authenticator is in slot ${place.slot}`);
  for (const line of sayFilled(fillUser(call))) call.terminal.say(line);
  call.terminal.say("Have the app read this, or type the secret in it; it is shown this once:");
  call.terminal.showPicture(await qrcode.toString(uri, { type: "utf8", errorCorrectionLevel: "L" }));
  call.terminal.say(uri);
  call.terminal.say(
    `The app must show ${code.slice(0, 4)} ${code.slice(4)} now, and another code within half a minute.`,
  );
  call.terminal.say(
    `If it shows ${code.slice(-SIX_DIGITS)} instead, it makes six digits whatever it is told, and no code of it opens: take another app.`,
  );
  for (const warning of warnings) call.terminal.warn(warning);
  const json = { lockId: lock.id, name, user: place.index, slot: place.slot, uri, code, warnings };
  return { exit: EXIT.OK, json };
}

async function remove(call: Call): Promise<Outcome> {
  const [given = ""] = call.positionals;
  const keystore = await call.openKeystore();
  const lock = call.chooseLock(keystore);
  const { former, users, halved, slots, isGone } = await asOwner(call, keystore, lock, async ({ conversation }) => {
    const residents = await askResidents(conversation);
    const resident = findResident(residents, given);
    const removed = await removeCredentials(conversation, resident, "totp");
    const rest = residents.users.filter((other) => other !== resident || !removed.isGone);
    const halved = removed.isGone ? [] : sayHalved(without(resident, removed.slots));
    return { former: resident.user, users: rest.map((other) => other.user), halved, ...removed };
  });
  const { name } = former;
  const warnings = [...sayFreed(keystore.person, lock, { former, users }), ...halved];
  const user = isGone ? "; the user had nothing else and is removed too" : "";
  call.terminal.say(`Removed: the authenticator of ${printable(name)}, slot ${slots.join(", ")}${user}.`);
  for (const warning of warnings) call.terminal.warn(warning);
  return { exit: EXIT.OK, json: { lockId: lock.id, name, slots, isUserRemoved: isGone, warnings } };
}

/** Gives what an app reads. @param secret 20 bytes */
function uriOf({
  lock,
  user,
  secret,
}: {
  readonly lock: string;
  readonly user: string;
  readonly secret: Bytes;
}): string {
  const label = `${encodeURIComponent(lock)}:${encodeURIComponent(user)}`;
  const settings = `issuer=Latchkey&algorithm=SHA1&digits=${TOTP_DIGITS}&period=${TOTP_STEP_SECONDS}`;
  return `otpauth://totp/${label}?secret=${toBase32(secret)}&${settings}`;
}

/** RFC 4648 §6, of a multiple of five bytes: nothing is left to pad. */
function toBase32(bytes: Bytes): string {
  let text = "";
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xfff;
    for (bits += 8; bits >= BASE_32_BITS; bits -= BASE_32_BITS) text += BASE_32[(held >> (bits - BASE_32_BITS)) & 31];
  }
  return text;
}
