// Goal: what an owner is told of the films on a card is so where the card is away, takes no more words, or lost one of them.
// Method: the camera in its hall, with a card that refuses what each test says.

import { existsSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { Fault } from "../../firmware/fault.ts";
import { beginVisit, type Hall, inHall } from "./hall.node.ts";
import { done, type Home, heard } from "./porch.node.ts";
import { isSentence } from "./stage.node.ts";

/** Has the card refuse to write such files, as one that is locked or worn. @returns ends that */
function refuse(hall: Hall, ending: string): () => void {
  const { card } = hall;
  const put = card.put.bind(card);
  card.put = (name, bytes) => {
    if (name.endsWith(ending)) throw new Fault("card.io");
    put(name, bytes);
  };
  return () => {
    card.put = put;
  };
}

/** Films a visit. @param meanwhile is run while it is filmed @returns the film's name */
async function visited({ home, hall, at }: { home: Home; hall: Hall; at: readonly string[] }, meanwhile = () => {}) {
  const { porch } = home;
  await beginVisit(home, hall, at);
  hall.pass(8_000);
  meanwhile();
  porch.shutDoor();
  hall.pass(60_000);
  const listed = JSON.parse(await done(home, "clip", "list", "--json")) as { clips: { clip: string; visit: number }[] };
  const film = listed.clips.find(({ visit }) => visit > 0);
  assert.ok(film !== undefined);
  return film?.clip ?? "";
}

inHall("a film whose end was noted, and whose mark of it was not, comes with its note", async (home, hall, at) => {
  let allow = () => {};
  const name = await visited({ home, hall, at }, () => {
    allow = refuse(hall, ".mark");
  });
  allow();
  hall.pass(61_000);
  assert.match(await done(home, "clip", "list"), /it was cut off/);
  const out = home.owner.file("visit.mkv.age");
  assert.match(await done(home, "clip", "get", name, "--out", out), /frames, as the camera noted them/);
  assert.ok(existsSync(`${out}.note`));
  await done(home, "log");
  assert.match(await done(home, "clip", "verify", out), /^OK: /);
});

inHall("a film that is here is not called refused where the camera cannot note that it is", async (home, hall, at) => {
  const name = await visited({ home, hall, at });
  refuse(hall, ".mark");
  const out = home.owner.file("visit.mkv.age");
  const got = await heard(home, "clip", "get", name, "--out", out);
  assert.is(got.exit, 0, got.errors);
  assert.match(got.output, /frames, as the camera noted them/);
  assert.match(got.errors, /could not note that you have it/);
  assert.ok(existsSync(out) && existsSync(`${out}.note`));
});

inHall("a film that is here is not called lost where its camera goes before it says so", async (home, hall, at) => {
  const name = await visited({ home, hall, at });
  const put = hall.card.put.bind(hall.card);
  hall.card.put = (file, bytes) => {
    put(file, bytes);
    if (file.endsWith(".mark")) hall.hangUp();
  };
  const out = home.owner.file("visit.mkv.age");
  const got = await heard(home, "clip", "get", name, "--out", out);
  assert.is(got.exit, 0, got.errors);
  assert.match(got.errors, /could not note that you have it/);
  assert.ok(existsSync(out) && existsSync(`${out}.note`));
});

inHall("a card that is away is no card without a film", async (home, hall, at) => {
  await visited({ home, hall, at });
  hall.card.isSound = false;
  hall.pass(61_000);
  isSentence(await heard(home, "clip", "list"), 1, /its card is missing, cannot be read, or is full/);
  assert.match(await done(home, "camera"), /Card: +none that it can read, or no room on it/);
  hall.card.isSound = true;
  hall.pass(61_000);
  assert.match(await done(home, "clip", "list"), /^visit \d+ +until/);
});

test.run();
