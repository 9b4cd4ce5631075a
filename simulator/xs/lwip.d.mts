// The types of lwip.mjs, for tests in TypeScript.

/** Where lwIP's headers and the project's own for it are, in the order of a compiler's -I. */
export function lanIncludes(folder: string): readonly string[];

/** lwIP's own files. */
export function lwipFiles(folder: string): readonly string[];
