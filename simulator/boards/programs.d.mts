// The types of programs.mjs, for tests in TypeScript.

/** Gives a board's program: called with its parts, it runs main.ts from the start. */
export function programFrom(
  board: "lock" | "keypad" | "camera",
  image: object,
  sleeps?: boolean,
): Promise<(parts: object) => void>;
