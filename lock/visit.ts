// One visit: from the journalled intent until the bolt is thrown again.
// Why: one use of a grant is one visit. A second try by the same guest is free only while nobody went in; what the door did
// is written as one closing record, and a use comes back only if a sensor saw that the bolt never moved (docs/attacks.md T25).
// Follows docs/protocol.md §2.2 and `closing-17`.

import type { Bytes } from "../firmware/bytes.ts";
import type { Crypto } from "../firmware/crypto/crypto.ts";
import { type Door, witnesses as witnessesOf } from "../firmware/door/state.ts";
import type { Receipt, ReceiptGrant } from "../firmware/evidence/receipt.ts";
import { OPERATION_UNLOCK } from "../firmware/grant/holder.ts";
import type { ClipHead, Entry, Outcome } from "../firmware/journal/entry.ts";
import { type Millis, millis } from "../firmware/platform.ts";

/** The longest visit, as the longest dwell that a grant can name; a door that is never secured must not hold back its owner. */
export const VISIT_MILLIS_MAX = 43_200_000;
/** How long a retry is free, if the door was not opened yet. */
export const RETRY_MILLIS = 60_000;
/** Free retries in one visit: each is a drive of the bolt. */
export const RETRIES_MAX = 5;
const MINUTE_MILLIS = 60_000;
const WITNESS_CONTACT = 1;
const WITNESS_SENSOR = 2;
const WITNESS_CURRENT = 4;

/** What a visit asks of the camera. */
export interface CameraTerms {
  /** 0 nothing, 1 that it records, 2 live and unobstructed: what the grant or the code demands all the while. */
  readonly rule: number;
  /** What it had proven at the intent. */
  readonly proof: number;
}

const NO_CAMERA: CameraTerms = Object.freeze({ rule: 0, proof: 0 });

/** A visit that is open. */
export interface Visit {
  /** The number of its intent in the access region. */
  readonly intent: number;
  readonly began: Millis;
  /** The grant that came, 8 bytes; undefined for an owner, and for a visit that a power cut left open. */
  readonly leaf: Bytes | undefined;
  /** Whether somebody may be inside who is no owner: then a press vouches for nobody. */
  readonly isGuest: boolean;
  /** 0 unlock, 4 unlatch: what its intent says. */
  readonly operation: number;
  /** Whom to tell what the door does: whoever proved its grant last. */
  connection: number | undefined;
  /** The grant, for the receipt; undefined where none came. */
  readonly grant: ReceiptGrant | undefined;
  readonly camera: CameraTerms;
  /** When it has lasted as long as the grant allows. */
  readonly dwellAt: Millis | undefined;
  isOverstayed: boolean;
  retries: number;
  /** Whether the bolt was seen to be out of its keeper since the intent: then no use comes back. */
  hasLeft: boolean;
  openedAt: Millis | undefined;
  closedAt: Millis | undefined;
  /** How often the leaf was opened. */
  openings: number;
  /** Whether the camera failed, as the rule sees it: then no try is free, and the door is locked as soon as nobody stands in it. */
  isCameraFailed: boolean;
  /** Where the chain of the visit's clip stood first and last, as the camera said. */
  firstHead: ClipHead | undefined;
  lastHead: ClipHead | undefined;
  /** What will be written when the bolt is thrown. */
  outcome: Outcome;
}

/** Who comes, and for what. */
export interface Visitor {
  readonly leaf: Bytes | undefined;
  readonly operation: number;
  readonly connection: number | undefined;
  /** The longest stay that the grant allows; undefined where it names none. */
  readonly dwellMinutes: number | undefined;
  readonly grant?: ReceiptGrant | undefined;
  /** Left out where nothing is asked of it. */
  readonly camera?: CameraTerms | undefined;
}

/** Begins a visit whose intent is durable. */
export function beginVisit(intent: number, who: Visitor, now: Millis): Visit {
  const { dwellMinutes } = who;
  return {
    intent,
    began: now,
    leaf: who.leaf,
    isGuest: who.leaf !== undefined,
    operation: who.operation,
    connection: who.connection,
    grant: who.grant,
    camera: who.camera ?? NO_CAMERA,
    dwellAt: dwellMinutes === undefined ? undefined : millis(now + dwellMinutes * MINUTE_MILLIS),
    isOverstayed: false,
    retries: 0,
    hasLeft: false,
    openedAt: undefined,
    closedAt: undefined,
    openings: 0,
    isCameraFailed: false,
    firstHead: undefined,
    lastHead: undefined,
    outcome: "secured",
  };
}

/** Goes on with a visit that a power cut left open; it ends as one, whatever the door does. What the bolt did before, and what
 *  was asked of the camera, nobody remembers: no use comes back, and the camera films on without a say. */
export function resumeVisit(intent: number, now: Millis): Visit {
  return {
    ...beginVisit(
      intent,
      { leaf: undefined, operation: OPERATION_UNLOCK, connection: undefined, dwellMinutes: undefined },
      now,
    ),
    isGuest: true,
    hasLeft: true,
    outcome: "power-cut",
  };
}

/** When something about a visit is due: the end of its dwell, then its own. */
export function nextOf(visit: Visit): Millis {
  const { began, dwellAt, isOverstayed } = visit;
  return dwellAt !== undefined && !isOverstayed ? dwellAt : millis(began + VISIT_MILLIS_MAX);
}

/** Whether a visit is over by where the door is: the bolt thrown, and into its keeper. A bolt that is thrown beside it, into
 *  the air, secures nothing (docs/attacks.md T51). @param hasContact whether a contact tells that the leaf is shut */
export function isSecured({ bolt, contact }: Door, hasContact: boolean): boolean {
  return bolt.at === "locked" && (hasContact ? contact.is === "closed" : contact.is !== "open");
}

/** Whether the same grant may try the same again in this visit without spending: what it does then, the intent says. */
export function isRetry(
  crypto: Crypto,
  visit: Visit | undefined,
  again: { readonly leaf: Bytes; readonly operation: number; readonly now: Millis },
): boolean {
  if (visit?.leaf === undefined || visit.openedAt !== undefined || visit.retries >= RETRIES_MAX) return false;
  if (visit.isCameraFailed) return false;
  if (visit.operation !== again.operation || again.now - visit.began > RETRY_MILLIS) return false;
  return crypto.isEqual(visit.leaf, again.leaf);
}

/** Gives the record that ends a visit. @param at the door as it is now, whose witnesses go into the record */
export function closingOf(
  visit: Visit,
  outcome: Outcome,
  at: { readonly door: Door; readonly hasContact: boolean; readonly now: Millis },
): Extract<Entry, { kind: "closing" }> {
  const { door, hasContact, now } = at;
  const { contact, bolt } = witnessesOf(door);
  return {
    kind: "closing",
    intent: visit.intent,
    outcome,
    openedAfter: after(visit, visit.openedAt),
    closedAfter: after(visit, visit.closedAt),
    securedAfter: outcome !== "not-moved" && isSecured(door, hasContact) ? after(visit, now) : undefined,
    witnesses:
      (contact ? WITNESS_CONTACT : 0) |
      (bolt === "sensor" ? WITNESS_SENSOR : 0) |
      (bolt === "current" ? WITNESS_CURRENT : 0),
  };
}

/** Gives what a receipt says of a visit; nothing where it did not end with the bolt in its keeper, or a power cut took its
 *  times away. */
export function receiptOf(
  { intent: visit, grant, camera, firstHead, lastHead }: Visit,
  { outcome, openedAfter, closedAfter, securedAfter, witnesses }: ReturnType<typeof closingOf>,
): Omit<Receipt, "lockId" | "lo" | "hi" | "head"> | undefined {
  if (securedAfter === undefined || (outcome !== "secured" && outcome !== "camera")) return undefined;
  const times = { openedAfter, closedAfter, securedAfter };
  const { proof: cameraProof } = camera;
  return { visit, grant, ...times, witnesses, outcome, cameraProof, first: firstHead, last: lastHead };
}

/** Gives what the journal says of a camera's proof: nothing where nothing was proven. */
export function provenBy(proof: number): { readonly cameraProof?: number } {
  return proof === 0 ? {} : { cameraProof: proof };
}

function after(visit: Visit, moment: Millis | undefined): number | undefined {
  return moment === undefined ? undefined : Math.floor((moment - visit.began) / 1_000);
}
