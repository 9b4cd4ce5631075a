// The types of run.mjs, for tests in TypeScript.

/** The exit code of a run that was stopped because its time was up. */
export const TIMEOUT: 124;

/** Runs a bundle to its end; see run.mjs. */
export function runBundle(
  file: string,
  options?: {
    engine?: "xs" | "rv32";
    words?: readonly string[];
    showsPeak?: boolean;
    isQuiet?: boolean;
    seconds?: number;
  },
): Promise<{ status: number; output: string }>;

/** Waits for a process and stops it when its time is up. */
export function collect(
  child: import("node:child_process").ChildProcess,
  milliseconds: number,
): Promise<{ status: number; output: string }>;
