// The twins of the checks about bolt, contact and power: T35, T36, T51 and T53. See twins.mjs, whose table goes on here.
// Why: one table of all twins would be longer than a file may be, and these belong together.

import { ACTING_FIRST, rewrite } from "./rewrites.mjs";

const VISIT = "lock/visit.ts";
const DOOR_STATE = "firmware/door/state.ts";

/** Rows as in twins.mjs. */
export const DOOR_TWINS = Object.freeze([
  { id: "T35", without: "writing before acting", at: "never open and unspent", rewrites: [ACTING_FIRST] },
  {
    id: "T35",
    without: "uses that outlive a cut",
    at: "no use is granted twice, and none is lost",
    rewrites: [
      rewrite(
        "firmware/journal/store.ts",
        "    applyEntry(crypto, state, entry, record);\n  } catch",
        '    applyEntry(crypto, state, entry.kind === "intent" ? { ...entry, spends: [] } : entry, record);\n  } catch',
      ),
    ],
  },
  {
    id: "T35",
    without: "a visit that goes on after a cut",
    at: "the visit has its end",
    rewrites: [rewrite("lock/visits.ts", "if (visit !== undefined) this.#visit = resumeVisit(visit.intent, now);")],
  },
  {
    id: "T35",
    without: "the doubt about what the bolt did before a cut",
    at: "no use comes back for a bolt that nobody watched",
    rewrites: [
      rewrite(VISIT, "hasLeft: true,"),
      rewrite("lock/visits.ts", "visit.outcome === POWER_CUT ? POWER_CUT : outcome", "outcome"),
    ],
  },
  {
    id: "T36",
    without: "outputs that are inactive from their first moment on",
    at: "nothing is driven while a new board starts",
    rewrites: [
      rewrite("firmware/io/output.ts", "initialValue: isActiveLow ? 1 : 0", "initialValue: isActiveLow ? 0 : 1"),
    ],
  },
  {
    id: "T36",
    without: "a button whose level at the start is no press",
    at: "no start retracts the bolt",
    rewrites: [
      rewrite(
        "lock/board.ts",
        "    this.#pump.call((now) => lock.tick(now));",
        "    this.#pump.call((now) => (lock.snapshot.isAdopted ? lock.insidePressed(now) : undefined));",
      ),
    ],
  },
  {
    id: "T53",
    without: "the end of a drive by time",
    at: "each drive ends within the hardware's five seconds",
    rewrites: [
      rewrite(
        "firmware/door/motor.ts",
        "if (elapsed < this.#parts.driveMillis) return undefined;",
        "if (elapsed >= 0) return undefined;",
      ),
      rewrite("lock/settings.ts", "const DRIVE_MILLIS = 4_800;", "const DRIVE_MILLIS = 48_000;"),
      rewrite("firmware/door/door.ts", "settings.driveMillis <= DRIVE_MILLIS_MAX", "DRIVE_MILLIS_MAX > 0"),
    ],
  },
  {
    id: "T51",
    without: "the contact's word for a secured door",
    at: "a bolt beside its keeper secures nothing",
    rewrites: [
      rewrite(
        VISIT,
        'return bolt.at === "locked" && (hasContact ? contact.is === "closed" : contact.is !== "open");',
        'return bolt.at === "locked" && (hasContact || contact.is !== undefined);',
      ),
    ],
  },
  {
    id: "T51",
    without: "a receipt that says who saw it",
    at: "and so does the receipt: contact and sensor",
    rewrites: [
      rewrite(
        VISIT,
        "return { visit, grant, ...times, witnesses, outcome,",
        "return { visit, grant, ...times, witnesses: 7, outcome,",
      ),
    ],
  },
  {
    id: "T51",
    without: "the question whether a contact is fitted",
    at: "nothing is secured behind a contact that was not read",
    rewrites: [
      rewrite(
        VISIT,
        '(hasContact ? contact.is === "closed" : contact.is !== "open")',
        '(hasContact || true) && contact.is !== "open"',
      ),
    ],
  },
  {
    id: "T51",
    without: "witnesses that were there",
    at: "a record names its witnesses: no contact that is not fitted",
    rewrites: [rewrite(DOOR_STATE, 'return { contact: door.contact.is === "closed",', "return { contact: true,")],
  },
  {
    id: "T51",
    without: "the difference between a sensor and a current",
    at: "a record names its witnesses: no sensor that is not fitted",
    rewrites: [rewrite("firmware/door/motor.ts", 'witness: "current" }', 'witness: "sensor" }')],
  },
  {
    id: "T51",
    without: "the alarm of a locked door that opens",
    at: "whoever takes the magnet away is heard",
    rewrites: [rewrite("firmware/door/door.ts", 'turn.effects.push({ kind: "alarm", alarm: "forced" });')],
  },
  {
    id: "T51",
    without: "counted uses",
    at: "a magnet buys no second visit",
    rewrites: [rewrite("firmware/policy/policy.ts", 'if (used >= uses) return "uses";')],
  },
  {
    id: "T51",
    without: "the alarm of a bolt that does not get there",
    at: "the alarm is noted",
    rewrites: [
      rewrite("firmware/door/moves.ts", 'if (isFirst) turn.effects.push({ kind: "alarm", alarm: "jammed" });'),
    ],
  },
]);
