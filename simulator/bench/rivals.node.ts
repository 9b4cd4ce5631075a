// Times one decision on Node against the raw signature checks inside it, and against libraries that check as many.
// Why: whoever could use a library instead should see what they would gain or lose, measured in the same run.
// Method: rounds in turn, so that all meet the same weather; the ratio of each round, and the median of the ratios.

import { createPublicKey, type KeyObject, verify } from "node:crypto";
import { Algorithms, Headers, ProtectedHeaders, Sign1 } from "@auth0/cose";
import { CompactSign, compactVerify, importJWK } from "jose";
import { crypto } from "../../firmware/crypto/node.ts";
import { type Bench, benchOf, type Check, decideWhole, GRANTS, type GrantName } from "./decision.ts";

const ROUNDS = 40;
const DECISIONS_A_ROUND = 50;
/** Until the compiler has seen enough of everybody. */
const WARM_UP_ROUNDS = 20;

/** What one grant costs on Node: medians, in microseconds a decision, and of the ratios of each round. */
export interface Timing {
  readonly name: GrantName;
  readonly checks: number;
  readonly ours: number;
  readonly raw: number;
  readonly jose: number;
  readonly cose: number;
  readonly toRaw: number;
  readonly toJose: number;
  readonly toCose: number;
}

interface Contender {
  readonly times: number[];
  run(): void | Promise<void>;
}

/** Times every grant. */
export async function time(): Promise<readonly Timing[]> {
  const timings: Timing[] = [];
  for (const name of GRANTS) timings.push(await timeGrant(name));
  return timings;
}

async function timeGrant(name: GrantName): Promise<Timing> {
  const bench = benchOf(crypto, name);
  const ours = { times: [], run: () => void decideWhole(bench) };
  const raw = rawOf(bench);
  const jose = await joseOf(bench);
  const cose = await coseOf(bench);
  const contenders: readonly Contender[] = [ours, raw, jose, cose];
  for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
    for (const contender of contenders) {
      const spent = await timeOf(contender);
      if (round >= 0) contender.times.push(spent);
    }
  }
  const ratio = (other: Contender) => median(ours.times.map((spent, round) => spent / other.times[round]));
  return {
    name,
    checks: bench.checks.length,
    ours: median(ours.times),
    raw: median(raw.times),
    jose: median(jose.times),
    cose: median(cose.times),
    toRaw: ratio(raw),
    toJose: ratio(jose),
    toCose: ratio(cose),
  };
}

/** @returns microseconds a decision */
async function timeOf(contender: Contender): Promise<number> {
  const started = process.hrtime.bigint();
  for (let count = 0; count < DECISIONS_A_ROUND; count++) await contender.run();
  return Number(process.hrtime.bigint() - started) / 1_000 / DECISIONS_A_ROUND;
}

/** The signature checks that the decision contains, over the same bytes, with keys that were imported before. */
function rawOf({ checks }: Bench): Contender {
  const rows = checks.map((check) => ({ ...check, key: keyObjectOf(check) }));
  return {
    times: [],
    run() {
      for (const { signed, key, signature } of rows) {
        if (!verify(null, signed, key, signature)) throw new Error("a raw check failed");
      }
    },
  };
}

/** As many JWS, each with a payload of the same size. RFC 7515. */
async function joseOf({ checks }: Bench): Promise<Contender> {
  const rows: { token: string; key: Awaited<ReturnType<typeof importJWK>> }[] = [];
  for (const { payload } of checks) {
    const { privateJwk, publicJwk } = newKey();
    const signer = new CompactSign(payload).setProtectedHeader({ alg: "EdDSA" });
    const token = await signer.sign(await importJWK(privateJwk, "EdDSA"));
    rows.push({ token, key: await importJWK(publicJwk, "EdDSA") });
  }
  return {
    times: [],
    async run() {
      for (const { token, key } of rows) await compactVerify(token, key);
    },
  };
}

/** As many COSE_Sign1, each with a payload of the same size. */
async function coseOf({ checks }: Bench): Promise<Contender> {
  const rows: { message: Uint8Array; key: Awaited<ReturnType<typeof importJWK>> }[] = [];
  for (const { payload } of checks) {
    const { privateJwk, publicJwk } = newKey();
    const headers = new ProtectedHeaders([[Headers.Algorithm, Algorithms.EdDSA]]);
    const signed = await Sign1.sign(headers, undefined, payload, await importJWK(privateJwk, "EdDSA"));
    rows.push({ message: signed.encode(), key: await importJWK(publicJwk, "EdDSA") });
  }
  return {
    times: [],
    async run() {
      for (const { message, key } of rows) await Sign1.decode(message).verify(key);
    },
  };
}

function keyObjectOf({ publicKey }: Check): KeyObject {
  const x = Buffer.from(publicKey).toString("base64url");
  return createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
}

function newKey() {
  const seed = new Uint8Array(32).fill(7);
  const x = Buffer.from(crypto.signingPublicKey(seed)).toString("base64url");
  const publicJwk = { kty: "OKP", crv: "Ed25519", x };
  return { publicJwk, privateJwk: { ...publicJwk, d: Buffer.from(seed).toString("base64url") } };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[sorted.length >> 1];
}
