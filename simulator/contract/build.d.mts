// The types of build.mjs, for tests in TypeScript.

/** Tells in one line why the contract cannot run over the SDK here; undefined where it can. */
export function missing(): string | undefined;

/** Gives the path of the contract's program, built on first use. */
export function contractProgram(): Promise<string>;
