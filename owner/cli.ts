// `latchkey`: reads the command line, runs one command, prints what came of it.
// Why: this is the edge at which every Failure becomes one sentence and one exit code, and nothing else does.
// Follows node:util's parseArgs; the commands stand in commands/, one file each.

import { parseArgs } from "node:util";
import { Fault } from "../firmware/fault.ts";
import manifest from "../package.json" with { type: "json" };
import { Call, type Command, type Outcome, type Values } from "./command.ts";
import { COMMANDS } from "./commands.ts";
import { EXIT, Failure, isFull, systemCode, usage } from "./failure.ts";
import { COMMON_OPTIONS, HELP, helpOf, overview } from "./help.ts";
import { printable, type Streams, Terminal } from "./terminal.ts";

const PROCESS: Streams = Object.freeze({ output: process.stdout, errors: process.stderr });

/** What asks for help, in the place of a command's name or behind "help". */
const HELPS: readonly string[] = Object.freeze([HELP.name, "--help", "-h"]);

type Options = Record<string, { type: "string" | "boolean"; multiple?: boolean; short?: string }>;

/** Runs one command line. @param words without node and script @param streams where it prints @returns the exit code */
export async function main(words: readonly string[], streams: Streams = PROCESS): Promise<number> {
  const isJson = isJsonAsked(words);
  const terminal = new Terminal(isJson, streams);
  try {
    const outcome = await dispatch(words, terminal);
    if (isJson) print(streams, { ok: outcome.exit === EXIT.OK, ...outcome.json });
    return outcome.exit;
  } catch (error) {
    const failure = asFailure(error) ?? asMistake(error);
    if (isJson) print(streams, { ok: false, exit: failure.exit, error: failure.message });
    else terminal.warn(failure.message);
    return failure.exit;
  }
}

async function dispatch(words: readonly string[], terminal: Terminal): Promise<Outcome> {
  const [name = "help", ...rest] = words.slice(countLeading(words));
  if (name === "--version") return version(terminal);
  if (HELPS.includes(name)) {
    const topic = rest.find((word) => word !== "--json");
    return help(topic !== undefined && HELPS.includes(topic) ? HELP.name : topic, terminal);
  }
  const command = COMMANDS.find((candidate) => candidate.name === name);
  if (command === undefined)
    throw usage(`There is no command "${printable(name)}": "latchkey help" shows all of them.`);
  const { values, positionals } = parse(command, rest);
  if (values["help"] === true) return help(name, terminal);
  checkCount(command, positionals);
  return command.run(new Call(terminal, positionals, { ...values, json: isJsonAsked(words) }));
}

/** How many words before the command's name are --json. */
function countLeading(words: readonly string[]): number {
  const index = words.findIndex((word) => word !== "--json");
  return index < 0 ? words.length : index;
}

/** Whether --json stands there as an option: behind an option that takes a value it is that value, and behind -- a word. */
function isJsonAsked(words: readonly string[]): boolean {
  const command = COMMANDS.find(({ name }) => name === words[countLeading(words)]);
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? "";
    if (word === "--") return false;
    if (word === "--json") return true;
    if (word.startsWith("--") && command?.options[word.slice(2)]?.value !== undefined) index += 1;
  }
  return false;
}

function version(terminal: Terminal): Outcome {
  terminal.say(`latchkey ${manifest.version}`);
  return { exit: EXIT.OK, json: { version: manifest.version } };
}

function help(name: string | undefined, terminal: Terminal): Outcome {
  const command = [...COMMANDS, HELP].find((candidate) => candidate.name === name);
  if (name !== undefined && command === undefined) {
    throw usage(`There is no command "${printable(name)}": "latchkey help" shows all of them.`);
  }
  const text = command === undefined ? overview(COMMANDS) : helpOf(command);
  terminal.say(text);
  return { exit: EXIT.OK, json: { help: text } };
}

function parse(command: Command, words: readonly string[]): { values: Values; positionals: string[] } {
  const options: Options = {};
  for (const [name, option] of Object.entries({ ...COMMON_OPTIONS, ...command.options })) {
    options[name] = { type: option.value === undefined ? "boolean" : "string", multiple: option.isRepeatable === true };
  }
  options["help"] = { type: "boolean", short: "h" };
  const more = `"latchkey ${command.name} --help" shows what it takes.`;
  const args = words.map(shieldValue);
  const parsed = orUsage(
    () => parseArgs({ args, options, allowPositionals: true, strict: true, tokens: true }),
    (error) => `${sayParseError(error, { options, args })} ${more}`,
  );
  // parseArgs keeps the last of several values, and whoever wrote two meant one of them, perhaps the other.
  const given = parsed.tokens.flatMap((token) =>
    token.kind === "option" && token.value !== undefined && options[token.name]?.multiple !== true ? [token.name] : [],
  );
  const twice = given.find((name, index) => given.indexOf(name) !== index);
  if (twice !== undefined) throw usage(`--${twice} may be given once here. ${more}`);
  return parsed;
}

/** Runs what reads the command line, and says its errors. @throws Failure */
function orUsage<Parsed>(read: () => Parsed, say: (error: unknown) => string): Parsed {
  try {
    return read();
  } catch (error) {
    throw usage(say(error));
  }
}

/** A base64url text may begin with a hyphen, and is then no option: a blank before it tells the parser; `Call` takes it
 *  away again. Such texts are names of grants and locks (11 characters), and keys and invitations (43 and more). */
function shieldValue(word: string): string {
  return /^-[A-Za-z0-9_][A-Za-z0-9_-]{9}$|^-[A-Za-z0-9_-]{42,}$/.test(word) ? ` ${word}` : word;
}

function sayParseError(
  error: unknown,
  { options, args }: { readonly options: Options; readonly args: readonly string[] },
): string {
  const code = systemCode(error);
  const named = error instanceof Error ? /'(?:-\w, )?(--?[\w-]+)/.exec(error.message)?.[1] : undefined;
  if (code === "ERR_PARSE_ARGS_UNKNOWN_OPTION") return `There is no option ${named ?? "of that name"}.`;
  if (code === "ERR_PARSE_ARGS_INVALID_OPTION_VALUE" && named !== undefined) {
    const isSwitch = options[named.replace(/^-+/, "")]?.type === "boolean";
    if (isSwitch) return `${named} takes no value.`;
    const dashed = args.find((word, index) => args[index - 1] === named && /^-[^-]/.test(word) && word !== "-h");
    return dashed === undefined
      ? `${named} needs a value behind it.`
      : `${named} needs a value that does not begin with - (write ${named}=${printable(dashed)}).`;
  }
  throw error;
}

function checkCount(command: Command, positionals: readonly string[]): void {
  const most = command.positionals.at(-1)?.endsWith("...]") === true ? positionals.length : command.positionals.length;
  const least = command.positionals.filter((name) => !/[[\]]/.test(name)).length;
  const missing = command.positionals[positionals.length];
  const example = `"latchkey ${command.name} --help" shows what it takes.`;
  if (positionals.length < least) throw usage(`${missing} is missing: ${example}`);
  if (positionals.length > most)
    throw usage(`"${printable(positionals[most] ?? "")}" is one word too many: ${example}`);
}

/** What a person is told; undefined for a mistake of ours. */
function asFailure(error: unknown): Failure | undefined {
  if (error instanceof Failure) return error;
  if (error instanceof Fault) {
    return new Failure(
      EXIT.UNVERIFIED,
      `What was given is damaged or of another kind (${error.code}): ask for it again.`,
    );
  }
  const code = systemCode(error);
  if (isFull(error)) return new Failure(EXIT.USAGE, "The disk is full: make room, then run the command again.");
  if (code === "EACCES" || code === "EPERM" || code === "EROFS") {
    return new Failure(
      EXIT.USAGE,
      "A file cannot be written: check who owns the folder, or set LATCHKEY_HOME to another.",
    );
  }
  const isSystem = error instanceof Error && "syscall" in error;
  if (isSystem) return new Failure(EXIT.USAGE, `The system refused (${code}): check the names of files and folders.`);
  return undefined;
}

/** What a person is told of a mistake of ours. @throws the error itself with LATCHKEY_TRACE, which shows where it is */
function asMistake(error: unknown): Failure {
  if (process.env["LATCHKEY_TRACE"] !== undefined) throw error;
  const [line] = String(error instanceof Error ? error.message : error).split("\n");
  return new Failure(
    EXIT.MISTAKEN,
    `latchkey itself has a mistake (${printable(line ?? "")}): please report it; LATCHKEY_TRACE=1 shows where it is.`,
  );
}

function print({ output }: Streams, object: Readonly<Record<string, unknown>>): void {
  // JSON says any character as its number, so that none can act on a terminal.
  const text = JSON.stringify(object).replace(/[\u007f-\uffff]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
  output.write(`${text}\n`);
}
