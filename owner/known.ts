// What an owner calls the keys and the codes that stand in a lock's log.
// Why: eleven letters tell nobody who came; whoever tells of records calls people as their owner does.

import { fromBase64url, toBase64url } from "../firmware/bytes.ts";
import { windowName } from "./codestory.ts";
import type { Keystore } from "./keystore.ts";
import { kidText, signerOf } from "./ownership.ts";
import type { OwnedLock, Person } from "./person.ts";
import { Story } from "./story.ts";
import { printable } from "./terminal.ts";

/** Begins the story of an owner's own lock. */
export function newStory(keystore: Keystore, lock: OwnedLock): Story {
  return new Story(knownNames(keystore, lock.id), knownCodes(keystore, lock));
}

/** Gives what keys are called in the log of a lock: a key that owns it so, whatever was written on a grant for it. */
export function knownNames({ person }: Keystore, doorId: string): Map<string, string> {
  const names = new Map<string, string>();
  for (const { who, holder, lockId } of person.grants) {
    if (lockId === doorId && who !== "") names.set(kidText(fromBase64url(holder)), printable(who));
  }
  const { ownerNames = {} } = person.locks.find(({ id }) => id === doorId) ?? {};
  const called = Object.values(ownerNames);
  // Whoever has lost a key may have another by now, under the same name.
  const isAlone = (name: string) => called.indexOf(name) === called.lastIndexOf(name);
  for (const [key, name] of Object.entries(ownerNames))
    names.set(key, isAlone(name) ? printable(name) : `${printable(name)} (${key})`);
  names.set(recoveryName(person), "by the words on paper");
  names.set(toBase64url(signerOf(person).kid), "you");
  return names;
}

/** Who was given which window code, by this person. */
function knownCodes({ person }: Keystore, { codes }: OwnedLock): Map<string, string> {
  const owner = toBase64url(signerOf(person).kid);
  return new Map((codes?.given ?? []).map((code) => [windowName(owner, code), code.who]));
}

/** What this person calls an owner key; undefined where they have no name for it. @param key base64url of its kid8 */
export function nameOfOwner(person: Person, lock: OwnedLock, key: string): string | undefined {
  return key === toBase64url(signerOf(person).kid) ? "you" : lock.ownerNames?.[key];
}

/** The lock's name of a person's own recovery key. */
export function recoveryName(person: Person): string {
  return kidText(fromBase64url(person.recoveryKey));
}
