// What the table of planted bugs is, for the test that reads it.

/** One planted bug. */
export interface Plant {
  readonly name: string;
  /** The invariants of which one must catch it. */
  readonly by: readonly string[];
  /** It takes a part that is full. */
  readonly busy?: boolean;
  /** It takes a house with a camera. */
  readonly hasCamera?: boolean;
  /** The first seed; 1 where it is left out. */
  readonly from?: number;
  readonly rewrites: readonly { readonly file: string; readonly find: string; readonly replace: string }[];
}

export const PLANTS: readonly Plant[];
