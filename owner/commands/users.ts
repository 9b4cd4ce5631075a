// `latchkey users`: who has a code at the keypad, and what each of them may.
// Why: stored codes outlive the reason for them; whoever looks at the list sees who still comes in, when, and who let them.
// Follows docs/protocol.md §7, "Users"; the Matter Application Cluster Specification 1.4 §5.2.

import { toBase64url } from "../../firmware/bytes.ts";
import type { UserSetting } from "../../firmware/codes/form.ts";
import type { User } from "../../firmware/codes/user.ts";
import type { UserView } from "../../firmware/link/codes.ts";
import { parseZone } from "../../firmware/time/zone.ts";
import { optionsOf, runAct } from "../acts.ts";
import { sayFreed } from "../bound.ts";
import { type Act, type Acts, type Call, type Command, LOCK_OPTIONS, type Outcome } from "../command.ts";
import { sayReaders } from "../duress.ts";
import { EXIT, usage } from "../failure.ts";
import type { Keystore } from "../keystore.ts";
import { nameOfOwner } from "../known.ts";
import { checkName } from "../limits.ts";
import { presentSeconds } from "../moment.ts";
import { asOwner } from "../ownership.ts";
import type { OwnedLock } from "../person.ts";
import { askResidents, change, findByName, findResident, type Residents } from "../residents.ts";
import { fillUser, sayFilled } from "../role.ts";
import { counted, printable } from "../terminal.ts";
import { doubtsAboutUser, readSetting, sayUser, TYPES_HELP, USER_OPTIONS, userObject } from "../user.ts";

const LIST: Act = { summary: "show all users", positionals: [], options: LOCK_OPTIONS, run: list };
const ACTS: Acts = Object.freeze({
  list: LIST,
  show: { summary: "show one, and who made them", positionals: ["NAME"], options: LOCK_OPTIONS, run: show },
  set: {
    summary: "change what a user may: only what is said",
    positionals: ["NAME"],
    options: {
      ...LOCK_OPTIONS,
      name: { value: "NAME", help: "another name" },
      enable: { help: "let them in again" },
      disable: { help: "keep them out until they are enabled" },
      ...USER_OPTIONS,
    },
    run: set,
  },
  remove: { summary: "remove a user with all codes", positionals: ["NAME"], options: LOCK_OPTIONS, run: remove },
});

/** The command `users`. */
export const users: Command = {
  name: "users",
  summary: "Show and change the users of the keypad, and what each may",
  positionals: ["[list|show|set|remove", "...]"],
  options: optionsOf(ACTS),
  help: [
    'A user is made with a code: "latchkey pin add NAME", "latchkey totp add NAME". --week, --from and --until replace all',
    "that were set before; with none they take them away, as --holder none and --expiry none do. Whoever is set anew was",
    "never used: a disposable user opens once more, an expiring one begins again. Not so after --enable or --disable alone.",
    ...TYPES_HELP,
  ],
  examples: [
    "users",
    "users show Ana",
    'users set Ana --week "mon-fri 08:00-16:00" --week "sat 09:00-12:00"',
    "users set Ana --type unrestricted --disable",
    "users remove Ana",
  ],
  acts: ACTS,
  run: (call) => runAct(call, ACTS, "users", LIST),
};

async function list(call: Call): Promise<Outcome> {
  const { keystore, lock, residents } = await ask(call);
  const zone = parseZone(lock.zone);
  for (const view of residents.users) {
    const { index, name, modifier } = view.user;
    const owner = sayOwner(keystore, lock, modifier);
    // What somebody else set, a lost phone too, is what one looks for here.
    const by = owner === "you" ? "" : `; set by ${owner}`;
    call.terminal.say(`${String(index).padStart(3)}  ${printable(name).padEnd(20)} ${sayUser(view, { zone })}${by}`);
  }
  if (residents.users.length === 0) call.terminal.say('There are no users yet: "latchkey pin add NAME" makes one.');
  return { exit: EXIT.OK, json: { lockId: lock.id, users: residents.users.map(userObject) } };
}

async function show(call: Call): Promise<Outcome> {
  const { keystore, lock, residents } = await ask(call);
  const view = findResident(residents, call.positionals[0] ?? "");
  const { index, name, creator, modifier } = view.user;
  const owner = (kid: User["creator"]) => sayOwner(keystore, lock, kid);
  call.terminal.say(`${printable(name)}, number ${index}: ${sayUser(view, { zone: parseZone(lock.zone) })}`);
  call.terminal.say(`Made by ${owner(creator)}, last changed by ${owner(modifier)}.`);
  return { exit: EXIT.OK, json: { lockId: lock.id, user: userObject(view) } };
}

/** What this person calls an owner, or the lock's name of the key. */
function sayOwner({ person }: Keystore, lock: OwnedLock, kid: User["creator"]): string {
  const key = toBase64url(kid);
  return printable(nameOfOwner(person, lock, key) ?? key);
}

async function set(call: Call): Promise<Outcome> {
  const keystore = await call.openKeystore();
  const lock = call.chooseLock(keystore);
  const { view, changed, users } = await asOwner(call, keystore, lock, async ({ conversation }) => {
    const residents = await askResidents(conversation);
    const view = findResident(residents, call.positionals[0] ?? "");
    const setting = readChange(call, { lock, residents, view });
    // Said twice, since the first answer was lost: sent again it would make them new.
    if (isSwitchOnly(call) && setting.isEnabled === view.user.isEnabled)
      return { view, changed: view, users: residents.users };
    const code = "whoever has a PIN cannot become a user for duress, nor stop being one: remove the PIN first.";
    await change(conversation, { kind: "user", index: view.user.index, isNew: false, setting }, { code });
    // Whether they count as used, the lock knows.
    const { users } = await askResidents(conversation);
    // By the number alone: it may be somebody else's name.
    const changed = users.find(({ user }) => user.index === view.user.index) ?? findResident({ users }, setting.name);
    return { view, changed, users };
  });
  const { user: former } = view;
  const freed = sayFreed(keystore.person, lock, { former, users: users.map(({ user }) => user) });
  const warnings = [...doubtsAboutUser(changed.user), ...sayReaders(keystore.person, lock, changed.user), ...freed];
  for (const line of sayFilled(fillUser(call))) call.terminal.say(line);
  call.terminal.say(`${printable(changed.user.name)}: ${sayUser(changed, { zone: parseZone(lock.zone) })}`);
  if (former.firstUsed !== undefined && changed.user.firstUsed === undefined)
    call.terminal.say("They had been used before, and begin anew.");
  for (const warning of warnings) call.terminal.warn(warning);
  return { exit: EXIT.OK, json: { lockId: lock.id, user: userObject(changed), warnings } };
}

/** Whether nothing but --enable or --disable is asked. */
function isSwitchOnly(call: Call): boolean {
  return call.named.every((name) => name === "enable" || name === "disable" || Object.hasOwn(LOCK_OPTIONS, name));
}

function readChange(
  call: Call,
  { lock, residents, view }: { readonly lock: OwnedLock; readonly residents: Residents; readonly view: UserView },
): UserSetting {
  if (call.has("enable") && call.has("disable")) throw usage("--enable and --disable exclude each other: give one.");
  if (call.named.every((name) => Object.hasOwn(LOCK_OPTIONS, name))) throw usage("Say what is to change: nothing was.");
  const { user: former } = view;
  const name = call.option("name") ?? former.name;
  checkName(name, "name");
  if (name !== former.name && findByName(residents.users, name) !== undefined)
    throw usage(`There is a user ${printable(name)} already: choose another name.`);
  const reckoning = { zone: parseZone(lock.zone), now: presentSeconds() };
  const setting = readSetting(call, { name, former, reckoning });
  const isEnabled = call.has("enable") || (former.isEnabled && !call.has("disable"));
  return { ...setting, isEnabled };
}

async function remove(call: Call): Promise<Outcome> {
  const keystore = await call.openKeystore();
  const lock = call.chooseLock(keystore);
  const { view, rest } = await asOwner(call, keystore, lock, async ({ conversation }) => {
    const { users } = await askResidents(conversation);
    const view = findResident({ users }, call.positionals[0] ?? "");
    await change(conversation, { kind: "user", index: view.user.index, isNew: false, setting: undefined });
    return { view, rest: users.filter((other) => other !== view) };
  });
  const { user, credentials } = view;
  const warnings = sayFreed(keystore.person, lock, { former: user, users: rest.map((other) => other.user) });
  call.terminal.say(`Removed: ${printable(user.name)}, with ${counted(credentials.length, "code")}.`);
  for (const warning of warnings) call.terminal.warn(warning);
  const slots = credentials.map(({ slot }) => slot);
  return { exit: EXIT.OK, json: { lockId: lock.id, name: user.name, slots, warnings } };
}

async function ask(
  call: Call,
): Promise<{ readonly keystore: Keystore; readonly lock: OwnedLock; readonly residents: Residents }> {
  const keystore = await call.openKeystore();
  const lock = call.chooseLock(keystore);
  const residents = await asOwner(call, keystore, lock, ({ conversation }) => askResidents(conversation));
  return { keystore, lock, residents };
}
