// The types of lwip.mjs, for tests in TypeScript.

/** Where lwIP's headers and the project's own for it are, in the order of a compiler's -I. */
export function lanIncludes(folder: string): readonly string[];

/** What of a board's TCP and of its UDP stands on lwIP: names in firmware/io. */
export const TCP_FILES: readonly string[];
export const UDP_FILES: readonly string[];

/** lwIP's own files. */
export function lwipFiles(folder: string): readonly string[];
