// The types of owners.mjs, for its test in TypeScript.

/** The parts that are still to come, as docs/security.md calls them. */
export const LATER_PARTS: readonly string[];

/** Gives the faults, a sentence each. */
export function ownerFaults(pages: {
  /** The text of docs/attacks.md. */
  readonly attacks: string;
  /** The text of docs/security.md. */
  readonly security: string;
  /** The ids in all.ts. */
  readonly checks: readonly string[];
}): string[];
