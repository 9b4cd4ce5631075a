// One example of each signed object: grants, proofs, each kind of statement, revocations, checkpoint, receipt.
// Why: they are what other implementations issue and check.
// Follows docs/protocol.cddl, "Signed objects".

import { type Bytes, fromAscii } from "../../firmware/bytes.ts";
import { encodeReceipt } from "../../firmware/evidence/receipt.ts";
import {
  type Body,
  KIND_ACKNOWLEDGE,
  KIND_ACT,
  KIND_ADD_OWNER,
  KIND_ADOPT,
  KIND_ANNOUNCE,
  KIND_CANCEL_RESET,
  KIND_CONFIGURE,
  KIND_ENROL,
  KIND_FACTORY_RESET,
  KIND_REMOVE_BOARD,
  KIND_REMOVE_OWNER,
  KIND_SET_CLOCK,
  KIND_TRANSFER,
} from "../../firmware/grant/body.ts";
import { link8Of } from "../../firmware/grant/chain.ts";
import { issueLink, issueRoot, makeProof, makeRevocations, makeStatement } from "../../firmware/grant/issue.ts";
import { encodeCheckpoint } from "../../firmware/journal/checkpoint.ts";
import { seconds } from "../../firmware/platform.ts";
import type { Example } from "../examples.ts";
import { type Cast, DAY_SECONDS, NOW, repeated } from "./keys.ts";

const PERMISSION_UNLOCK_AND_LOCK = 3;
const MONDAY_TO_FRIDAY = 31;

/** Gives a root for the company and the courier's delegation under it. */
export function leavesOf({ owner, company, courier, lockId }: Cast): { readonly root: Bytes; readonly link: Bytes } {
  const root = issueRoot(
    owner.kid,
    {
      name: "Acme Parcels",
      lockId,
      expiry: seconds(NOW + 30 * DAY_SECONDS),
      notBefore: NOW,
      identifier: repeated(0x11, 8),
      key: company.publicKey,
      permissions: PERMISSION_UNLOCK_AND_LOCK,
      uses: 20,
      weeklies: [MONDAY_TO_FRIDAY, 8 * 60, 10 * 60],
      depth: 1,
      generation: 0,
      dwellMinutes: 5,
    },
    owner.sign,
  );
  const link = issueLink(
    root,
    {
      name: "Dana",
      expiry: seconds(NOW + 4 * 3_600),
      identifier: repeated(0x22, 8),
      key: courier.publicKey,
      uses: 1,
    },
    company.sign,
  );
  return { root, link };
}

/** Gives the examples of signed objects. */
export function signedExamples(cast: Cast): readonly Example[] {
  const { root, link } = leavesOf(cast);
  const { lockId, challenge, handshakeHash, courier, owner, crypto } = cast;
  const session = { lockId, challenge, handshakeHash };
  const reference = link8Of(crypto, link);
  const [seen, failed] = receiptsOf(cast, reference);
  const proof = (by: Parameters<typeof makeProof>[0]["by"], operation: number) =>
    makeProof({ ...session, by, operation }, "kid" in by ? owner.sign : courier.sign);
  return [
    {
      rule: "root-token",
      says: "Acme Parcels may open on working days, twenty times, and pass it on once",
      bytes: root,
    },
    { rule: "delegation", says: "Dana of Acme may open once before 13:00 UTC; the parent rides inside", bytes: link },
    { rule: "holder-proof", says: "Dana opens, showing the grant", bytes: proof({ leaf: link }, 0) },
    { rule: "holder-proof", says: "Dana locks, naming a grant that was shown before", bytes: proof({ reference }, 1) },
    { rule: "holder-proof", says: "the owner opens an owner session", bytes: proof({ kid: owner.kid }, 15) },
    ...statementExamples(cast),
    {
      rule: "revocations",
      says: "the owner's list: one link, one holder key, one code",
      bytes: listOf(cast, reference),
    },
    { rule: "checkpoint", says: "the lock vouches for its three heads", bytes: checkpointOf(cast) },
    {
      rule: "receipt",
      says: "the lock vouches for Dana's visit, which a camera saw and which ended secured",
      bytes: seen,
    },
    { rule: "receipt", says: "somebody came with a code, the camera failed, and the bolt was thrown", bytes: failed },
  ];
}

function statementExamples(cast: Cast): readonly Example[] {
  const { owner, recovery, camera, company, courier, lockId, challenge } = cast;
  const agreementKey = repeated(0x55, 32);
  const adoption = {
    ownerKey: owner.publicKey,
    recoveryKey: recovery.publicKey,
    zoneRule: fromAscii("CET-1CEST,M3.5.0,M10.5.0/3"),
  };
  const transfer = { ...adoption, ownerKey: company.publicKey, recoveryKey: courier.publicKey };
  const firmware = {
    sequence: 7,
    vendor: repeated(0x01, 16),
    boardClass: repeated(0x02, 16),
    slot: 0,
    digest: repeated(0x03, 32),
    imageBytes: 1_048_576,
    rollbackFloor: 6,
  };
  const bodies: readonly (readonly [says: string, body: Body])[] = [
    ["the first owner adopts the lock, with a recovery key and a time zone", { kind: KIND_ADOPT, adoption }],
    ["enrols a camera", { kind: KIND_ENROL, board: { role: 2, agreementKey, signingKey: camera.publicKey } }],
    ["removes that camera", { kind: KIND_REMOVE_BOARD, boardKid: camera.kid }],
    [
      "locks again after 60 s, and warns of an open door after 5 min",
      {
        kind: KIND_CONFIGURE,
        settings: [
          { key: 2, value: 60 },
          { key: 4, value: 300 },
        ],
      },
    ],
    ["announces an image", { kind: KIND_ANNOUNCE, firmware }],
    ["adds a second owner", { kind: KIND_ADD_OWNER, ownerKey: company.publicKey }],
    ["unlocks now", { kind: KIND_ACT, operation: 0 }],
    ["removes an owner", { kind: KIND_REMOVE_OWNER, ownerKid: company.kid }],
    ["sets the clock", { kind: KIND_SET_CLOCK, isBackwards: false }],
    ["knows of a damaged journal", { kind: KIND_ACKNOWLEDGE }],
    ["begins a factory reset", { kind: KIND_FACTORY_RESET }],
    ["cancels it", { kind: KIND_CANCEL_RESET }],
    ["hands the lock over to somebody else, with the key on paper", { kind: KIND_TRANSFER, adoption: transfer }],
  ];
  const stateAs = ({ kid, sign }: Cast["owner"], sequence: number, body: Body) =>
    makeStatement({ lockId, kid, issuedAt: NOW, challenge, sequence, body }, sign);
  return bodies.map(([says, body], index) => ({
    rule: "statement",
    says: `the owner ${says}`.replace("the owner the first owner", "the first owner"),
    bytes: stateAs(body.kind === KIND_TRANSFER ? recovery : owner, index + 1, body),
  }));
}

function listOf({ owner, courier, lockId }: Cast, revoked: Bytes): Bytes {
  const list = {
    owner: owner.kid,
    sequence: 1,
    generation: 0,
    revoked,
    untils: [seconds(NOW + DAY_SECONDS)],
    holders: courier.kid,
    codes: [{ codeClass: 3, serial: 0, start: 498_225 }],
  };
  return makeRevocations({ lockId, issuedAt: NOW, list }, owner.sign);
}

function checkpointOf({ crypto, lock, lockId }: Cast): Bytes {
  const head = (seq: number) => ({ seq, link: repeated(seq, 32) });
  const checkpoint = { lockId, heads: [head(9), head(42), head(3)] as const, boots: 2, lo: NOW, hi: seconds(NOW + 60) };
  return encodeCheckpoint(crypto, lock, checkpoint);
}

/** The same visit twice: as it ends well, and with a code whose camera failed. */
function receiptsOf({ crypto, lock, lockId, courier }: Cast, leaf: Bytes): readonly [Bytes, Bytes] {
  const clipAt = (frame: number) => ({ clip: repeated(0xc1, 16), frame, chain: repeated(frame & 0xff, 32) });
  const receipt = {
    lockId,
    visit: 41,
    grant: { leaf, holder: courier.kid, name: "Dana" },
    lo: NOW,
    hi: seconds(NOW + 60),
    openedAfter: 4,
    closedAfter: 39,
    securedAfter: 42,
    witnesses: 3,
    outcome: "secured",
    cameraProof: 2,
    first: clipAt(15),
    last: clipAt(959),
    head: { seq: 42, link: repeated(42, 32) },
  } as const;
  const failed = { grant: undefined, openedAfter: undefined, closedAfter: undefined, securedAfter: 3 };
  return [
    encodeReceipt(crypto, lock, receipt),
    encodeReceipt(crypto, lock, { ...receipt, ...failed, outcome: "camera", last: clipAt(30) }),
  ];
}
