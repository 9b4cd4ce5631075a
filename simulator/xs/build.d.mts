// The types of build.mjs, for tests in TypeScript.

/** Tells in one line why an engine cannot be built or run here; undefined where it can. */
export function missing(engine: "xs" | "rv32"): string | undefined;

/** Gives the path of an engine's executable, built on first use. */
export function hostFor(engine: "xs" | "rv32"): Promise<string>;

/** Gives the folder of lwIP's sources, or one line that says why there is none. */
export function lwipSources(): Promise<{ readonly folder?: string; readonly missing?: string }>;
