// Planted bugs of what the lock tells: notices to whoever listens, receipts, and the record that ends a visit.
// Why: plants.mjs is the whole table; these open no door, and are found by nobody but who saw what it did.

import { rewrite } from "../attacks/rewrites.mjs";

const GUEST = "lock/guest.ts";
const VISIT = "lock/visit.ts";
const VISITS = "lock/visits.ts";
const ENDED = "the end of a visit is not what the door did";
const NOT_ENDED = "a visit did not end";
const NOT_SO = "told what is not so";
const NOT_THEIRS = "told somebody what is not theirs";
const NOT_TOLD = "told nobody who listens";
const RECEIPT = "a receipt is not what the door did";

/** Rows as plants.mjs describes them. */
export const TOLD_PLANTS = Object.freeze([
  {
    name: "give the time of the opening for that of the shutting",
    by: [ENDED],
    rewrites: [
      rewrite(VISIT, "closedAfter: after(visit, visit.closedAt),", "closedAfter: after(visit, visit.openedAt),"),
    ],
  },
  {
    name: "give the last opening for the first",
    by: [ENDED],
    rewrites: [rewrite(VISITS, "visit.openedAt ??= now;", "visit.openedAt = now;")],
  },
  {
    name: "give the time of the shutting for that of the throw",
    by: [ENDED],
    rewrites: [rewrite(VISIT, "after(visit, now) : undefined,", "after(visit, visit.closedAt ?? now) : undefined,")],
  },
  {
    name: "name the motor's current for a sensor",
    by: [ENDED, "secured without a witness"],
    rewrites: [
      rewrite(VISIT, '(bolt === "sensor" ? WITNESS_SENSOR : 0) |', '(bolt === "sensor" ? WITNESS_CURRENT : 0) |'),
    ],
  },
  {
    name: "call a visit secured in which power was cut",
    by: [ENDED],
    rewrites: [rewrite(VISIT, 'outcome: "power-cut",', 'outcome: "secured",')],
  },
  {
    name: "call a visit by what followed it in which power was cut",
    from: 23,
    by: [ENDED],
    rewrites: [rewrite(VISITS, "visit.outcome === POWER_CUT ? POWER_CUT : outcome,", "outcome,")],
  },
  {
    name: "end no visit but by a throw",
    by: [NOT_ENDED],
    rewrites: [
      rewrite(
        VISITS,
        "= isSecured(door, options.hasContact) ?",
        '= what === "locked" && isSecured(door, options.hasContact) ?',
      ),
    ],
  },
  {
    name: "end no visit that another follows",
    by: [NOT_ENDED],
    rewrites: [rewrite(VISITS, 'this.#close("superseded", door, now);')],
  },
  {
    name: "call it locked beside the keeper",
    by: [NOT_SO],
    rewrites: [
      rewrite(
        VISITS,
        'what === "locked" && contact.is === "open");',
        'what === "locked" && contact.is === "unknown");',
      ),
    ],
  },
  {
    name: "tell the guest before of whoever comes next",
    by: [NOT_THEIRS, NOT_TOLD],
    rewrites: [
      rewrite(
        VISITS,
        '    this.#close("superseded", door, now);\n',
        '    const before = this.#visit?.connection;\n    this.#close("superseded", door, now);\n    visit.connection = before ?? visit.connection;\n',
      ),
    ],
  },
  {
    name: "tell guests of alarms",
    hasCamera: true,
    by: [NOT_THEIRS],
    rewrites: [
      rewrite(
        VISITS,
        "    const { phones } = this.#desk;\n    for (const owner of phones.owners) phones.notify(owner, event);",
        "    this.notify(event);",
      ),
    ],
  },
  {
    name: "tell no owner what the door does",
    by: [NOT_TOLD],
    rewrites: [rewrite(VISITS, "for (const owner of phones.owners) phones.notify(owner, event, receipt);")],
  },
  {
    name: "tell whoever asks again where he asked first",
    from: 44,
    by: [NOT_TOLD],
    rewrites: [
      rewrite(GUEST, "chain.leaf.link8)) visit.connection = connection;", "chain.leaf.link8)) visit.retries += 0;"),
    ],
  },
  {
    name: "tell no owner that somebody is forced",
    from: 48,
    by: [NOT_TOLD],
    rewrites: [rewrite("lock/codes/codes.ts", "if (isForced(use)) desk.duress();")],
  },
  {
    name: "tell no owner that an alarm sounds",
    by: [NOT_TOLD],
    rewrites: [rewrite("lock/lock.ts", 'if (this.#siren.isAlarm) this.#visits.notifyOwners("alarm");')],
  },
  {
    name: "keep the receipt",
    by: [NOT_TOLD],
    rewrites: [rewrite(VISITS, 'what === "locked" ? receipt : undefined);', "undefined);")],
  },
  {
    name: "write another time into the receipt than into the journal",
    by: [RECEIPT],
    rewrites: [
      rewrite(
        VISIT,
        "const times = { openedAfter, closedAfter, securedAfter };",
        "const times = { openedAfter, closedAfter: securedAfter, securedAfter };",
      ),
    ],
  },
  {
    name: "write into the receipt what was asked of the camera",
    hasCamera: true,
    by: [RECEIPT],
    rewrites: [rewrite(VISIT, "const { proof: cameraProof } = camera;", "const { rule: cameraProof } = camera;")],
  },
]);
