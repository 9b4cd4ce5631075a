// A desk with a camera, and somebody who knocks at its door.
// Why: the checks of the camera (T23 to T27) begin alike: an enrolled camera, an approved hall, and a grant that needs both.

import { CAMERA_RULE_LIVE } from "../../firmware/grant/grant.ts";
import type { Token } from "../caller.ts";
import type { Desk, Wish } from "../desk.ts";
import { Tripod, type TripodOptions } from "../tripod.ts";
import { adopted, type DeskFactory } from "./attack.ts";

/** A guest's phone asks again after so long, so many times; and whoever stays there longer, as after a restart of the lock, which hears
 *  its camera again within 75 s. */
const AGAIN_SECONDS = 2;
const KNOCKS = 7;
const KNOCKS_MAX = 50;

/** A lock with its camera, and a courier who needs it. */
export interface Watched {
  readonly desk: Desk;
  readonly tripod: Tripod;
  courier(wish?: Partial<Wish>): Token;
}

/** Sets them up. */
export function watched(factory: DeskFactory, options?: TripodOptions): Watched {
  const desk = adopted(factory);
  const tripod = new Tripod(desk, options).enrol();
  let count = 0;
  const courier = (wish: Partial<Wish> = {}) => {
    count += 1;
    return desk.grant({ to: desk.person(`courier ${count}`), uses: 1, cameraRule: CAMERA_RULE_LIVE, ...wish });
  };
  return { desk, tripod, courier };
}

/** Somebody knocks, and asks again as a phone does. @returns whether the lock opened */
export function knocks(desk: Desk, token: Token, during: (knock: number) => void = () => {}): boolean {
  return asks(desk, token, { count: KNOCKS, during });
}

/** Somebody knocks who has every right to come in, and stays there for as long as that may take. @returns whether the lock opened */
export function isLetIn(desk: Desk, token: Token): boolean {
  return asks(desk, token, { count: KNOCKS_MAX, during: () => {} });
}

function asks(
  desk: Desk,
  token: Token,
  { count, during }: { readonly count: number; during(knock: number): void },
): boolean {
  for (let knock = 0; knock < count; knock++) {
    during(knock);
    if (desk.open(token) === "yes") return true;
    desk.passTime(AGAIN_SECONDS);
  }
  return false;
}
