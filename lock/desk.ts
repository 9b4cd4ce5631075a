// What the lock does for its phones, as they see it.
// Why: sessions are one thing (phone.ts, answers.ts), and what a request means another (lock.ts); this is the seam between the two.
// Follows docs/protocol.md §3.

import type { Bytes } from "../firmware/bytes.ts";
import type { ChainContext } from "../firmware/grant/chain.ts";
import type { Denial } from "../firmware/grant/denial.ts";
import type { Proof } from "../firmware/grant/holder.ts";
import type { CodeAnswer, CodeRequest } from "../firmware/link/codes.ts";
import type { Head, Region, Status } from "../firmware/link/message.ts";
import type { NetworkRequest } from "../firmware/link/network.ts";
import type { TicketAnswer, TicketRequest } from "../firmware/link/viewing.ts";
import type { Millis, Transport } from "../firmware/platform.ts";
import type { Viewer } from "./tickets.ts";
import type { Timekeeper } from "./timekeeper.ts";

/** A grant that its holder proved. */
export type GrantProof = Extract<Proof, { kind: "grant" }>;
export type DeniedProof = Extract<Proof, { kind: "denied" }>;
/** What strangers do that is worth a notice, coalesced: 0 a broken frame, 1 a message without sense, 2 a proof that fails. */
export type StrangerClass = 0 | 1 | 2;

/** Records as they are fetched; `previousLink` is the chain's link before the first of them. */
export interface Records {
  readonly first: number;
  readonly previousLink: Bytes;
  readonly bytes: Bytes;
}

/** Where a request came from. */
export interface Origin {
  readonly connection: number;
  readonly transport: Transport;
  /** The challenge of its session, 16 bytes, and when it was given. */
  readonly challenge: Bytes;
  readonly since: Millis;
}

/** Why a grant did not open; or nothing but the camera stands against it, which has some seconds to prove itself: the same proof is
 *  to come again, and `camera` is what the phone is told. */
export type GrantDenial = Denial | "knocking";

/** What the lock does for its phones. Every member is total where it does not say otherwise. */
export interface Desk {
  readonly isAdopted: boolean;
  readonly chainContext: ChainContext;
  readonly timekeeper: Timekeeper;
  /** Gives the Ed25519 key of an owner, or the recovery key: whoever may open an owner session. @param kid 8 bytes */
  sessionKey(kid: Bytes): Bytes | undefined;
  /** A whole grant that was shown lately, by its link8. */
  cachedLeaf(link8: Bytes): Bytes | undefined;
  /** Does what a proven grant asks. @returns why not, or undefined */
  serveGrant(proof: GrantProof, from: Origin, now: Millis): GrantDenial | undefined;
  /** Obeys a statement, or takes a revocation list. @returns why not, or undefined
   *  @throws Fault for a message that makes no sense; nothing has changed then */
  serveStatement(message: Bytes, from: Origin, now: Millis): Denial | undefined;
  /** Notes a proof that failed before its limits were looked at. */
  refused(proof: DeniedProof, now: Millis): void;
  status(now: Millis): Status;
  /** Whether a guest may still read the log. @param proof of `read-log`, honoured in the session that asks */
  isReader(proof: GrantProof, from: Origin, now: Millis): boolean;
  /** @returns undefined where the flash cannot be read */
  records(region: Region, from: number): Records | undefined;
  /** Does what an owner asks of codes. @param owner 8 bytes @returns why not, or undefined where it is done */
  codes(request: CodeRequest, owner: Bytes, now: Millis): CodeAnswer | Denial | undefined;
  /** Has the lock join a network, or forget it. @param owner 8 bytes @returns why not, or undefined where it is done */
  network(request: NetworkRequest, owner: Bytes, now: Millis): Denial | undefined;
  /** Lets somebody look through the camera. @returns why not, or the ticket */
  ticket(request: TicketRequest, viewer: Viewer, moment: { from: Origin; now: Millis }): TicketAnswer | Denial;
  checkpoint(now: Millis): Bytes;
  /** Notes that an owner holds the records up to these. @returns why not, or undefined */
  fetched(heads: readonly Head[], now: Millis): Denial | undefined;
  /** Whom the lock was before it was reset: the last checkpoint of that identity, or undefined. */
  farewell(): Bytes | undefined;
  stranger(kind: StrangerClass, now: Millis): void;
}
