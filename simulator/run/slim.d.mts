// The types of slim.mjs, for tests in TypeScript.

/** Makes plain members of the private ones. @throws Error with what stands in the way */
export function openMembers(program: string): string;

/** Makes arrows of functions, but of those that something constructs. */
export function openFunctions(program: string): string;

/** Makes constants of what is declared by `var` and never written again. */
export function openConstants(program: string): string;

/** Takes the constants that are numbers out of a module. */
export function takeNumbers(program: string): { program: string; numbers: Readonly<Record<string, number>> };

/** Minifies a module. */
export function slim(program: string): Promise<string>;
