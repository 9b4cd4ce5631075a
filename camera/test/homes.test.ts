// Goal: whoever knows the password has the picture, once for each count; nobody else has, and without a password there is nothing.
// Method: RFC 7616 §3.9.1's own example with SHA-256, then what is changed in it; replays, counts and guesses on a clock by hand.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { toHex } from "../../firmware/bytes.ts";
import { secretOf } from "../../firmware/link/password.ts";
import { type Millis, millis } from "../../firmware/platform.ts";
import { Stream } from "../../simulator/random.ts";
import { HEADER_CHARACTERS_MAX, Homes, NONCE_MILLIS, NONCES_MAX, responseOf } from "../homes.ts";

/** RFC 7616 §3.9.1. */
const EXAMPLE = {
  user: "Mufasa",
  password: "Circle of Life",
  realm: "http-auth@example.org",
  uri: "/dir/index.html",
  nonce: "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
  cnonce: "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
  response: "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1",
};
const GET = { method: "GET", uri: EXAMPLE.uri };
const START = millis(1_000);

function exampleHomes(): Homes {
  const { user, realm } = EXAMPLE;
  const account = { user, realm, secret: secretOf(crypto, EXAMPLE) };
  return new Homes({ crypto, random: new Stream(1, "homes") }, account, START);
}

/** Asks for a nonce, as a client does that has none. */
function nonceOf(homes: Homes, now: Millis = START): string {
  const verdict = homes.judge({ ...GET, authorization: undefined }, now);
  return (verdict.kind === "challenge" ? /nonce="([^"]+)"/.exec(verdict.header)?.[1] : undefined) ?? "";
}

/** Answers as the RFC's example does. */
function headerOf(nonce: string, count = "00000001"): string {
  const { user, realm, uri, cnonce } = EXAMPLE;
  const response = toHex(responseOf(crypto, secretOf(crypto, EXAMPLE), { ...GET, nonce, count, cnonce }));
  return (
    `Digest username="${user}", realm="${realm}", uri="${uri}", algorithm=SHA-256, nonce="${nonce}", nc=${count}, ` +
    `cnonce="${cnonce}", qop=auth, response="${response}"`
  );
}

function judged(homes: Homes, authorization: string | undefined, now: Millis = START, request = GET): string {
  const verdict = homes.judge({ ...request, authorization }, now);
  if (verdict.kind !== "challenge") return verdict.kind;
  return verdict.header.includes("stale=true") ? "stale" : "challenge";
}

test("RFC 7616 §3.9.1: the response is the RFC's, and such a one is welcome once", () => {
  const parts = { ...GET, nonce: EXAMPLE.nonce, count: "00000001", cnonce: EXAMPLE.cnonce };
  assert.is(toHex(responseOf(crypto, secretOf(crypto, EXAMPLE), parts)), EXAMPLE.response);
  const homes = exampleHomes();
  const header = headerOf(nonceOf(homes));
  assert.equal([judged(homes, header), judged(homes, header)], ["welcome", "stale"]);
  assert.is(judged(homes, headerOf(EXAMPLE.nonce)), "stale");
});

const CHANGED: readonly (readonly [name: string, from: string | RegExp, to: string])[] = [
  ["another user", "Mufasa", "Simba"],
  ["another realm", "http-auth", "http-auto"],
  ["another path than was asked for", "/dir/index.html", "/stream.mjpeg"],
  ["MD5", "SHA-256", "MD5"],
  ["no algorithm", "algorithm=SHA-256, ", ""],
  ["another nonce", ', nonce="', ', nonce="A'],
  ["another count", "00000001", "00000002"],
  ["a count of another form", "nc=00000001", "nc=1"],
  ["another cnonce", "f2/w", "f2/v"],
  ["no cnonce", /cnonce="[^"]*"/, 'cnonce=""'],
  ["no qop", "qop=auth, ", ""],
  ["qop auth-int", "qop=auth", "qop=auth-int"],
  ["a longer response", 'response="', 'response="0'],
  ["two digits of it exchanged", /response="(..)(..)/, 'response="$2$1'],
  ["a short response", /.."$/, '"'],
  ["a parameter twice", "qop=auth", "qop=auth, qop=auth"],
  ["a hashed user", "qop=auth", "qop=auth, userhash=true"],
  ["a quote that does not end", /"$/, ""],
  ["basic authentication", "Digest", "Basic"],
  ["no header", /.*/, ""],
];

for (const [name, from, to] of CHANGED) {
  test(`refuses ${name}`, () => {
    const homes = exampleHomes();
    const header = headerOf(nonceOf(homes));
    const changed = header.replace(from, to);
    assert.not.equal(changed, header);
    assert.is(judged(homes, changed), "challenge");
    assert.is(judged(homes, header), "welcome");
  });
}

test("refuses another method, and no header at all", () => {
  const homes = exampleHomes();
  const header = headerOf(nonceOf(homes));
  assert.is(judged(homes, header, START, { ...GET, method: "POST" }), "challenge");
  assert.is(judged(homes, undefined), "challenge");
  assert.is(judged(homes, `${header}, x="${"a".repeat(HEADER_CHARACTERS_MAX)}"`), "challenge");
});

test("offers nothing where no password was set", () => {
  const homes = new Homes({ crypto, random: new Stream(1, "homes") }, undefined, START);
  assert.equal([judged(homes, headerOf("x")), judged(homes, undefined)], ["absent", "absent"]);
});

test("a nonce of its own is good for rising counts and five minutes, and only the newest are remembered", () => {
  const homes = exampleHomes();
  const nonce = nonceOf(homes);
  assert.equal(
    ["00000002", "00000001", "00000002", "0000000a"].map((count) => judged(homes, headerOf(nonce, count))),
    ["welcome", "stale", "stale", "welcome"],
  );
  const late = millis(START + NONCE_MILLIS);
  assert.is(judged(homes, headerOf(nonce, "0000000b"), millis(late - 1)), "welcome");
  assert.is(judged(homes, headerOf(nonce, "0000000c"), late), "stale");
  const first = nonceOf(homes, late);
  for (let count = 0; count < NONCES_MAX; count++) nonceOf(homes, late);
  assert.is(judged(homes, headerOf(first, "00000001"), late), "stale");
});

test("whoever guesses is slow, and whoever knows is not", () => {
  const homes = exampleHomes();
  const nonce = nonceOf(homes);
  const counts = Array.from({ length: 40 }, (_, count) => (count + 1).toString(16).padStart(8, "0"));
  assert.ok(counts.every((count) => judged(homes, headerOf(nonce, count)) === "welcome"));
  const wrong = headerOf(nonceOf(homes)).replace(/response="./, 'response="g');
  for (let guess = 0; guess < 9; guess++) assert.is(judged(homes, wrong), "challenge");
  assert.is(judged(homes, headerOf(nonceOf(homes))), "challenge");
  const later = millis(START + 2_000);
  assert.is(judged(homes, headerOf(nonceOf(homes, later)), later), "welcome");
});

test.run();
