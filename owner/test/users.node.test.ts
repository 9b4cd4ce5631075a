// Goal: users and their stored PINs are what their owner's commands say: set, changed, replaced and removed, and what each of these
// lets open is said.
// Method: a porch with the real lock; commands run as a person types them, then somebody types digits outside.

import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Answer } from "../../firmware/link/message.ts";
import { EXIT, Failure } from "../failure.ts";
import type { Outgoing } from "../phone.ts";
import { removeFormer, sayLeft } from "../pin/store.ts";
import type { Asking } from "../wire.ts";
import { atHome, digitsIn, done, heard, make } from "./porch.node.ts";
import { Desk, isSentence } from "./stage.node.ts";

atHome("a stored PIN opens until it is removed, and nobody is shown its digits again", async (home) => {
  const { typist } = home.porch;
  const pin = await make(home, "add", "Ana");
  assert.match(pin, /^\d{8}$/);
  assert.is(typist.type(pin), "yes");
  home.porch.visit();
  const second = await heard(home, "pin", "add", "Ana", "--code", "482 915");
  assert.is(digitsIn(second.output), "482915");
  assert.match(
    second.errors,
    /Ana has another PIN, which opens too: one of 8 digits in slot 1 \("latchkey pin remove 1"\)/,
  );
  const list = await done(home, "pin", "list");
  assert.match(list, /Ana +unrestricted; PIN of 8 digits \(slot 1\), PIN of 6 digits \(slot 2\)\n$/);
  assert.not.match(list, pin);
  assert.match(await done(home, "pin", "remove", "2"), /^Removed: Ana, slot 2\.\n$/);
  assert.is(typist.type("482915"), "no");
  assert.match(await done(home, "pin", "remove", "Ana"), /slot 1; the user had nothing else and is removed too\.\n$/);
  assert.is(typist.type(pin), "no");
  isSentence(await heard(home, "pin", "remove", "Ana"), 2, /no user "Ana"; the lock has none/);
  const log = await done(home, "log", "--all");
  assert.match(log, /Ana +keypad, PIN, unlock +door open after/);
  assert.match(log, /owner you +sets user 1 \(Ana\) +unrestricted\n/);
  assert.match(log, /owner you +sets a PIN of 6 digits for Ana +done\n/);
  assert.match(log, /owner you +clears slot 2 of Ana +done\n/);
  assert.match(log, /owner you +removes user 1 \(Ana\) +done\n/);
});

atHome("a PIN that the lock does not take leaves no user behind", async (home) => {
  await done(home, "pin", "add", "Ana", "--code", "482915");
  const taken = await heard(home, "pin", "add", "Ben", "--code", "482915");
  isSentence(taken, 1, /does not take this code: it is somebody's already/);
  assert.equal(
    ((await home.owner.ask(["users"]))["users"] as { name: string }[]).map(({ name }) => name),
    ["Ana"],
  );
  isSentence(await heard(home, "pin", "add", "Ana", "--week", "mon 08:00-09:00"), 2, /a user Ana already.*users set/);
  isSentence(await heard(home, "pin", "remove", "9"), 2, /nothing in slot 9/);
});

/** Every type and rule of Matter's, and what the list then says. */
const USERS: readonly (readonly [name: string, words: readonly string[], said: RegExp])[] = [
  ["Al", [], /Al +unrestricted; /],
  [
    "Bo",
    ["--week", "mon-fri 08:00-16:00", "--week", "sat 09:00-12:00"],
    /Bo +week-day, Mon-Fri 08:00-16:00, Sat 09:00/,
  ],
  ["Cy", ["--from", "2027-06-01", "--until", "2027-06-30"], /Cy +year-day, Tue 1 Jun 2027 00:00 .* to Thu 1 Jul 2027/],
  ["Di", ["--week", "sun 10:00-11:00", "--until", "+9d"], /Di +schedule-restricted, Sun 10:00-11:00, /],
  ["Ed", ["--expiry", "90"], /Ed +expiring, 1 h 30 min from the first use on; /],
  ["Fi", ["--type", "disposable"], /Fi +disposable; /],
  ["Gi", ["--type", "forced"], /Gi +forced; /],
  ["Hu", ["--type", "programming"], /Hu +programming; /],
  ["Io", ["--type", "non-access"], /Io +non-access; /],
  ["Jo", ["--type", "remote-only"], /Jo +remote-only; /],
  ["Ky", ["--rule", "two-person"], /Ky +unrestricted, two-person; /],
  ["Li", ["--holder", "4Y5QIso1jGg"], /Li +unrestricted, with-grant, of 4Y5QIso1jGg; /],
  ["Mo", ["--rule", "dual"], /Mo +unrestricted, dual; /],
  ["Ny", ["--role", "dog-sitter"], /Ny +week-day, camera recording, Mon-Fri 12:00-14:00; /],
  ["Ow", ["--role", "cleaner", "--week", "sat 08:00-09:00"], /Ow +week-day, camera recording, Sat 08:00-09:00; /],
  ["Pi", ["--role", "friend"], /Pi +unrestricted; /],
];
atHome("every type and every rule is made, and listed as it was made", async (home) => {
  for (const [name, words] of USERS) await done(home, "pin", "add", name, ...words);
  const filled = await done(home, "pin", "add", "Qa", "--role", "dog-sitter");
  assert.match(filled, /\nRole: {5}dog-sitter, which filled in --week "mon-fri 12:00-14:00" --camera recording\n/);
  const list = await done(home, "users");
  for (const [, , said] of USERS) assert.match(list, said);
});

atHome(
  "whoever was let read the log is named where a code for duress is made, until that is taken back",
  async (home) => {
    const key = "1yTI9Gyb6AZFUs79TM5V6vK9RPQm1Yg9eBqkQU2T3Wg";
    const give = (who: string, allow: string) =>
      done(home, "grant", "--to", key, "--who", who, "--until", "+1d", "--allow", allow);
    await give("Leo", "unlock,read-log");
    await give("Max", "unlock");
    const names = /reads that this code is for duress, .* let in Leo\. To take that back: latchkey revoke "Leo"\n$/;
    assert.match((await heard(home, "pin", "add", "Gi", "--type", "forced")).errors, names);
    assert.match((await heard(home, "totp", "add", "Ha", "--type", "forced")).errors, names);
    assert.is((await heard(home, "pin", "add", "Al")).errors, "");
    await done(home, "revoke", "Leo");
    const alone = /^A code for duress calls nobody: [^\n]*\n$/;
    assert.match((await heard(home, "pin", "add", "Io", "--type", "forced")).errors, alone);
    await give("Ned", "unlock,read-log");
    await done(home, "revoke", "--all");
    assert.match((await heard(home, "pin", "add", "Jo", "--type", "forced")).errors, alone);
  },
);

const WRONG_USERS: readonly (readonly [words: readonly string[], what: RegExp])[] = [
  [["--type", "owner"], /--type takes unrestricted, year-day, week-day, programming/],
  [["--rule", "triple"], /--rule takes single, dual, two-person, with-grant/],
  [["--type", "expiring"], /needs --expiry MINUTES/],
  [["--type", "week-day"], /needs --week/],
  [["--type", "year-day", "--week", "mon 08:00-09:00"], /needs --from and --until/],
  [["--type", "schedule-restricted"], /needs --week, or --from and --until/],
  [["--rule", "with-grant"], /needs --holder KEY/],
  [["--rule", "two-person", "--type", "disposable"], /for people who come again/],
  [["--type", "forced", "--holder", "4Y5QIso1jGg"], /type forced cannot have the rule with-grant.*duress/],
  [["--holder", "Ana"], /That is no key/],
  [["--week", "someday 08:00-09:00"], /is no day/],
  [["--from", "today", "--from", "tomorrow", "--until", "+9d"], /as many --from as --until/],
  [["--until", "2020-01-01"], /lies before its --from/],
  [["--expiry", "2881"], /1 to 2880/],
  [["--role", "courier"], /A courier comes once.*latchkey pin once --within 2h/],
  [["--role", "thief"], /--role takes courier, dog-sitter/],
  [["--camera", "on"], /--camera takes none, recording, live/],
];
atHome("a user who could never come in is refused before the lock is told of one", async (home) => {
  for (const [words, what] of WRONG_USERS) isSentence(await heard(home, "pin", "add", "Ana", ...words), 2, what);
  assert.equal((await home.owner.ask(["users"]))["users"], []);
});

atHome("a user is changed, kept out, let in again, and removed", async (home) => {
  const { typist } = home.porch;
  const pin = await make(home, "add", "Ana");
  assert.match(await done(home, "users", "set", "Ana", "--disable"), /^Ana: unrestricted, DISABLED; PIN of 8 digits/);
  assert.is(typist.type(pin), "no");
  await done(home, "users", "set", "Ana", "--enable", "--name", "Anna");
  assert.is(typist.type(pin), "yes");
  home.porch.visit();
  assert.match(
    await done(home, "users", "set", "Anna", "--week", "mon 08:00-09:00"),
    /^Anna: week-day, Mon 08:00-09:00; /,
  );
  isSentence(await heard(home, "users", "set", "Anna", "--week", "none"), 2, /type week-day needs --week/);
  assert.match(
    await done(home, "users", "set", "Anna", "--week", "none", "--type", "unrestricted"),
    /^Anna: unrestricted; /,
  );
  isSentence(await heard(home, "users", "set", "Anna", "--type", "forced"), 1, /cannot become a user for duress/);
  isSentence(await heard(home, "users", "set", "Anna"), 2, /Say what is to change/);
  isSentence(await heard(home, "users", "set", "Ben", "--enable"), 2, /no user "Ben"; the lock has Anna\./);
  const odd = await heard(home, "users", "set", "Anna", "--expiry", "60");
  assert.match(odd.errors, /--expiry counts for the type expiring only/);
  const shown = await done(home, "users", "show", "Anna");
  assert.match(shown, /^Anna, number 1: .*\nMade by you, last changed by you\.\n$/);
  assert.match(await done(home, "users", "remove", "1"), /^Removed: Anna, with 1 code\.\n$/);
  assert.is(typist.type(pin), "no");
});

atHome(
  "whoever names a holder to a user wants the phone beside the PIN, and is told where it counts for nothing",
  async (home) => {
    const { typist } = home.porch;
    const pin = await make(home, "add", "Ana");
    const { output, errors } = await heard(home, "users", "set", "Ana", "--holder", "4Y5QIso1jGg");
    assert.match(output, /^Ana: unrestricted, with-grant, of 4Y5QIso1jGg; /);
    assert.is(errors, "");
    assert.is(typist.type(pin), "wait");
    const single = await heard(home, "users", "set", "Ana", "--rule", "single");
    assert.match(single.errors, /--holder counts for the rule with-grant only\./);
    const two = await heard(home, "pin", "add", "Ben", "--rule", "two-person", "--holder", "4Y5QIso1jGg");
    assert.match(two.errors, /--holder counts for the rule with-grant only\./);
  },
);

atHome("whoever takes away half of what a rule asks for is told who comes in no more", async (home) => {
  const both = /^Ana comes in by the PIN and the authenticator together, so no more now: /;
  for (const half of [
    ["pin", "remove", "Ana"],
    ["pin", "remove", "1"],
    ["totp", "remove", "Ana"],
  ]) {
    await done(home, "pin", "add", "Ana", "--rule", "dual");
    await done(home, "totp", "add", "Ana");
    assert.match((await heard(home, ...half)).errors, both);
    await done(home, "users", "remove", "Ana");
  }
  await done(home, "pin", "add", "Dog", "--holder", "4Y5QIso1jGg");
  await done(home, "pin", "add", "Dog");
  assert.is((await heard(home, "pin", "remove", "1")).errors, "", "another PIN is left");
  const none = await heard(home, "pin", "remove", "2");
  assert.match(none.errors, /^Grants of the key 4Y5QIso1jGg open behind a code of Dog only, who has none now: /);
  assert.is((await heard(home, "pin", "add", "Dog")).errors, "");
});

atHome("what was set is shown of whom it was set, also where somebody's name is the other's number", async (home) => {
  await done(home, "pin", "add", "2");
  await done(home, "pin", "add", "Ana");
  assert.match(await done(home, "users", "set", "Ana", "--disable"), /^Ana: unrestricted, DISABLED; .* \(slot 2\)\n$/);
});

atHome("whoever is set anew was never used, and the tool says so", async (home) => {
  const pin = await make(home, "add", "Ana", "--type", "disposable");
  assert.is(home.porch.typist.type(pin), "yes");
  home.porch.visit();
  assert.is(home.porch.typist.type(pin), "no");
  assert.match(await done(home, "users"), /Ana +disposable, used \w{3} /);
  for (let time = 0; time < 2; time++)
    assert.not.match(await done(home, "users", "set", "Ana", "--disable"), /begin anew/, "said twice, too");
  assert.match(await done(home, "users", "set", "Ana", "--enable"), /^Ana: disposable, used \w{3} [^\n]*\n$/);
  assert.is(home.porch.typist.type(pin), "no");
  const anew = await done(home, "users", "set", "Ana", "--type", "disposable");
  assert.match(anew, /^Ana: disposable; .*\nThey had been used before, and begin anew\.\n$/);
  assert.is(home.porch.typist.type(pin), "yes");
});
atHome("a new PIN takes the place of the former ones, and stands before they go", async (home) => {
  const { typist } = home.porch;
  isSentence(await heard(home, "pin", "add", "Ana", "--replace"), 2, /no user Ana whose PIN could be replaced/);
  const former = [await make(home, "add", "Ana"), digitsIn((await heard(home, "pin", "add", "Ana")).output)];
  const { exit, output, errors } = await heard(home, "pin", "add", "Ana", "--replace");
  assert.equal([exit, errors], [0, ""]);
  assert.match(output, /the PIN is in slot 3\nOver: {2}the former PIN in slot 1, 2\n$/);
  for (const pin of former) assert.is(typist.type(pin), "no");
  assert.is(typist.type(digitsIn(output)), "yes");
  home.porch.visit();
  assert.match(await done(home, "pin", "list"), /Ana +unrestricted; PIN of 8 digits \(slot 3\)\n$/);
});

/** A lock that takes so many changes and no more, or is not heard any more. */
class Tiring implements Asking {
  readonly changes: Outgoing[] = [];
  private readonly count: number;

  constructor(count: number) {
    this.count = count;
  }

  async ask(outgoing: Outgoing): Promise<Answer> {
    if (this.changes.length === this.count) throw new Failure(EXIT.UNREACHABLE, "Nothing is heard any more.");
    this.changes.push(outgoing);
    return { kind: "yes", id: 1 };
  }
}

test("says which former PINs stand where the lock is lost in between", async () => {
  const pins = [1, 4, 9].map((slot) => ({ slot, type: "pin" as const, digits: 6 }));
  for (let count = 0; count <= pins.length; count++) {
    const lock = new Tiring(count);
    const { left, failure } = await removeFormer(lock, pins);
    assert.equal(left, pins.slice(count));
    assert.is(failure?.exit, count === pins.length ? undefined : EXIT.UNREACHABLE);
    const said = sayLeft("Ana", pins.slice(count), failure);
    if (failure === undefined) continue;
    assert.match(
      said,
      /^The new PIN is stored and opens, but of the former ones these may open still: .*"latchkey pin remove 9"/,
    );
    assert.match(said, /Nothing is heard any more\.$/);
  }
});

atHome(
  "whoever removes the code beside a grant is told that the grant opens alone, and how it is taken back",
  async (home) => {
    const { owner } = home;
    const guest = new Desk();
    guest.init(Buffer.alloc(32, 5).toString("base64url"));
    const key = (await guest.run(["id"])).output.trim();
    guest.close();
    await done(home, "grant", "--to", key, "--who", "Dog sitter", "--until", "+2h");
    const freed = /open with no PIN from now on\. To take them back: latchkey revoke "Dog sitter"/;
    await done(home, "pin", "add", "Dog", "--holder", key);
    await done(home, "pin", "add", "Cat", "--holder", key);
    assert.is((await owner.run(["users", "remove", "Cat"])).errors, "", "another code binds it still");
    assert.match((await owner.run(["users", "set", "Dog", "--holder", "none", "--rule", "single"])).errors, freed);
    await done(home, "users", "set", "Dog", "--holder", key, "--rule", "with-grant");
    assert.match((await owner.run(["pin", "remove", "Dog"])).errors, freed);
    await done(home, "totp", "add", "Dog", "--holder", key);
    assert.match((await owner.run(["totp", "remove", "Dog"])).errors, freed);
    await done(home, "revoke", "Dog sitter");
    await done(home, "pin", "add", "Dog", "--holder", key);
    const unknown = await owner.run(["users", "remove", "Dog"]);
    assert.match(unknown.errors, /open with no PIN from now on\. "latchkey revoke NAME" takes one back/);
  },
);

test.run();
