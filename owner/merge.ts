// What two commands made of one keystore at the same time, brought together.
// Why: somebody who runs two commands at once, or a script that runs five, means both; only where both changed the same thing one of
// them must give way, since then neither says what was meant.
// Follows the merge of three versions: what one side alone changed is taken from it.

import { EXIT, Failure } from "./failure.ts";
import type { Person } from "./person.ts";

type Fields = Record<string, unknown>;

/** One thing as it was when this command read it, as this command has it, and as another has saved it. */
interface Versions {
  readonly base: unknown;
  readonly ours: unknown;
  readonly theirs: unknown;
}

/** The lists whose entries have names of their own, and the field that names them. */
const LISTS: ReadonlyMap<string, string> = new Map([
  ["locks", "id"],
  ["grants", "link"],
  ["invitations", "link"],
]);
/** What only rises, as a number or by its `seq`: whoever heard more from the lock is right. */
const RISING: readonly string[] = Object.freeze(["seq", "confirmedRevocationSeq", "confirmedRevocation"]);

/** Brings what another command has saved into what this one has. Objects of `ours` stay the same objects.
 *  @param base both began from it @throws Failure where both changed the same thing; `ours` is then of no use */
export function mergeInto(ours: Person, { base, theirs }: { readonly base: Person; readonly theirs: Person }): void {
  mergeFields(ours as unknown as Fields, base as unknown as Fields, theirs as unknown as Fields);
}

function mergeFields(ours: Fields, base: Fields, theirs: Fields): void {
  for (const name of new Set([...Object.keys(ours), ...Object.keys(theirs)])) {
    const merged = mergeField(name, { base: base[name], ours: ours[name], theirs: theirs[name] });
    if (merged === undefined) delete ours[name];
    else ours[name] = merged;
  }
}

function mergeField(name: string, { base, ours, theirs }: Versions): unknown {
  if (isSame(ours, theirs) || isSame(base, theirs)) return ours;
  const key = LISTS.get(name);
  if (key !== undefined && Array.isArray(ours) && Array.isArray(base) && Array.isArray(theirs)) {
    ours.splice(0, ours.length, ...mergeList(key, { base, ours: [...ours], theirs }));
    return ours;
  }
  if (isSame(base, ours)) return theirs;
  if (RISING.includes(name)) return rankOf(ours) > rankOf(theirs) ? ours : theirs;
  throw new Failure(
    EXIT.KEYSTORE,
    "Another latchkey command changed the same keys at the same time: run this one again.",
  );
}

/** Gives theirs in their order, each with our changes, and behind them what we added. */
function mergeList(
  key: string,
  { base, ours, theirs }: Record<"base" | "ours" | "theirs", readonly Fields[]>,
): readonly Fields[] {
  const entryOf = (list: readonly Fields[], entry: Fields) => list.find((each) => each[key] === entry[key]);
  const merged = theirs.flatMap((their) => {
    const [our, former] = [entryOf(ours, their), entryOf(base, their)];
    if (our === undefined) return former === undefined ? [their] : [];
    mergeFields(our, former ?? {}, their);
    return [our];
  });
  const added = ours.filter((our) => entryOf(theirs, our) === undefined);
  const gone = added.find((our) => entryOf(base, our) !== undefined);
  if (gone !== undefined) {
    throw new Failure(
      EXIT.KEYSTORE,
      "Another latchkey command removed a lock or an invitation at the same time: run this one again.",
    );
  }
  return [...merged, ...added];
}

function rankOf(value: unknown): number {
  if (typeof value === "number") return value;
  return typeof value === "object" && value !== null && "seq" in value ? Number(value.seq) : 0;
}

/** As they are written: a field that is undefined is none. */
function isSame(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}
