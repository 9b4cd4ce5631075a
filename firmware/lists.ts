// The one empty list.
// Why: on a board each list takes 32 bytes, and most of what is kept for long is empty: the schedules of a user, the codes that an
// owner has taken back. A list at a module's top takes flash alone.

const NO_ITEMS: readonly never[] = Object.freeze([]);

/** Gives a list for whoever holds it for long: an empty one is the same for everybody. */
export function heldList<Item>(list: readonly Item[]): readonly Item[] {
  return list.length === 0 ? NO_ITEMS : list;
}
