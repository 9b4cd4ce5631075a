// What a thief does in the hall while a courier needs the camera.
// Why: a trick in an empty hour hurts nobody; each waits for the next knock, and comes before the proof, between it and the
// opening, or while somebody is inside.
// Follows docs/attacks.md T23, T26, T27, T29.

import type { Trick } from "./hall.ts";
import type { Neighbourhood } from "./neighbourhood.ts";
import type { Stream } from "./random.ts";
import type { Tool } from "./sensor/lens.ts";

/** Tools that leave nothing to see. */
const TOOLS: readonly Tool[] = Object.freeze(["black", "dark-tape", "hand", "paper", "spray", "torch"]);
/** From a knock until a trick begins. */
const LURK_MILLIS_MAX = 30_000;

/** Lets one trick wait for the next who needs the camera; without a camera nothing happens. */
export function haunt(
  { world, hall }: Neighbourhood,
  random: Stream,
  { form, lastsMillis, struck }: { readonly form: string; readonly lastsMillis: number; struck(): void },
): void {
  if (hall === undefined) return;
  const trick = form as Trick;
  const tool = random.pick(TOOLS);
  const delay = random.chance(400) ? 0 : random.between(1, LURK_MILLIS_MAX);
  hall.ambushes.push(() => {
    world.after(delay, () => {
      if (hall.isCalmed) return;
      struck();
      hall.begin(trick, tool);
      world.after(lastsMillis, () => hall.end(trick));
    });
  });
}
