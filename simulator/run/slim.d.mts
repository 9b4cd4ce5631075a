// The types of slim.mjs, for tests in TypeScript.

/** Makes plain members of the private ones. @throws Error with what stands in the way */
export function openMembers(program: string): string;

/** Makes arrows of functions, but of those that something constructs. */
export function openFunctions(program: string): string;

/** Minifies a module. */
export function slim(program: string): Promise<string>;
