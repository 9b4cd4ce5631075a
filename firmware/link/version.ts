// What an image says of where it came from: its release, the commit of its source, and the commit of the SDK beneath it.
// Why: whoever doubts a lock builds the same two commits again and compares the bytes; so both stand in the image itself.
// Follows Semantic Versioning 2.0.0 §10, build metadata, in the 32 bytes that a status has for it (docs/protocol.cddl).

import { assert } from "../fault.ts";

/** The most characters of a version, as a status tells it. */
export const VERSION_CHARACTERS_MAX = 32;

const RELEASE = "(?:0|[1-9][0-9]{0,3})(?:\\.(?:0|[1-9][0-9]{0,3})){2}";
const COMMIT = "[0-9a-f]{8}";

/** Where an image came from. */
export interface Version {
  /** Three numbers of at most four digits, such as "0.1.0"; at most 10 characters. */
  readonly release: string;
  /** The beginnings of two commits' names: 8 hexadecimal digits. */
  readonly commit: string;
  /** Whether the source was no longer that commit's: then nobody can build it again. */
  readonly isChanged: boolean;
  readonly sdkCommit: string;
}

/** Gives the text that stands in an image: "0.1.0+1f2e3d4c.sdk.5b6a7988", and an M behind the commit where the source was changed, as
 *  svnversion writes it. */
export function composeVersion({ release, commit, isChanged, sdkCommit }: Version): string {
  const text = `${release}+${commit}${isChanged ? "M" : ""}.sdk.${sdkCommit}`;
  assert(
    parseVersion(text) !== undefined,
    "a version is a release, two commits of 8 digits, and in all at most 32 characters",
  );
  return text;
}

/** Reads that text. @returns undefined for any other one, such as a desk's "0.1.0", which says nothing of a commit */
export function parseVersion(text: string): Version | undefined {
  if (text.length > VERSION_CHARACTERS_MAX) return undefined;
  const [, release, commit, changed, sdkCommit] =
    new RegExp(`^(${RELEASE})\\+(${COMMIT})(M?)\\.sdk\\.(${COMMIT})$`).exec(text) ?? [];
  if (release === undefined || commit === undefined || sdkCommit === undefined) return undefined;
  return { release, commit, isChanged: changed === "M", sdkCommit };
}
