// How a flash part ages: bits that no longer take a program or an erase, and bits that turn over in what is written.
// Why: age chooses where it hurts: a bit that the work at hand needs, a record that others follow, history, a snapshot. What
// may be lost with it the checker must know, and nothing else.

import type { Geometry } from "../firmware/journal/journal.ts";
import type { Fault } from "./faults.ts";
import type { NorFlash } from "./flash.ts";
import type { Place } from "./ledger.ts";
import type { Work } from "./memory.ts";
import type { Neighbourhood } from "./neighbourhood.ts";
import type { Stream } from "./random.ts";
import type { VisitWatch } from "./visitwatch.ts";

const INTENT = 16;
const CLOSING = 17;
/** A sector wears out near its beginning, where it is written most. */
const WORN_BYTES = 256;
/** Where the length of a record stands in it, and its bits that may turn: more would leave the sector. */
const LENGTH_AT = 2;
const LENGTH_BITS = 11;
/** Records that a turned bit may take: not what makes somebody an owner, or takes a grant back. */
const ROTTING_TYPES: readonly number[] = Object.freeze([1, 2, 6, 16, 17, 19, 20, 21, 22, 32, 33]);
/** The beginning of a snapshot: header, heads, owners. */
const SNAPSHOT_BYTES = 400;

/** Wears out one bit that the work at hand needs. */
export function stick(flash: NorFlash, work: Work, random: Stream): void {
  if (work.kind === "erase") {
    flash.stick(work.sector * flash.sectorBytes + random.below(WORN_BYTES), 0xff, "low");
    return;
  }
  const at = random.below(work.bytes.length);
  flash.stick(work.offset + at, ~Number(work.bytes[at]) & 0xff, "high");
}

/** Chooses a bit of a record that others follow, and tells the checker what may be lost with it.
 *  @returns its number in the part, or undefined where there is none to choose */
export function bitOfRecord(
  {
    flash,
    checker,
    visits,
  }: Pick<Neighbourhood, "flash" | "checker"> & { readonly visits: Pick<VisitWatch, "spoilt"> },
  { form }: Pick<Fault, "form">,
  random: Stream,
): number | undefined {
  const { places, history } = checker.ledger;
  const sectorOf = (place: Place) => Math.floor(place.offset / flash.sectorBytes);
  if (form === "history") {
    // In the sector of a record that no snapshot holds yet, that one could be lost as well.
    const old = history.filter((place) => !places.some((other) => sectorOf(other) === sectorOf(place)));
    if (old.length === 0) return undefined;
    const place = random.pick(old);
    const { offset, size, region, seq } = place;
    checker.spoiltHistory(region, seq);
    checker.ledger.spoiltHistory(place);
    return 8 * offset + random.below(8 * size);
  }
  // Where a length lies, whatever stands behind it in its sector is not believed either.
  const lostWith = (place: Place) =>
    places.filter((other) => sectorOf(other) === sectorOf(place) && other.offset >= place.offset);
  const spoilable = places.filter((place) => {
    const isFollowed = places.some(({ region, seq }) => region === place.region && seq > place.seq);
    return isFollowed && lostWith(place).every(({ type }) => ROTTING_TYPES.includes(type));
  });
  if (spoilable.length === 0) return undefined;
  const place = random.pick(spoilable);
  const { offset, size } = place;
  visits.spoilt();
  checker.spoilt(lostWith(place).some(({ type }) => type === INTENT || type === CLOSING));
  return 8 * offset + (form === "length" ? 8 * LENGTH_AT + random.below(LENGTH_BITS) : random.below(8 * size));
}

/** Chooses a bit of one of the two snapshots, but of none that the lock needs: with the last that holds, or the last that holds
 *  what is spoilt in history, it would lose what nobody has told the checker of.
 *  @returns its number in the part, or undefined where that one is not written or is needed */
export function bitOfSnapshot(
  { flash, geometry, checker }: Pick<Neighbourhood, "flash" | "geometry" | "checker">,
  random: Stream,
): number | undefined {
  const [slotA, slotB] = slotsOf(geometry);
  const first = (random.chance(500) ? slotA : slotB) * flash.sectorBytes;
  const bytes = flash.peek(first, SNAPSHOT_BYTES);
  if (bytes[0] === 0xff || checker.ledger.isNeeded(first)) return undefined;
  checker.ledger.spoiltSnapshot(first);
  return 8 * first + random.below(8 * SNAPSHOT_BYTES);
}

/** Whether work at a part is that of a snapshot. */
export function isSnapshot({ geometry, flash }: Neighbourhood, work: Work): boolean {
  const sector = work.kind === "erase" ? work.sector : Math.floor(work.offset / flash.sectorBytes);
  return sector >= slotsOf(geometry)[0];
}

/** Gives the first sector of each snapshot. */
function slotsOf({ firstSector, sectors, snapshotSectors }: Geometry): readonly [slotA: number, slotB: number] {
  const first = firstSector + sectors[0] + sectors[1] + sectors[2];
  return [first, first + snapshotSectors];
}
