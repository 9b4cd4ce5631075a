// What can go wrong for a person at the command line: one exit code, and one sentence that says what to do.
// Why: whoever stands before a door wants the next step and no stack trace; scripts want a number that keeps its meaning.
// Follows the table that `latchkey help` prints.

/** The exit codes of `latchkey`. */
export const EXIT = Object.freeze({
  OK: 0,
  /** The lock said no, or did not do what it said yes to. */
  REFUSED: 1,
  /** The command was not understood, or cannot be done as asked. */
  USAGE: 2,
  /** No lock answered. */
  UNREACHABLE: 3,
  /** The keystore is missing, locked with another passphrase, or damaged, or another command changed it meanwhile. */
  KEYSTORE: 4,
  /** A signature, a chain or a shape does not hold. */
  UNVERIFIED: 5,
  /** latchkey itself has a mistake. */
  MISTAKEN: 6,
});

/** One of `EXIT`. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Ends a command; the edge in cli.ts prints the sentence. */
export class Failure extends Error {
  override readonly name = "Failure";
  readonly exit: ExitCode;

  /** @param sentence for a person: what is wrong and what to do, without secrets */
  constructor(exit: ExitCode, sentence: string) {
    super(sentence);
    this.exit = exit;
  }
}

/** Gives the failure of a command that was not understood. */
export function usage(sentence: string): Failure {
  return new Failure(EXIT.USAGE, sentence);
}

/** What the systems say of a disk, or of somebody's share of one, that is full. */
export function isFull(error: unknown): boolean {
  return ["ENOSPC", "EDQUOT"].includes(systemCode(error) ?? "");
}

/** The code of an error of the system, such as ENOENT; undefined for any other error. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}
