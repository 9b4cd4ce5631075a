// The depth of the record: on a partition of 1 MB, 90 days at 50 openings a day are always there, 160 bytes each.
// Method: openings of a delegated grant, with both counted links, until the ring has gone round once and a half.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import type { WritableEntry } from "../../firmware/journal/entry.ts";
import { ACCESS } from "../../firmware/journal/record.ts";
import { Store } from "../../firmware/journal/store.ts";
import { seconds } from "../../firmware/platform.ts";
import { NorFlash } from "../../simulator/flash.ts";
import { STANDARD_GEOMETRY } from "../options.ts";

const DAYS = 90;
const OPENINGS_A_DAY = 50;
const OPENING_BYTES_MAX = 160;
const INTENT = 16;
const CLOSING = 17;
const INTENT_BYTES = 64;
const LOCK_ID = "AAECAwQFBgc";
const NOW = seconds(1_794_000_000);

function intent(used: number): WritableEntry {
  const link8 = new Uint8Array(8).fill(1);
  const until = seconds(NOW + 86_400);
  const spends = [
    { link8, used, until },
    { link8: new Uint8Array(8).fill(2), used, until },
  ];
  return { kind: "intent", operation: 0, source: "phone", actor: link8, root: link8, spends };
}

function closing(of: number): WritableEntry {
  const ends = { openedAfter: 4_000, closedAfter: 40_000, securedAfter: 43_000 };
  return { kind: "closing", intent: of, outcome: "secured", ...ends, witnesses: 3 };
}

test(`keeps ${DAYS} days at ${OPENINGS_A_DAY} openings a day, at most ${OPENING_BYTES_MAX} bytes each`, () => {
  const flash = new NorFlash({ sectorBytes: 4_096, sectors: 256 });
  const store = new Store({ crypto, flash, geometry: STANDARD_GEOMETRY, lockId: LOCK_ID, isPowerOn: false });
  const time = { lo: NOW, width: undefined };
  const least = DAYS * OPENINGS_A_DAY;
  let openings = 0;
  const open = (): void => {
    const { seq } = store.append(intent(1 + (openings % 60_000)), time);
    store.append(closing(seq), time);
    openings++;
  };
  for (let count = 0; count < 1.5 * least; count++) open();
  // The worst moment: a sector has just been started, and the oldest is gone.
  while (store.journal.overwrittenBy(ACCESS, INTENT_BYTES) === undefined) open();
  open();
  let bytes = 0;
  let kept = 0;
  store.journal.records(ACCESS, 1, ({ record }) => {
    if (record.type === INTENT || record.type === CLOSING) bytes += record.size;
    if (record.type === INTENT) kept++;
    return true;
  });
  assert.ok(kept >= least, `${kept} openings`);
  assert.ok(bytes / kept <= OPENING_BYTES_MAX, `${bytes / kept} bytes each`);
});

test.run();
