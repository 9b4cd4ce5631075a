// Goal: a version is composed and read in one form, and what is not in that form is not half read.
// Method: rows; each good one is also tried a character short, long and another.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { composeVersion, parseVersion, VERSION_CHARACTERS_MAX, type Version } from "../version.ts";

const GOOD: readonly (readonly [string, Version])[] = [
  ["0.1.0+1f2e3d4c.sdk.5b6a7988", { release: "0.1.0", commit: "1f2e3d4c", isChanged: false, sdkCommit: "5b6a7988" }],
  [
    "9999.9.99+00000000.sdk.ffffffff",
    { release: "9999.9.99", commit: "00000000", isChanged: false, sdkCommit: "ffffffff" },
  ],
  [
    "1234.56.78+01234567.sdk.89abcdef",
    { release: "1234.56.78", commit: "01234567", isChanged: false, sdkCommit: "89abcdef" },
  ],
  ["0.1.0+1f2e3d4cM.sdk.5b6a7988", { release: "0.1.0", commit: "1f2e3d4c", isChanged: true, sdkCommit: "5b6a7988" }],
];
for (const [text, version] of GOOD) {
  test(`composes and reads ${text}`, () => {
    assert.ok(text.length <= VERSION_CHARACTERS_MAX);
    assert.is(composeVersion(version), text);
    assert.equal(parseVersion(text), version);
  });
  test(`reads nothing that is like ${text}`, () => {
    for (let at = 0; at < text.length; at++) {
      for (const other of ["", "-", "G", "\n", `${text[at]}+`]) {
        const spoilt = text.slice(0, at) + other + text.slice(at + 1);
        const read = parseVersion(spoilt);
        // A digit less may leave a shorter number, or an unchanged source.
        if (read !== undefined) assert.is(composeVersion(read), spoilt);
        if (other !== "") assert.is(read, undefined, spoilt);
      }
    }
    for (const spoilt of [` ${text}`, `${text} `, `${text}\n`, `${text}0`, text.toUpperCase()]) {
      assert.is(parseVersion(spoilt), undefined, spoilt);
    }
  });
}

for (const text of [
  "",
  "0.1.0",
  "0.1.0+1f2e3d4c",
  "01.1.0+1f2e3d4c.sdk.5b6a7988",
  "12345.6.78+01234567.sdk.89abcdef",
]) {
  test(`reads nothing of ${text || "an empty text"}`, () => assert.is(parseVersion(text), undefined));
}

const BAD: readonly Version[] = [
  { release: "0.1", commit: "1f2e3d4c", isChanged: false, sdkCommit: "5b6a7988" },
  { release: "0.1.0-rc", commit: "1f2e3d4c", isChanged: false, sdkCommit: "5b6a7988" },
  { release: "0.1.0", commit: "1f2e3d4", isChanged: false, sdkCommit: "5b6a7988" },
  { release: "0.1.0", commit: "1f2e3d4c", isChanged: false, sdkCommit: "5b6a79880" },
  { release: "1234.567.89", commit: "1f2e3d4c", isChanged: false, sdkCommit: "5b6a7988" },
];
for (const version of BAD) {
  test(`composes nothing of ${version.release}, ${version.commit}, ${version.sdkCommit}`, () => {
    assert.throws(() => composeVersion(version), /assertion/);
  });
}

test.run();
