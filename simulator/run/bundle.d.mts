// The types of bundle.mjs, for tests in TypeScript.

/** The project's root. */
export const ROOT: string;

/** One text that replaces another in a source file, where it must stand exactly once. */
export interface Rewrite {
  /** A path from the project's root. */
  file: string;
  find: string;
  replace: string;
}

/** Bundles for an engine; see bundle.mjs. */
export function bundle(
  entry: string | { contents: string; resolveDir?: string },
  options?: {
    engine?: "node" | "xs" | "portable";
    rewrites?: readonly Rewrite[];
    define?: Record<string, string>;
    hasMap?: boolean;
  },
): Promise<string>;
