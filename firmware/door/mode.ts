// The operating modes of the Matter door lock, and whom each of them lets move the bolt.
// Why: an owner who is away, a family that sleeps and a shop that is open want different doors from the same grants.
// Follows the Matter Application Cluster Specification 1.4 §5.2.6.15 (OperatingModeEnum), in Matter's order.

import type { Door } from "./state.ts";

/** `normal`: all. `vacation`: owners and the network only. `privacy`: the inside only. `noRemote`: all but the network.
 *  `passage`: all, and the door does not lock by itself. */
export type Mode = "normal" | "vacation" | "privacy" | "noRemote" | "passage";

/** The modes at their Matter numbers. */
export const MODES: readonly Mode[] = Object.freeze(["normal", "vacation", "privacy", "noRemote", "passage"]);

/** Where a request comes from. `keypad`: a guest's code. `phone`: a guest's grant. `owner`: an owner who is proven at the
 *  door, by key or code. `remote`: anybody whose command came over the network, owners included. `inside`: the button
 *  or the thumbturn. */
export type Source = "keypad" | "phone" | "owner" | "remote" | "inside";

/** Tells whether a mode lets a source move the bolt, in either direction.
 *
 *  Vacation is Matter's: remote interaction, and the one who programs the lock. Privacy shuts everything outside out,
 *  the owner's phone too, since it may be stolen while people sleep behind the door; nobody is locked out by it, because
 *  it begins and ends at the inside, and the mechanical key knows no modes. The inside is refused in none. */
export function modeAllows(mode: Mode, source: Source): boolean {
  switch (mode) {
    case "normal":
    case "passage":
      return true;
    case "vacation":
      return source !== "keypad" && source !== "phone";
    case "privacy":
      return source === "inside";
    case "noRemote":
      return source !== "remote";
  }
}

/** Tells whether a mode may begin now. Privacy needs a thrown bolt (Matter) behind a door that is not open, and somebody
 *  at the inside who asks for it: from afar it could bar a door against those who live there. */
export function canEnterMode(mode: Mode, source: Source, door: Door): boolean {
  if (mode !== "privacy") return true;
  return source === "inside" && door.bolt.at === "locked" && door.contact.is !== "open";
}
