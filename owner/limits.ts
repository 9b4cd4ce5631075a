// The limits of a grant as a person types them, for `grant` and `delegate` alike.
// Why: both ask the same things, and a wish that makes no sense is refused before anything is signed.
// Follows docs/protocol.cddl, `root-limits` and `link-limits`.

import { randomBytes } from "node:crypto";
import { encodeUtf8 } from "../firmware/cbor/text.ts";
import { IDENTIFIER_BYTES, isName, NAME_BYTES_MAX, USES_MAX, WEEKLIES_MAX } from "../firmware/grant/grant.ts";
import { OPERATION_UNLATCH } from "../firmware/grant/holder.ts";
import type { LinkClaims } from "../firmware/grant/issue.ts";
import type { Seconds } from "../firmware/platform.ts";
import { CAMERA_RULES, PERMISSIONS } from "./allowance.ts";
import { type Call, type Option, parseKey } from "./command.ts";
import { usage } from "./failure.ts";
import { parseMoment, parseWeekly, type Reckoning } from "./moment.ts";
import { fillGrant, ROLE_OPTION } from "./role.ts";
import { printable } from "./terminal.ts";

/** The options of `grant` and `delegate`. */
export const LIMIT_OPTIONS: Readonly<Record<string, Option>> = Object.freeze({
  to: { value: "KEY", help: 'whom: the public key that they see with "latchkey id"' },
  role: ROLE_OPTION,
  who: { value: "NAME", help: "who that is; it is shown and journalled (32 bytes at most)" },
  from: { value: "WHEN", help: 'when it begins: "2026-12-24 14:00", "today 14:00", "+2h" (at once)' },
  until: { value: "WHEN", help: "when it ends; a date alone is the end of that day" },
  weekly: { value: "HOURS", isRepeatable: true, help: 'only in these hours: "mon-fri 09:00-12:00", "sat 22:00-02:00"' },
  uses: { value: "N", help: `how many times it opens, 1 to ${USES_MAX}` },
  once: { help: "the same as --uses 1" },
  allow: { value: "LIST", help: `what: ${PERMISSIONS.join(",")} (unlock,lock)` },
  camera: { value: "RULE", help: `what the camera must do: ${CAMERA_RULES.join(", ")} (none)` },
  dwell: { value: "MINUTES", help: "how long a visit lasts at most, 1 to 720" },
  delegable: { value: "N", help: "how often it may be passed on, 0 to 2 (0)" },
  out: { value: "FILE", help: "write the invitation to a file instead" },
  qr: { help: "show the invitation as a QR code too" },
});

const DEFAULT_PERMISSIONS = "unlock,lock";

/** What was asked for; what is undefined was not. */
export interface Wish extends LinkClaims {
  readonly name: string | undefined;
  /** Who it is for, where that was said, and what that filled in, as it would be typed. */
  readonly role: string | undefined;
  readonly words: readonly string[];
}

/** Reads the options, with what a role fills in. @throws Failure */
export function readWish(given: Call, reckoning: Reckoning): Wish {
  const { call, role, words } = fillGrant(given, reckoning);
  const key = parseKey(call.required("to", '--to KEY, which your guest sees with "latchkey id"'));
  const name = call.option("who");
  if (name !== undefined) checkName(name, "who");
  const from = moment(call, "from", reckoning);
  const until = moment(call, "until", reckoning);
  if (until !== undefined && until <= reckoning.now) throw usage("--until lies in the past: give a later time.");
  if (from !== undefined && until !== undefined && until <= from)
    throw usage("--until lies before --from: give a later time.");
  const weeklies = call.list("weekly").map(parseWeekly);
  if (weeklies.length > WEEKLIES_MAX)
    throw usage(`--weekly may be given ${WEEKLIES_MAX} times at most: join days, such as mon-fri.`);
  if (call.has("once") && call.option("uses") !== undefined)
    throw usage("--once and --uses exclude each other: give one.");
  return {
    name,
    role,
    words,
    key,
    expiry: until,
    notBefore: from,
    identifier: new Uint8Array(randomBytes(IDENTIFIER_BYTES)),
    permissions: readPermissions(call),
    uses: call.has("once") ? 1 : call.number("uses", 1, USES_MAX),
    weeklies: weeklies.flat(),
    depth: call.number("delegable", 0, 2),
    cameraRule: readCameraRule(call),
    dwellMinutes: call.number("dwell", 1, 720),
  };
}

/** Says what of a wish its lock may not do, so that its grant would be refused at the door. */
export function doubtsAbout({
  permissions = 0,
  cameraRule = 0,
}: Pick<Wish, "permissions" | "cameraRule">): readonly string[] {
  const doubts: string[] = [];
  if (cameraRule > 0)
    doubts.push(
      "A lock without a camera refuses this grant, as it does while the camera sees nothing: else give --camera none.",
    );
  if ((permissions & (1 << OPERATION_UNLATCH)) !== 0)
    doubts.push("Unlatching works only on a lock that can draw its latch; any other refuses that, and only that.");
  return doubts;
}

/** The permissions that are granted, or passed on by whoever has them, where nothing is said. */
export function defaultPermissions(): number {
  return parsePermissions(DEFAULT_PERMISSIONS);
}

/** Refuses a name that no record takes. @param option by which it was given, or undefined for the first word @throws Failure */
export function checkName(name: string, option?: string): void {
  const what = option === undefined ? "The name" : `--${option}`;
  // Half of a surrogate pair has no UTF-8, and would come back as another character.
  const isWhole = Buffer.from(name, "utf8").toString("utf8") === name;
  if (!isWhole || !isName(name)) throw usage(`${what} has control characters: write a plain name.`);
  const bytes = encodeUtf8(name).length;
  if (bytes < 1 || bytes > NAME_BYTES_MAX) throw usage(`${what} takes 1 to ${NAME_BYTES_MAX} bytes: shorten the name.`);
}

function moment(call: Call, name: "from" | "until", reckoning: Reckoning): Seconds | undefined {
  const text = call.option(name);
  return text === undefined ? undefined : parseMoment(text, reckoning, name === "until");
}

function readPermissions(call: Call): number | undefined {
  const text = call.option("allow");
  return text === undefined ? undefined : parsePermissions(text);
}

function parsePermissions(text: string): number {
  let permissions = 0;
  for (const part of text.split(",")) {
    const bit = PERMISSIONS.indexOf(part.trim().toLowerCase());
    if (bit < 0)
      throw usage(`"${printable(part)}" is nothing that can be allowed: choose from ${PERMISSIONS.join(",")}.`);
    permissions |= 1 << bit;
  }
  return permissions;
}

/** Reads --camera. @returns 0..2, or undefined where it was not given @throws Failure */
export function readCameraRule(call: Call): number | undefined {
  const text = call.option("camera");
  if (text === undefined) return undefined;
  const rule = CAMERA_RULES.indexOf(text.toLowerCase());
  if (rule < 0) throw usage(`--camera takes ${CAMERA_RULES.join(", ")}.`);
  return rule;
}
