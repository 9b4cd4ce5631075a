// A lock with a camera that films what it is asked to, and a courier with a grant: what the tests of visits begin with.

import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import type { Caller, Token } from "../../simulator/caller.ts";
import { Desk, type Wish } from "../../simulator/desk.ts";
import type { DeskOptions } from "../../simulator/table.ts";
import { Onlooker } from "./onlooker.ts";

export const UNLOCK = 0;

/** Who and what is there. */
export interface Scene {
  readonly desk: Desk;
  readonly camera: Onlooker;
  readonly token: Token;
}

/** Sets it up. @param wish what the grant says beside */
export function scene(wish: Partial<Wish> = {}, options: Partial<DeskOptions> = {}): Scene {
  const desk = new Desk({ crypto, ...options });
  desk.adopt();
  const camera = new Onlooker(desk);
  camera.enrol();
  camera.isFilming = true;
  camera.connect();
  return { desk, camera, token: desk.grant({ to: desk.person("courier"), cameraRule: 2, uses: 3, ...wish }) };
}

/** The courier knocks, waits until the camera has proven itself, and stays on the line. */
export function enter({ desk, camera, token }: Scene): Caller {
  const guest = desk.call();
  if (guest.prove(token, UNLOCK) === "yes") return guest;
  camera.pass(1_000);
  assert.is(guest.prove(token, UNLOCK), "yes");
  return guest;
}

/** Opens the door a second later. */
export function goIn({ desk, camera }: Scene): void {
  camera.pass(1_000);
  assert.ok(desk.openDoor(), "the door is held shut");
}

/** The number of the newest visit. */
export function visitOf(desk: Desk): number {
  const intents = desk.journal().filter(({ entry }) => entry.kind === "intent");
  return intents.at(-1)?.seq ?? 0;
}

/** What was written of the camera. */
export function events(desk: Desk): string {
  return desk
    .entries("camera")
    .map(({ event }) => event)
    .join(" ");
}

/** What the lock sounded an alarm for. */
export function alarms(desk: Desk): string {
  return desk
    .entries("alarm")
    .map(({ alarm }) => alarm)
    .join(" ");
}

/** How the last visit ended. */
export function outcome(desk: Desk): string | undefined {
  return desk.entries("closing").at(-1)?.outcome;
}

/** What a phone was told. */
export function heard({ notices }: Caller): string {
  return notices.map(({ event }) => event).join(" ");
}
