// A lock that holds a list of one owner, and says in its log which ones it held: with it a keystore is settled.
// Why: what two computers of one owner took back apart from each other meets at the lock, and a test plays both.

import { crypto } from "#crypto";
import { type Bytes, toBase64url } from "../../firmware/bytes.ts";
import { kid8 } from "../../firmware/cose/key.ts";
import { encodeEntry, placeOf } from "../../firmware/journal/payload.ts";
import { Chain, encodeRecord, newPage, recordBytes } from "../../firmware/journal/record.ts";
import type { Answer } from "../../firmware/link/message.ts";
import { seconds } from "../../firmware/platform.ts";
import type { OwnedLock, RevocationList } from "../person.ts";
import type { Outgoing } from "../phone.ts";
import { settleRevocations } from "../revocation.ts";

export const FUTURE = 4_000_000_000;
export const PAST = 1_600_000_000;
const SEED = new Uint8Array(32).fill(1);
export const KID = kid8(crypto, crypto.signingPublicKey(SEED));
export const SIGNER = { kid: KID, sign: (message: Uint8Array) => crypto.sign(SEED, message) };
export const LOCK_ID = "AAAAAAAAAAA";

/** The name of a grant or of a key. */
export function name(number: number): string {
  return toBase64url(new Uint8Array(8).fill(number));
}

export function list(seq: number, links: readonly number[], more: Partial<RevocationList> = {}): RevocationList {
  return {
    seq,
    generation: 0,
    links: links.map((number) => ({ link: name(number), until: FUTURE })),
    holders: [],
    ...more,
  };
}

/** A lock whose log holds those lists, and what it was sent. */
export function lockWith(lists: readonly RevocationList[]): {
  sent: Bytes[];
  ask(outgoing: Outgoing): Promise<Answer>;
} {
  const sent: Bytes[] = [];
  const records = new Uint8Array(Buffer.concat(lists.map((held, index) => recordOf(held, index + 1))));
  const ask = async (outgoing: Outgoing): Promise<Answer> => {
    if (outgoing.kind === "statement") sent.push(outgoing.message);
    if (outgoing.kind !== "fetch") return { kind: "yes", id: 1 };
    const { region, from } = outgoing;
    const previousLink = new Chain(crypto, LOCK_ID).start(region);
    return {
      kind: "records",
      id: 1,
      region,
      first: from,
      previousLink,
      bytes: from === 1 ? records : new Uint8Array(0),
    };
  };
  return { sent, ask };
}

function recordOf({ seq, generation, links, holders, codes = [] }: RevocationList, place: number): Bytes {
  const bytesOf = (texts: readonly string[]) =>
    new Uint8Array(Buffer.concat(texts.map((text) => Buffer.from(text, "base64url"))));
  const revoked = bytesOf(links.map(({ link }) => link));
  const untils = links.map(({ until }) => seconds(until));
  const entry = { owner: KID, sequence: seq, generation, revoked, untils, holders: bytesOf(holders), codes };
  const payload = encodeEntry({ kind: "list", list: entry });
  const page = newPage(recordBytes(payload.length));
  encodeRecord(crypto, page, { ...placeOf("list"), seq: place, lo: seconds(PAST), width: undefined, payload });
  return page.bytes;
}

export function owned(revocation: RevocationList, confirmedRevocationSeq: number): OwnedLock {
  const keys = { agreementKey: name(1), signingKey: name(1) };
  const place = { name: "home", address: "", zone: "UTC0", zoneName: undefined, checkpoint: undefined };
  return { id: LOCK_ID, ...keys, ...place, seq: 1, revocation, confirmedRevocationSeq };
}

/** What a keystore does to save a change of its lock. */
export function save(change: () => void): boolean {
  change();
  return true;
}

export async function settle(
  lock: OwnedLock,
  held: RevocationList,
  isInLog: boolean,
  ownerSeq = 1,
): Promise<{ sent: Bytes[]; said: string }> {
  return settleWith(lock, { held, log: isInLog ? [held] : [], ownerSeq });
}

export async function settleWith(
  lock: OwnedLock,
  at: {
    readonly held: RevocationList;
    readonly log: readonly RevocationList[];
    readonly ownerSeq?: number;
    readonly timeLow?: number;
  },
): Promise<{ sent: Bytes[]; said: string }> {
  const { held, log, ownerSeq = 1, timeLow } = at;
  const conversation = lockWith(log);
  let said = "";
  const warn = (line: string) => {
    said += line;
  };
  const mine = { kid: KID, seq: ownerSeq, revocationSeq: held.seq, generation: held.generation };
  await settleRevocations({ conversation, signer: SIGNER, terminal: { warn }, timeLow, save }, lock, mine);
  return { sent: conversation.sent, said };
}
