// The types of image.mjs, for tests in TypeScript.

import type { CameraImage } from "../../camera/board.ts";
import type { LockImage } from "../../lock/board.ts";
import type { LockDrive } from "../../lock/pins.ts";

/** What an image is made of. */
export interface Choice {
  readonly board: "lock" | "keypad" | "camera";
  readonly target: string;
  readonly drive: LockDrive | undefined;
  readonly sleeps: boolean;
}

/** What may move a lock's bolt. */
export const DRIVES: readonly LockDrive[];

/** Reads which board a command means. @throws Error with a sentence */
export function chooseImage(
  board: string | undefined,
  values: { target?: string; drive?: string | undefined; sleep?: boolean | undefined },
): Choice;

/** What a main.ts reads beside the SDK, as texts. */
export function definitionsOf(image: object, sleeps: boolean): Readonly<Record<string, string>>;

/** What an image says of itself. */
export function imageOf(
  choice: Choice,
  origin: { readonly version: string; readonly buildTime: number },
): LockImage | CameraImage | { readonly target: string; readonly version: string };
