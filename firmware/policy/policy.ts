// The decision: may this verified chain do this, now? Allow, with what it spends; or deny, with one reason.
// Why: everything that the lock believes meets in one pure function, so that each rule is one line that a test can break.
// Follows docs/protocol.md §2.2, steps 5 to 9. There is no comparison of subsets: every limit of every link must hold.

import type { Bytes } from "../bytes.ts";
import type { Crypto } from "../crypto/crypto.ts";
import type { Chain } from "../grant/chain.ts";
import type { Denial } from "../grant/denial.ts";
import {
  OPERATION_LOCK,
  OPERATION_READ_LOG,
  OPERATION_TALK,
  OPERATION_UNLATCH,
  OPERATION_UNLOCK,
  OPERATION_VIEW,
} from "../grant/holder.ts";
import type { RevocationList } from "../grant/revocation.ts";
import { judgeRevocation } from "../grant/revocation.ts";
import type { Seconds } from "../platform.ts";
import { seconds } from "../platform.ts";
import { type Interval, judgeWindow } from "../time/clock.ts";
import { firstAllowedInstant, type Weeklies } from "../time/schedule.ts";
import type { Zone } from "../time/zone.ts";
import type { Counters, Spend } from "./counters.ts";

const EPOCH_MAX = seconds(0xffff_ffff);
const NOTHING: readonly Spend[] = Object.freeze([]);

/** What the policy sees of the house at the moment of a request. */
export interface Circumstances {
  readonly interval: Interval;
  readonly zone: Zone;
  /** W: the widest clock in which a grant is judged. */
  readonly widthSecondsMax: number;
  /** One list for each owner that has any. */
  readonly lists: readonly RevocationList[];
  readonly counters: Counters;
  /** What the camera proves: 0 nothing, 1 it records, 2 it is live and unobstructed. */
  readonly cameraProof: number;
  /** Whether the operating mode lets a phone do it. */
  readonly isModeOpen: boolean;
  /** Whether the bolt can be driven out and back. */
  readonly hasPower: boolean;
  /** Whether the journal is sound, can be written, and has room for an opening. */
  readonly isJournalReady: boolean;
  /** Whether the bolt can be driven at all. */
  readonly isDoorReady: boolean;
  /** A retry within the same visit, before the door was opened: it spends nothing. */
  readonly isRetry: boolean;
}

/** The answer: what it spends, and the shortest dwell that any link allows; or why not. */
export type Decision =
  | {
      readonly isAllowed: true;
      readonly spends: readonly Spend[];
      readonly dwellMinutes: number | undefined;
      /** The strictest camera rule of any link: 0 none, 1 recording, 2 live and unobstructed. */
      readonly cameraRule: number;
    }
  | { readonly isAllowed: false; readonly denial: Denial };

/** Decides about one operation. Total: every cause is a denial.
 *  @param chain verified (grant/chain.ts)   @param operation 0..5, each needing the permission bit of its number */
export function decide(crypto: Crypto, chain: Chain, asked: { operation: number; now: Circumstances }): Decision {
  const { operation, now } = asked;
  const { links } = chain;
  const revoked = judgeRevocation(crypto, chain, now.lists);
  if (revoked !== undefined) return deny(revoked);
  const permission = 1 << operation;
  let notBefore = seconds(0);
  let expiry = EPOCH_MAX;
  let cameraRule = 0;
  let dwellMinutes: number | undefined;
  const weeklies: Weeklies[] = [];
  // By index, here and below: each iterator would cost 200 bytes of heap.
  for (let index = 0; index < links.length; index++) {
    const { grant } = links[index];
    if ((grant.permissions & permission) === 0) return deny("permission");
    if (grant.notBefore !== undefined && grant.notBefore > notBefore) notBefore = grant.notBefore;
    if (grant.expiry !== undefined && grant.expiry < expiry) expiry = grant.expiry;
    if (grant.cameraRule > cameraRule) cameraRule = grant.cameraRule;
    const dwell = grant.dwellMinutes;
    if (dwell !== undefined && (dwellMinutes === undefined || dwell < dwellMinutes)) dwellMinutes = dwell;
    if (grant.weeklies.length > 0) weeklies.push(grant.weeklies);
  }
  const late = judgeTime(now, { notBefore, expiry }, weeklies);
  if (late !== undefined) return deny(late);
  const isOpening = operation === OPERATION_UNLOCK || operation === OPERATION_UNLATCH;
  let spends = NOTHING;
  if (isOpening && !now.isRetry) {
    const counted = count(crypto, chain, now);
    if (typeof counted === "string") return deny(counted);
    spends = counted;
  }
  const unable = judgeHouse(now, operation, cameraRule);
  return unable === undefined ? { isAllowed: true, spends, dwellMinutes, cameraRule } : deny(unable);
}

/** Finds an instant that the clock allows and at which every window of every link holds; else says why there is none. */
function judgeTime(
  now: Circumstances,
  window: { readonly notBefore: Seconds; readonly expiry: Seconds },
  weeklies: readonly Weeklies[],
): Denial | undefined {
  const { lo, hi } = now.interval;
  switch (judgeWindow(now.interval, window, now.widthSecondsMax)) {
    case "early":
      return "not-yet";
    case "late":
      return "expired";
    case "unknown":
      return "time-unknown";
    case "within":
      break;
  }
  if (weeklies.length === 0) return undefined;
  if (hi === undefined) return "time-unknown";
  const from = lo > window.notBefore ? lo : window.notBefore;
  const to = hi < window.expiry ? hi : seconds(window.expiry - 1);
  return firstAllowedInstant(now.zone, weeklies, { from, to }) === undefined ? "hours" : undefined;
}

/** Gives the counters as they will stand after this use; each counted link of the chain has its own. */
function count(crypto: Crypto, chain: Chain, now: Circumstances): readonly Spend[] | Denial {
  const { counters, interval } = now;
  const { links } = chain;
  const root8: Bytes = links[0].link8;
  const spends: Spend[] = [];
  let added = 0;
  // A counter lives as long as its link can open below any child: until the earliest expiry from the root down to it.
  // The children's own expiries must not shorten it, or a link would be fresh again after its first child expired.
  let until = EPOCH_MAX;
  for (let index = 0; index < links.length; index++) {
    const link = links[index];
    const { expiry, uses } = link.grant;
    if (expiry !== undefined && expiry < until) until = expiry;
    if (uses === undefined) continue;
    const former = counters.usedOf(crypto, link.link8);
    const used = former ?? 0;
    if (used >= uses) return "uses";
    if (former === undefined) added++;
    spends.push({ link8: link.link8, root8, used: used + 1, until });
  }
  return counters.hasRoom(crypto, { root8, added, lo: interval.lo }) ? spends : "quota";
}

/** What the house itself has against it, whoever asks. Locking needs neither charge for an opening nor a record. */
function judgeHouse(now: Circumstances, operation: number, cameraRule: number): Denial | undefined {
  if (operation === OPERATION_VIEW || operation === OPERATION_TALK) return now.cameraProof === 0 ? "camera" : undefined;
  if (operation === OPERATION_READ_LOG) return undefined;
  if (!now.isModeOpen) return "mode";
  if (operation === OPERATION_LOCK) return undefined;
  if (!now.hasPower) return "power";
  if (!now.isJournalReady) return "journal";
  if (!now.isDoorReady) return "door";
  // Last: it is the only one that may be mended while somebody waits, so it is said only where nothing else is in the way.
  return now.cameraProof < cameraRule ? "camera" : undefined;
}

function deny(denial: Denial): Decision {
  return { isAllowed: false, denial };
}
