// The types of layers.mjs, for its test in TypeScript.

/** One file of the project. */
export interface SourceFile {
  /** From the project's root, with `/`. */
  path: string;
  source: string;
}

/** Gives the faults of files as lines `path:line: what it does wrong`. */
export function sourceFaults(files: readonly SourceFile[]): string[];

/** Faults of comments that send a reader to a document which is not there. Only README.md stands outside of docs/.
 *  @param documents the names of the files in docs/ */
export function mentionFaults(files: readonly SourceFile[], documents: readonly string[]): string[];
