// The types of headers.mjs, for tests in TypeScript.

/** Gives the objects that a makefile of the SDK makes of C files in a folder, but for what was generated there. */
export function objectsOf(
  makefile: string,
  folder: string,
): readonly { readonly object: string; readonly source: string }[];

/** Makes of a command that compiles one that only preprocesses. */
export function preprocessing(command: string, options: { readonly standIns: string; readonly isOwn: boolean }): string;

/** A header that was not found, and who asked for it. */
export interface Missing {
  readonly header: string;
  readonly asker: string;
}

/** Gives the header that a compiler did not find; undefined where it found all. */
export function missingHeader(text: string): Missing | undefined;

/** Gives what a header for C says of a merged configuration. */
export function configurationHeader(text: string, chip: string): string;

/** Says what it means that a header was not found: a fault, or why it is none. */
export function judge(
  missing: Missing,
  idf: { readonly headers: readonly string[]; readonly holes: readonly string[]; readonly isExact: boolean },
): { readonly fault?: string; readonly unseen?: string };
