// What a command of `latchkey` is: its words for the help, its options, and its act; and what it is called with.
// Why: options, help and errors come from one table, so that they cannot disagree.
// Follows POSIX utility conventions (long options) through node:util's parseArgs.

import { fromBase64url } from "../firmware/bytes.ts";
import { EXIT, type ExitCode, Failure, usage } from "./failure.ts";
import { hasKeystore, type Keystore, keystoreDirectory, openKeystore } from "./keystore.ts";
import type { OwnedLock } from "./person.ts";
import { dropNoLinks } from "./revocation.ts";
import { printable, type Terminal } from "./terminal.ts";

/** The options of every command that an owner has a lock do something with. */
export const LOCK_OPTIONS: Readonly<Record<"lock" | "at", Option>> = Object.freeze({
  lock: { value: "NAME", help: "which lock, where you own several" },
  at: { value: "HOST:PORT", help: "where the lock is reached, or serial:PORT" },
});

/** One option. `value` names what follows it, in capitals; without it the option is a switch. */
export interface Option {
  readonly value?: string;
  readonly isRepeatable?: boolean;
  readonly help: string;
}

/** What a command leaves: its exit code, and the object that --json prints. */
export interface Outcome {
  readonly exit: ExitCode;
  readonly json: Readonly<Record<string, unknown>>;
}

/** A command, one file each in commands/. */
export interface Command {
  readonly name: string;
  /** One line for the overview. */
  readonly summary: string;
  /** What stands behind the options, such as `SETUP` or `[GRANT]`; brackets mean that it may be left out. */
  readonly positionals: readonly string[];
  readonly options: Readonly<Record<string, Option>>;
  /** Paragraphs for the help, and examples without the word `latchkey`. */
  readonly help: readonly string[];
  readonly examples: readonly string[];
  /** What it does by its first word, where it does several things. */
  readonly acts?: Acts;
  run(call: Call): Promise<Outcome>;
}

/** One of the things that a command does, such as `pin new`. */
export interface Act {
  readonly summary: string;
  /** What stands behind the act's name; brackets mean that it may be left out. */
  readonly positionals: readonly string[];
  readonly options: Readonly<Record<string, Option>>;
  /** @param call whose words begin behind the act's name */
  run(call: Call): Promise<Outcome>;
}

/** Acts by their names. */
export type Acts = Readonly<Record<string, Act>>;

/** The values of the options, as parseArgs gives them. */
export type Values = Readonly<Record<string, string | boolean | readonly (string | boolean)[] | undefined>>;

/** One call of a command. */
export class Call {
  readonly terminal: Terminal;
  readonly positionals: readonly string[];
  private readonly values: Values;

  constructor(terminal: Terminal, positionals: readonly string[], values: Values) {
    this.terminal = terminal;
    this.positionals = positionals.map(unshield);
    this.values = values;
  }

  /** Whether standard output is for one object. */
  get isJson(): boolean {
    return this.has("json");
  }

  /** Whether a switch was given. */
  has(name: string): boolean {
    return this.values[name] === true;
  }

  /** The value of an option, or undefined. @throws Failure where it was given twice */
  option(name: string): string | undefined {
    const value = this.values[name];
    const [only, ...more] = Array.isArray(value) ? this.list(name) : [value];
    if (more.length > 0) throw usage(`--${name} may be given once here.`);
    return typeof only === "string" ? unshield(only) : undefined;
  }

  /** The names of the options that were given, without those that every command takes. */
  get named(): readonly string[] {
    return Object.keys(this.values).filter((name) => name !== "json" && this.values[name] !== undefined);
  }

  /** The same call without its first words. */
  behind(count: number): Call {
    return new Call(this.terminal, this.positionals.slice(count), this.values);
  }

  /** The same call with more options. */
  with(values: Values): Call {
    return new Call(this.terminal, this.positionals, { ...this.values, ...values });
  }

  /** The value of an option that must be there. @throws Failure */
  required(name: string, example: string): string {
    const value = this.option(name);
    if (value === undefined) throw usage(`--${name} is missing: add ${example}.`);
    return value;
  }

  /** All values of a repeatable option. */
  list(name: string): readonly string[] {
    const values = this.values[name];
    return Array.isArray(values) ? values.filter((value) => typeof value === "string").map(unshield) : [];
  }

  /** A whole number within bounds, or undefined where the option is absent. @throws Failure */
  number(name: string, min: number, max: number): number | undefined {
    const text = this.option(name);
    if (text === undefined) return undefined;
    const value = Number(text);
    if (!/^\d{1,10}$/.test(text) || value < min || value > max) {
      throw usage(`--${name} takes a whole number from ${min} to ${max}.`);
    }
    return value;
  }

  /** Opens the person's keystore, asking for the passphrase where the environment does not give it. @throws Failure */
  async openKeystore(): Promise<Keystore> {
    const directory = keystoreDirectory();
    if (!hasKeystore(directory)) {
      throw new Failure(EXIT.KEYSTORE, 'There are no keys here yet: run "latchkey init" first.');
    }
    const passphrase = process.env["LATCHKEY_PASSPHRASE"] ?? (await this.terminal.askSecret("Passphrase: "));
    const keystore = openKeystore(directory, passphrase);
    // One word of no sense in a list that every session begins with would end each of them.
    for (const text of dropNoLinks(keystore.person.locks)) {
      this.terminal.warn(
        `"${printable(text)}" is the name of no grant, so nothing was taken back by it, and it is left out: "latchkey revoke" lists those that you gave.`,
      );
    }
    return keystore;
  }

  /** Finds the lock that --lock names, or the only one. @throws Failure */
  chooseLock(keystore: Keystore): OwnedLock {
    const { locks, invitations } = keystore.person;
    if (locks.length === 0 && invitations.length > 0) {
      throw usage('Only the owner of a lock may do this: with your invitation there are "latchkey open" and "lock".');
    }
    const named = this.option("lock");
    if (named !== undefined) {
      const found = locks.find((lock) => lock.name === named || lock.id === named);
      if (found === undefined) throw usage(`You own no lock called ${printable(named)}: ${sayLocks(locks)}`);
      return found;
    }
    const [only] = locks;
    if (only === undefined) {
      throw usage('You own no lock yet: run "latchkey adopt SETUP" with the text on its label, beside the door.');
    }
    if (locks.length > 1) throw usage(`You own several locks, so say which with --lock: ${sayLocks(locks)}`);
    return only;
  }
}

/** Reads a public key: base64url of 32 bytes. @throws Failure */
export function parseKey(text: string): Uint8Array<ArrayBuffer> {
  if (/^[A-Za-z0-9_-]{43}$/.test(text.trim())) return fromBase64url(text.trim());
  throw usage('That is no key: a key has 43 letters, digits, - and _; its owner sees it with "latchkey id".');
}

/** Takes away the blank that cli.ts puts before a text that begins with a hyphen. */
function unshield(text: string): string {
  return text.startsWith(" -") ? text.slice(1) : text;
}

function sayLocks(locks: readonly OwnedLock[]): string {
  return locks.length === 0 ? "you own none yet." : `${locks.map((lock) => printable(lock.name)).join(", ")}.`;
}
