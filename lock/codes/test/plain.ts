// A plain search over the window codes of forty hours: what the tests hold the table to, and the owners that both know.

import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import type { Bytes } from "../../../firmware/bytes.ts";
import type { UsedWindow } from "../../../firmware/codes/credential.ts";
import { deriveWindowKey, isOpen, WINDOW_CLASSES, type Window, windowCode } from "../../../firmware/codes/window.ts";
import { WindowSet } from "../../../firmware/codes/windowset.ts";
import type { Crypto } from "../../../firmware/crypto/crypto.ts";
import { seconds } from "../../../firmware/platform.ts";
import type { Interval } from "../../../firmware/time/clock.ts";
import { make } from "../../../simulator/bench/codes.ts";
import type { CodeOwner, WindowContext, WindowTable } from "../windows.ts";

export { make } from "../../../simulator/bench/codes.ts";

export const HOUR = 3_600;
export const START = 498_885;
export const AT = START * HOUR;
export const W = 600;
export const TAG_KEY = new Uint8Array(32).fill(9);
/** Farther back than any first use, so that what is too old is looked at too. */
const SEARCH_HOURS = 40;

export function ownerOf(number: number): CodeOwner {
  const secret = new Uint8Array(32).fill(number);
  return { kid: new Uint8Array(8).fill(number), key: deriveWindowKey(crypto, secret, "Ip1fiNKMHIM") };
}

export const OWNERS = [1, 2, 3, 4].map(ownerOf);

export function interval(lo: number, hi: number | undefined = lo): Interval {
  return { lo: seconds(lo), hi: hi === undefined ? undefined : seconds(hi) };
}

export function setOf(codes: readonly UsedWindow[] = []): WindowSet {
  return WindowSet.from(codes.length, (index) => codes[index]);
}

function codesOf(set: WindowSet): readonly UsedWindow[] {
  return Array.from({ length: set.count }, (_, index) => set.at(index));
}

interface Change extends Pick<Partial<WindowContext>, "owners" | "widthMax"> {
  readonly revoked?: readonly UsedWindow[];
  readonly spent?: readonly UsedWindow[];
  readonly active?: readonly UsedWindow[];
}

export function contextOf({ revoked, spent, active, ...rest }: Change = {}): WindowContext {
  const sets = { revoked: setOf(revoked), spent: setOf(spent), active: setOf(active) };
  return { widthMax: W, owners: OWNERS.slice(0, 1), ...sets, ...rest };
}

export function owned(owner: number, windowClass: number, startHour: number, serial = 0): UsedWindow {
  return { owner: OWNERS[owner].kid, window: { windowClass, serial, startHour } };
}

export function codeOf({ owner, window }: UsedWindow): Bytes {
  const { key } = OWNERS.find(({ kid }) => crypto.isEqual(kid, owner)) ?? OWNERS[0];
  return windowCode(crypto, key, window);
}

export function isIn(list: readonly UsedWindow[], { owner, window }: UsedWindow): boolean {
  return list.some((each) => crypto.isEqual(each.owner, owner) && isSame(each.window, window));
}

export function isSame(left: Window, right: Window): boolean {
  return left.windowClass === right.windowClass && left.serial === right.serial && left.startHour === right.startHour;
}

/** Everything that may open, by the definition of each window alone. */
export function openWindows(now: Interval, context: WindowContext): readonly UsedWindow[] {
  const last = Math.floor(now.lo / HOUR) + 2;
  const [revoked, spent, active] = [context.revoked, context.spent, context.active].map(codesOf);
  const candidates = active.filter(({ window }) => window.startHour < last - SEARCH_HOURS);
  for (const { kid: owner } of context.owners) {
    for (const windowClass of WINDOW_CLASSES.keys()) {
      for (let startHour = last - SEARCH_HOURS; startHour <= last; startHour++) {
        for (let serial = 0; serial < 2; serial++)
          candidates.push({ owner, window: { windowClass, serial, startHour } });
      }
    }
  }
  return candidates.filter((each) => {
    const options = { widthMax: context.widthMax, isActive: isIn(active, each) };
    if (!isOpen(each.window, now, options)) return false;
    return !isIn(revoked, each) && !isIn(spent, each);
  });
}

export function holds(table: WindowTable, now: Interval, context: WindowContext): void {
  make(table, now, context);
  const open = openWindows(now, context);
  assert.is(table.live, open.length, "the count");
  for (const each of open) {
    const found = table.find(codeOf(each));
    assert.ok(found !== undefined && crypto.isEqual(found.owner, each.owner) && isSame(found.window, each.window));
  }
}

export function opens(table: WindowTable, each: UsedWindow): boolean {
  const found = table.find(codeOf(each));
  return found !== undefined && found.denial === undefined && isSame(found.window, each.window);
}

/** Counts the HMACs and the searches of some work. */
export function counting(): { readonly crypto: Crypto; hmacs: number; searched: number[]; wanted: string } {
  const counter = {
    hmacs: 0,
    searched: [] as number[],
    wanted: "",
    crypto: {
      ...crypto,
      hmacSha256(key: Uint8Array, message: Uint8Array): Bytes {
        counter.hmacs++;
        return crypto.hmacSha256(key, message);
      },
      find(table: Uint8Array, width: number, wanted: Uint8Array): number {
        counter.searched.push(table.length);
        counter.wanted = wanted.join();
        return crypto.find(table, width, wanted);
      },
    },
  };
  return counter;
}
