// What a text of Latchkey says, in words: a label, an invitation, or any signed message.
// Why: nobody should have to trust a text that they cannot read.
// Follows docs/protocol.cddl. Nothing is verified here but the signatures inside a chain.

import { crypto } from "#crypto";
import { type Bytes, toAscii, toBase64url } from "../firmware/bytes.ts";
import { Reader } from "../firmware/cbor/decode.ts";
import { KID_BYTES, lockIdOf } from "../firmware/cose/key.ts";
import { readReceipt } from "../firmware/evidence/receipt.ts";
import { Fault } from "../firmware/fault.ts";
import { readProof } from "../firmware/grant/holder.ts";
import { readRevocations } from "../firmware/grant/revocation.ts";
import { parseStatement } from "../firmware/grant/statement.ts";
import {
  TYP_CHECKPOINT,
  TYP_CLIP,
  TYP_FOOTAGE,
  TYP_LINK,
  TYP_PROOF,
  TYP_RAIL,
  TYP_RECEIPT,
  TYP_REVOCATIONS,
  TYP_ROOT,
  TYP_STATEMENT,
  typOf,
} from "../firmware/grant/typ.ts";
import { fingerprintOf, parseSetup } from "../firmware/link/label.ts";
import { seconds } from "../firmware/platform.ts";
import type { Zone } from "../firmware/time/zone.ts";
import { allowanceObject, PERMISSIONS, readAllowance, sayAllowance } from "./allowance.ts";
import { EXIT, Failure } from "./failure.ts";
import { parseInvitation } from "./invitation.ts";
import { sayDuration, sayMoment } from "./moment.ts";
import { counted, printable } from "./terminal.ts";

const PROOFS: readonly string[] = Object.freeze(["proved nothing", "recorded", "was live and unobstructed"]);
/** By their bits in a receipt. */
const WITNESSES: readonly string[] = Object.freeze([
  "the door's contact",
  "the bolt's sensor",
  "the motor at its stop",
]);

/** What a text is, in words and for --json. */
export interface Meaning {
  readonly kind: string;
  readonly lines: readonly string[];
  readonly json: Readonly<Record<string, unknown>>;
}

/** Reads whatever it is. @throws Failure where it is nothing of Latchkey */
export function meaningOf(bytes: Bytes, zone: Zone): Meaning {
  for (const read of [readSetup, readInvitation, readSigned]) {
    try {
      return read(bytes, zone);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
    }
  }
  throw new Failure(
    EXIT.UNVERIFIED,
    "That is CBOR, and nothing of Latchkey: a lock would refuse it. Copy the whole text, or ask for it again.",
  );
}

function readSetup(bytes: Bytes): Meaning {
  const { agreementKey, signingKey } = parseSetup(bytes);
  const json = {
    lockId: lockIdOf(crypto, signingKey),
    agreementKey: toBase64url(agreementKey),
    signingKey: toBase64url(signingKey),
    fingerprint: fingerprintOf(crypto, { agreementKey, signingKey }),
  };
  const lines = [
    `Name:     ${json.lockId}`,
    `Compare:  ${json.fingerprint}, where it is a keypad's`,
    `Reached:  with the X25519 key ${json.agreementKey}`,
    `Signs:    with the Ed25519 key ${json.signingKey}`,
  ];
  return { kind: "The label of a lock, or of a keypad", lines, json };
}

function readInvitation(bytes: Bytes, zone: Zone): Meaning {
  const { agreementKey, token } = parseInvitation(bytes);
  const { lines, json } = readToken(token, zone);
  const key = toBase64url(agreementKey);
  return {
    kind: "An invitation",
    lines: [...lines, `Reached:  with the X25519 key ${key}`],
    json: { ...json, agreementKey: key },
  };
}

function readToken(token: Bytes, zone: Zone): Meaning {
  const allowance = readAllowance(token);
  const isRoot = allowance.grants.length === 1;
  const lines = [`Lock:     ${allowance.lockId}`, `Name:     ${allowance.link}`, ...sayAllowance(allowance, zone)];
  if (!allowance.isChained) lines.push("WRONG:    a signature inside does not hold.");
  return { kind: isRoot ? "A grant" : "A grant that was passed on", lines, json: allowanceObject(allowance) };
}

function readSigned(bytes: Bytes, zone: Zone): Meaning {
  const typ = typOf(bytes);
  switch (typ) {
    case TYP_ROOT:
    case TYP_LINK:
      return readToken(bytes, zone);
    case TYP_STATEMENT: {
      const { kid, lock, issuedAt, sequence, body } = parseStatement(bytes);
      const lines = [
        ...signed(lock, kid),
        `Made:     ${sayMoment(zone, issuedAt)}`,
        `Says:     kind ${body.kind}, number ${sequence}`,
      ];
      return {
        kind: "A statement of an owner",
        lines,
        json: { lockId: toAscii(lock), issuedAt, sequence, statement: body.kind },
      };
    }
    case TYP_REVOCATIONS:
      return readList(bytes, zone);
    case TYP_PROOF: {
      const { lock, kid, operation, chain } = readProof(new Reader(bytes));
      const what = PERMISSIONS[operation] ?? "own";
      const who =
        kid !== undefined
          ? `the owner ${toBase64url(kid)}`
          : chain === undefined
            ? "a grant that the lock keeps"
            : "the grant inside";
      const lines = [`Lock:     ${toAscii(lock)}`, `Asks:     to ${what}, with ${who}`];
      return {
        kind: "A proof of possession, of use in one session only",
        lines,
        json: { lockId: toAscii(lock), operation: what },
      };
    }
    case TYP_CHECKPOINT:
      return { kind: "A checkpoint: what a lock signed about its log", lines: [], json: {} };
    case TYP_RECEIPT:
      return readVisit(bytes, zone);
    case TYP_FOOTAGE:
      return { kind: "A checkpoint of a camera: which frames it took", lines: [], json: {} };
    case TYP_CLIP:
      return { kind: "A camera's note beside an encrypted clip", lines: [], json: {} };
    case TYP_RAIL:
      return { kind: "A camera's record of its power", lines: [], json: {} };
    default:
      return { kind: `A signed message of type ${typ}, which this version does not know`, lines: [], json: { typ } };
  }
}

function readVisit(bytes: Bytes, zone: Zone): Meaning {
  const receipt = readReceipt(bytes);
  const { lockId, visit, grant, lo, hi, openedAfter, closedAfter, securedAfter, outcome, cameraProof, last } = receipt;
  const after = (span: number | undefined) => (span === undefined ? "not seen" : `after ${sayDuration(span)}`);
  const who = grant === undefined ? "a code" : `${printable(grant.name) || "no name"} (${toBase64url(grant.holder)})`;
  const lines = [
    `Lock:     ${lockId}`,
    `Visit:    ${visit}, by ${who}`,
    `Came:     ${sayMoment(zone, seconds(lo - securedAfter))}${hi === undefined ? " or later" : ""}`,
    `Opened:   ${after(openedAfter)}`,
    `Shut:     ${after(closedAfter)}`,
    `Locked:   ${after(securedAfter)}`,
    `Seen by:  ${sayWitnesses(receipt.witnesses)}`,
    `Camera:   ${PROOFS[cameraProof]}${outcome === "camera" ? "; it failed, and that ended the visit" : ""}`,
  ];
  if (last !== undefined) lines.push(`Clip:     ${toBase64url(last.clip)}, up to frame ${last.frame}`);
  const json = {
    ...{ lockId, visit, outcome, cameraProof, lo, hi: hi ?? null, securedAfter },
    ...{ openedAfter: openedAfter ?? null, closedAfter: closedAfter ?? null, witnesses: receipt.witnesses },
    grant:
      grant === undefined
        ? null
        : { leaf: toBase64url(grant.leaf), holder: toBase64url(grant.holder), name: grant.name },
    clip:
      last === undefined ? null : { name: toBase64url(last.clip), frame: last.frame, chain: toBase64url(last.chain) },
  };
  return { kind: "A receipt: what a lock signed about a visit", lines, json };
}

function sayWitnesses(witnesses: number): string {
  const named = WITNESSES.filter((_, bit) => (witnesses & (1 << bit)) !== 0);
  return named.length === 0 ? "nothing" : named.join(", ");
}

function readList(bytes: Bytes, zone: Zone): Meaning {
  const { lock, issuedAt, list } = readRevocations(new Reader(bytes));
  const all = list.generation === 0 ? "" : `, and all below generation ${list.generation}`;
  const codes = list.codes.length === 0 ? "" : `, ${counted(list.codes.length, "code")}`;
  const keys = counted(list.holders.length / KID_BYTES, "key");
  const counts = `${counted(list.untils.length, "grant")}, ${keys}${codes}${all}`;
  const lines = [
    ...signed(lock, list.owner),
    `Made:     ${sayMoment(zone, issuedAt)}`,
    `Back:     ${counts} (list ${list.sequence})`,
  ];
  const links = list.untils.map((_, index) => toBase64url(list.revoked.subarray(8 * index, 8 * index + 8)));
  return {
    kind: "A revocation list",
    lines,
    json: { lockId: toAscii(lock), issuedAt, sequence: list.sequence, links, codes: list.codes },
  };
}

function signed(lock: Bytes, kid: Bytes): string[] {
  return [`Lock:     ${toAscii(lock)}`, `Signed:   by ${toBase64url(kid)}, as it says`];
}
