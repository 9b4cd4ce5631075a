// The acts of a command that does several things, such as `pin new` and `pin list`.
// Why: each act takes words and options of its own, and one that belongs to another act must not be passed over in silence.
// Follows the layout of `git remote add`: a command, an act, its words.

import type { Act, Acts, Call, Option, Outcome } from "./command.ts";
import { usage } from "./failure.ts";
import { printable } from "./terminal.ts";

/** Gives the options of all acts together, as the command line is parsed by. */
export function optionsOf(acts: Acts): Record<string, Option> {
  const options: Record<string, Option> = {};
  for (const act of Object.values(acts)) {
    for (const [name, option] of Object.entries(act.options)) {
      const isRepeatable = option.isRepeatable === true || options[name]?.isRepeatable === true;
      options[name] = { ...(options[name] ?? option), isRepeatable };
    }
  }
  return options;
}

/** Gives what stands behind a command with acts. */
export function positionalsOf(acts: Acts): readonly string[] {
  return [Object.keys(acts).join("|"), "[...]"];
}

/** Runs the act that the first word names. @param at the words before it, such as "pin"
 *  @param standard the act without a word; needed where there is one @throws Failure */
export function runAct(call: Call, acts: Acts, at: string, standard?: Act): Promise<Outcome> {
  const [name] = call.positionals;
  const act = name === undefined ? standard : Object.hasOwn(acts, name) ? acts[name] : undefined;
  if (act === undefined) {
    const known = Object.keys(acts).map((each) => `"latchkey ${at} ${each}"`);
    const what = name === undefined ? "Say what to do" : `"${printable(name)}" is nothing that ${at} does`;
    throw usage(`${what}: there are ${known.join(", ")}.`);
  }
  const full = name === undefined ? at : `${at} ${name}`;
  checkOptions(call, full, Object.keys(act.options));
  const rest = call.behind(1);
  checkCount(act, rest.positionals, full);
  return act.run(rest);
}

/** Refuses an option that would be left out of account: whoever gave it counts on it. @param full the command's words @throws Failure */
export function checkOptions(call: Call, full: string, taken: readonly string[]): void {
  const stranger = call.named.find((option) => !taken.includes(option));
  if (stranger !== undefined) throw usage(`"latchkey ${full}" takes no --${stranger}.`);
}

function checkCount({ positionals }: Act, words: readonly string[], full: string): void {
  const most = positionals.at(-1)?.endsWith("...]") === true ? words.length : positionals.length;
  const least = positionals.filter((name) => !/[[\]]/.test(name)).length;
  const example = `"latchkey ${full} ${positionals.join(" ")}".`;
  if (words.length < least) throw usage(`${positionals[words.length]} is missing: ${example}`);
  if (words.length > most) throw usage(`"${printable(words[most] ?? "")}" is one word too many: ${example}`);
}
