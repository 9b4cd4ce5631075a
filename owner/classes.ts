// The classes of window codes, by name, and the camera's rule for each.
// Why: twenty-two bytes are no way to say that whoever comes once must be filmed.
// Follows docs/protocol.md §7 (LP1) and §2.4 (key 10).

import type { Bytes } from "../firmware/bytes.ts";
import { WINDOW_CLASSES } from "../firmware/codes/window.ts";
import { CAMERA_RULES } from "./allowance.ts";
import { usage } from "./failure.ts";
import { printable } from "./terminal.ts";

const DAY_HOURS = 24;
const EVERY_CLASS = "all";
const NO_RULE = 0;

/** The name of each class, and the group that it is in: once, hours, days. */
const NAMES: readonly { readonly name: string; readonly group: string }[] = Object.freeze(
  WINDOW_CLASSES.map(({ hours, isOnce }) => {
    if (isOnce) return { name: `once-${hours}h`, group: "once" };
    return hours <= DAY_HOURS
      ? { name: `${hours}h`, group: "hours" }
      : { name: `${hours / DAY_HOURS}d`, group: "days" };
  }),
);

/** Reads a rule for every class, such as "live", or "once=live,days=recording,28d=none"; what is not named has none.
 *  @returns a byte for each class @throws Failure */
export function parseClassRules(text: string): Bytes {
  const rules = new Uint8Array(NAMES.length).fill(NO_RULE);
  for (const part of text.toLowerCase().split(",")) {
    const [first = "", second, ...more] = part.trim().split("=");
    const [wanted, ruleText] = second === undefined ? [EVERY_CLASS, first] : [first, second];
    const rule = CAMERA_RULES.indexOf(ruleText);
    const places = NAMES.flatMap(({ name, group }, place) =>
      [EVERY_CLASS, name, group].includes(wanted) ? [place] : [],
    );
    if (rule < 0 || places.length === 0 || more.length > 0) {
      throw usage(
        `"${printable(part)}" is no rule for codes: write ${CAMERA_RULES.join(", ")}, or once=, hours=, days=, or a class such as once-2h=, 4h= or 28d= before it.`,
      );
    }
    for (const place of places) rules[place] = rule;
  }
  return rules;
}

/** Says the rule of every class, as it may be typed. */
export function sayClassRules(rules: Uint8Array): string {
  const said = (rule: number | undefined) => CAMERA_RULES[rule ?? NO_RULE] ?? String(rule);
  if (rules.every((rule) => rule === rules[0])) return said(rules[0]);
  const parts = [...new Set(NAMES.map(({ group }) => group))].flatMap((group) => {
    const members = NAMES.flatMap((each, place) =>
      each.group === group ? [{ name: each.name, rule: rules[place] }] : [],
    );
    const isOne = members.every(({ rule }) => rule === members[0].rule);
    return isOne ? [{ name: group, rule: members[0].rule }] : members;
  });
  return parts.map(({ name, rule }) => `${name}=${said(rule)}`).join(",");
}
