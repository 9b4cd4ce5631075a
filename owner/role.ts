// Roles as presets: what a courier, a dog sitter, a cleaner or a friend usually needs, filled in where nothing was said.
// Why: whoever lets somebody in thinks of who it is; what that comes to is said in options, so that nothing is hidden and each of
// them can be given otherwise. The lock knows none of these words: what counts is what was signed, or set.
// Follows docs/visit.md, "Roles".

import { seconds } from "../firmware/platform.ts";
import type { Call, Option, Values } from "./command.ts";
import { usage } from "./failure.ts";
import { parseMoment, type Reckoning, typeMoment } from "./moment.ts";

/** What a role fills in. */
interface Preset {
  /** How long it holds where nothing is said of times: seconds from its beginning on. */
  readonly lastsSeconds?: number;
  /** The hours of the week, where none are given. */
  readonly hours?: string;
  readonly isOnce?: true;
  readonly stayMinutes?: number;
  readonly camera?: string;
}

const HOUR_SECONDS = 3_600;
const PRESETS: Readonly<Record<string, Preset>> = Object.freeze({
  courier: { lastsSeconds: 2 * HOUR_SECONDS, isOnce: true, stayMinutes: 3, camera: "live" },
  "dog-sitter": { hours: "mon-fri 12:00-14:00", stayMinutes: 60, camera: "recording" },
  cleaner: { hours: "fri 09:00-13:00", stayMinutes: 240, camera: "recording" },
  friend: {},
});

/** The names of the roles. */
export const ROLES: readonly string[] = Object.freeze(Object.keys(PRESETS));

/** The option of every command that takes a role. */
export const ROLE_OPTION: Option = Object.freeze({
  value: "ROLE",
  help: `fill in what ${ROLES.join(", ")} usually need, where you say nothing of it`,
});

/** What the roles fill in, for the help. */
export const ROLES_HELP: readonly string[] = Object.freeze([
  "--role fills in what you leave out, and prints it. courier: --once, two hours from --from on, --dwell 3, --camera live;",
  "dog-sitter: --weekly mon-fri 12:00-14:00, --dwell 60, --camera recording; cleaner: --weekly fri 09:00-13:00,",
  "--dwell 240, --camera recording; friend: nothing. None may pass it on, unless you say --delegable.",
]);

/** A call with what its role fills in. */
export interface Filled {
  readonly call: Call;
  /** Undefined where no role was named. */
  readonly role: string | undefined;
  /** What was filled in, as it would be typed. */
  readonly words: readonly string[];
}

/** Fills in a grant or a delegation. @throws Failure for a role that is none */
export function fillGrant(call: Call, reckoning: Reckoning): Filled {
  const preset = presetOf(call);
  if (preset === undefined) return { call, role: undefined, words: [] };
  const { lastsSeconds, hours, isOnce, stayMinutes, camera } = preset;
  const values: Record<string, string | boolean | readonly string[]> = {};
  const isSaid = (...names: readonly string[]) => names.some((name) => call.named.includes(name));
  if (isOnce === true && !isSaid("once", "uses")) values["once"] = true;
  if (lastsSeconds !== undefined && !isSaid("until", "weekly")) {
    const begin = call.option("from");
    const from = begin === undefined ? reckoning.now : parseMoment(begin, reckoning);
    values["until"] = typeMoment(reckoning.zone, seconds(from + lastsSeconds));
  }
  if (hours !== undefined && !isSaid("weekly")) values["weekly"] = [hours];
  if (stayMinutes !== undefined && !isSaid("dwell")) values["dwell"] = String(stayMinutes);
  if (camera !== undefined && !isSaid("camera")) values["camera"] = camera;
  return filled(call, values);
}

/** Fills in a user of the keypad: hours and camera, since a code counts no uses, has no longest stay and is passed on by
 *  whoever tells it. @throws Failure for a role that is none, or one that a stored code cannot be */
export function fillUser(call: Call): Filled {
  const preset = presetOf(call);
  if (preset === undefined) return { call, role: undefined, words: [] };
  if (preset.isOnce === true)
    throw usage(
      'A courier comes once, and a stored code stays: "latchkey pin once --within 2h" makes a code for one time, "latchkey config --code-camera once=live" says what the camera must do for all of those.',
    );
  const { hours, camera } = preset;
  const values: Record<string, string | readonly string[]> = {};
  if (hours !== undefined && !call.named.includes("week")) values["week"] = [hours];
  if (camera !== undefined && !call.named.includes("camera")) values["camera"] = camera;
  return filled(call, values);
}

/** Says what was filled in: "Role:     courier, which filled in --once --dwell 3". Nothing where no role was named. */
export function sayFilled({ role, words }: Pick<Filled, "role" | "words">): string[] {
  if (role === undefined) return [];
  return [`Role:     ${role}, which filled in ${words.length === 0 ? "nothing" : words.join(" ")}`];
}

function presetOf(call: Call): Preset | undefined {
  const role = call.option("role");
  if (role === undefined) return undefined;
  const preset = Object.hasOwn(PRESETS, role) ? PRESETS[role] : undefined;
  if (preset === undefined) throw usage(`--role takes ${ROLES.join(", ")}.`);
  return preset;
}

function filled(call: Call, values: Values): Filled {
  const words = Object.entries(values).flatMap(([name, value]) => {
    if (value === true) return [`--${name}`];
    const texts = Array.isArray(value) ? value : [value];
    return texts.map((text) => `--${name} ${String(text).includes(" ") ? `"${text}"` : text}`);
  });
  return { call: call.with(values), role: call.option("role"), words };
}
