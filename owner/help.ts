// The help of `latchkey`, made from the commands' own tables.
// Why: what is printed is what is parsed.
// Follows the layout of `git help`: use, what it does, options, examples.

import type { Acts, Command, Option } from "./command.ts";

/** Options that every command takes. */
export const COMMON_OPTIONS: Readonly<Record<string, Option>> = Object.freeze({
  json: { help: "print one JSON object instead of sentences" },
});

/** `help` itself: cli.ts runs it, since it needs no keystore and no lock. */
export const HELP: Omit<Command, "run"> = Object.freeze({
  name: "help",
  summary: "Show this, or the help of one command",
  positionals: ["[COMMAND]"],
  options: {},
  help: ["Without a command it lists all of them, the exit codes and the environment."],
  examples: ["help", "help grant"],
});

const GROUPS: readonly (readonly [string, readonly string[]])[] = Object.freeze([
  ["Begin", ["init", "id", "adopt"]],
  ["Let people in", ["grant", "delegate", "revoke", "carry"]],
  ["Be let in", ["accept", "open", "lock"]],
  ["Codes at the keypad", ["pin", "totp", "users", "schedules", "keypad"]],
  ["What the camera sees and saw", ["camera", "watch", "clip", "claim"]],
  ["Look after a lock", ["status", "log", "time", "config", "wifi"]],
  ["Share, lose, sell", ["owners", "owner", "transfer", "reset"]],
  ["Understand", ["show", "help"]],
]);

/** So many acts are named one by one. */
const ACTS_NAMED_MAX = 4;

const FOOT = `Exit codes:
  0  done                                     3  no lock answered
  1  the lock said no, or did not do it       4  wrong passphrase, a damaged keystore, or another command changed it
  2  the command was not understood           5  a signature or a log does not hold
  6  latchkey itself has a mistake

Environment:
  LATCHKEY_HOME         folder of your keys (~/.latchkey)
  LATCHKEY_PASSPHRASE   the passphrase; without it you are asked
  LATCHKEY_WIFI_PASSPHRASE  the passphrase of "wifi set" and "camera wifi"; without it you are asked
  LATCHKEY_STREAM_PASSWORD  the password of "camera stream on"; without it you are asked
  TZDIR                 the system's time zones (/usr/share/zoneinfo)

"latchkey --version" says which this is; every command takes --json and --help.
A lock is reached at 127.0.0.1:7446 unless --at says otherwise: HOST:PORT in a network, or serial:PORT for the lock's
USB socket, such as --at serial:/dev/ttyUSB0 or --at serial:COM3.`;

/** Gives the overview of all commands. */
export function overview(commands: readonly Command[]): string {
  const lines = ["latchkey: keys for a door that decides on its own", "", "Use: latchkey COMMAND [OPTIONS]"];
  for (const [title, names] of GROUPS) {
    lines.push("", `${title}:`);
    for (const name of names) {
      const summary = [...commands, HELP].find((command) => command.name === name)?.summary;
      lines.push(`  ${name.padEnd(10)}${summary}`);
    }
  }
  return `${lines.join("\n")}\n\n${FOOT}`;
}

/** Gives the help of one command. */
export function helpOf(command: Omit<Command, "run">): string {
  const options = Object.entries({ ...command.options, ...COMMON_OPTIONS });
  const lines = [`latchkey ${command.name}: ${command.summary}`, ""];
  lines.push(`Use: latchkey ${[command.name, ...command.positionals, "[OPTIONS]"].join(" ")}`, "");
  const { acts = {} } = command;
  const uses = Object.entries(acts).map(([name, act]) => [
    [command.name, name, ...act.positionals].join(" "),
    act.summary,
  ]);
  const useWidth = Math.max(...uses.map(([use = ""]) => use.length)) + 2;
  for (const [use = "", summary = ""] of uses) lines.push(`  ${use.padEnd(useWidth)}${summary}`);
  if (uses.length > 0) lines.push("");
  lines.push(...command.help, "", "Options:");
  const heads = options.map(([name, option]) =>
    option.value === undefined ? `--${name}` : `--${name} ${option.value}`,
  );
  const width = Math.max(...heads.map((head) => head.length)) + 2;
  options.forEach(([name, option], index) => {
    const repeatable = option.isRepeatable === true ? ` (repeatable${whereRepeatable(name, acts)})` : "";
    lines.push(`  ${String(heads[index]).padEnd(width)}${whoseOption(name, acts)}${option.help}${repeatable}`);
  });
  lines.push("", command.examples.length === 1 ? "Example:" : "Examples:");
  for (const example of command.examples)
    lines.push(example.includes("latchkey") ? `  ${example}` : `  latchkey ${example}`);
  return lines.join("\n");
}

/** Which acts take an option more than once, where others take it once: ": add". */
function whereRepeatable(option: string, acts: Acts): string {
  const takers = Object.entries(acts).filter(([, { options }]) => Object.hasOwn(options, option));
  const names = takers.filter(([, { options }]) => options[option]?.isRepeatable === true).map(([name]) => name);
  return names.length === takers.length ? "" : `: ${names.join(", ")}`;
}

/** Which acts take an option, where not all of them do: "new, once: ", or of many "all but wifi: ". */
function whoseOption(option: string, acts: Acts): string {
  const names = Object.keys(acts).filter((name) => Object.hasOwn(acts[name]?.options ?? {}, option));
  const others = Object.keys(acts).filter((name) => !names.includes(name));
  if (names.length === 0 || others.length === 0) return "";
  return names.length > ACTS_NAMED_MAX && others.length === 1
    ? `all but ${others.join(", ")}: `
    : `${names.join(", ")}: `;
}
