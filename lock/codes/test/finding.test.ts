// Goal: an entry is found by what the table keeps of a code, three bytes of a keyed hash, with the same work as any other, and no other
// entry is.
// Method: all codes of four owners and their neighbours, with every search and HMAC counted; hashes that leave less to tell them apart.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import type { Bytes } from "../../../firmware/bytes.ts";
import { WINDOW_CLASSES } from "../../../firmware/codes/window.ts";
import type { Crypto } from "../../../firmware/crypto/crypto.ts";
import { WindowTable } from "../windows.ts";
import {
  AT,
  codeOf,
  contextOf,
  counting,
  HOUR,
  interval,
  make,
  OWNERS,
  opens,
  openWindows,
  owned,
  START,
  TAG_KEY,
} from "./plain.ts";

test("finds each of four owners' codes with one search and one code made again, as it looks for any other", () => {
  const counter = counting();
  const table = new WindowTable(counter.crypto, TAG_KEY);
  const now = interval(AT - 300, AT + 300);
  const context = contextOf({ owners: OWNERS });
  make(table, now, context);
  let more = 0;
  const look = (code: Bytes, isFound: boolean): void => {
    [counter.hmacs, counter.searched] = [0, []];
    assert.is(table.find(code) !== undefined, isFound);
    assert.is(counter.searched[0], (32 + 4 * 706) * 3, "the whole table");
    assert.is(counter.hmacs, counter.searched.length);
    more += counter.hmacs - 1;
  };
  assert.is(table.live, 2_824);
  for (const each of openWindows(now, context)) {
    const code = codeOf(each);
    look(code, true);
    code[4] ^= 1;
    look(code, false);
  }
  assert.ok(more <= 5, `${more}: by chance three bytes are a place's in one of 6,000 entries`);
});

test("finds the right one of codes that agree in what is kept of them", () => {
  // A hash of which a byte is left: each code has a dozen others that agree with it.
  const poor: Crypto = { ...crypto, sha256: (message) => crypto.sha256(message).fill(0, 1) };
  const table = new WindowTable(poor, TAG_KEY);
  const context = contextOf({ owners: OWNERS });
  const now = interval(AT - 300, AT + 300);
  make(table, now, context);
  for (const [index, each] of openWindows(now, context).entries()) {
    if (index % 20 !== 0) continue;
    const code = codeOf(each);
    assert.ok(opens(table, each));
    code[4] ^= 1;
    assert.is(table.find(code), undefined);
  }
});

test("keeps of a code three bytes that follow from it by a key only", () => {
  const kept = [8, 9].map((byte) => {
    const counter = counting();
    const table = new WindowTable(counter.crypto, new Uint8Array(32).fill(byte));
    make(table, interval(AT), contextOf());
    assert.is(opens(table, owned(0, 4, START)), true);
    return counter.wanted;
  });
  assert.is(kept[0].split(",").length, 3);
  assert.is.not(kept[0], kept[1]);
});

test("does not find what is left of an hour that is over, or the next hour's code before its time", () => {
  const table = new WindowTable(crypto, TAG_KEY);
  const context = contextOf();
  make(table, interval(AT), context);
  for (const windowClass of WINDOW_CLASSES.keys()) {
    assert.is(table.find(codeOf(owned(0, windowClass, START + 1))), undefined, "it stands in the table");
    assert.is(opens(table, owned(0, windowClass, START)), true);
  }
  make(table, interval(AT + HOUR), context);
  // Of the classes 0 and 4 a window is an hour.
  for (const windowClass of WINDOW_CLASSES.keys())
    assert.is(opens(table, owned(0, windowClass, START)), windowClass % 4 !== 0 || windowClass > 4);
});

test("finds nothing in a place that is empty", () => {
  // A hash that all codes share, and the empty places too.
  const blind: Crypto = { ...crypto, sha256: () => new Uint8Array(32) };
  const table = new WindowTable(blind, TAG_KEY);
  const old = owned(0, 17, START - 100);
  make(table, interval(AT), contextOf({ owners: OWNERS.slice(0, 1), active: [old] }));
  for (const nobody of [owned(1, 4, START), owned(0, 4, START + 1), owned(0, 17, START - 99), owned(0, 21, START - 24)])
    assert.is(table.find(codeOf(nobody)), undefined);
  assert.is(opens(table, old), true);
  assert.is(opens(table, owned(0, 4, START)), true);
});

test("a code of the next hour is looked for like any other", () => {
  const counter = counting();
  const table = new WindowTable(counter.crypto, TAG_KEY);
  make(table, interval(AT), contextOf());
  for (const startHour of [START - 30, START, START + 1, START + 2]) {
    [counter.hmacs, counter.searched] = [0, []];
    table.find(codeOf(owned(0, 4, startHour)));
    assert.equal([counter.hmacs, counter.searched.length], [1, 1], `${startHour}`);
  }
});

test.run();
