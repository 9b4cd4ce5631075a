// The words of the door: what can happen to it, how it is set, and what it wants done.
// Why: the state machine, the lock that feeds it, the simulator and the tests must mean the same by them.
// Follows docs/design.md, "Door", and the Matter door lock's states and alarms (Application Cluster Specification 1.4 §5.2).

import type { BoltCommand, BoltReport, Witness } from "./bolt.ts";
import type { Mode } from "./mode.ts";
import type { Cause } from "./state.ts";

/** What somebody may ask of the door. `unlatch` also pulls the latch: a door with a knob outside opens by it alone. */
export type Act = "unlock" | "unlatch" | "lock";

/** What can happen. A request was allowed by the policy; the door knows no grants. */
export type DoorEvent =
  | { readonly kind: "request"; readonly act: Act }
  | { readonly kind: "inside" }
  | { readonly kind: "bolt"; readonly report: BoltReport }
  | { readonly kind: "contact"; readonly is: "open" | "closed" }
  | { readonly kind: "tick" };

/** `ajar`: open for long. `heldOpen`: open for longer. `forced`: opened while locked. `jammed`: the bolt did not get there. */
export type Alarm = "ajar" | "heldOpen" | "forced" | "jammed";

/** What the door tells, for the journal and whoever waits: every request ends in one of these, or in `refused`. */
export type DoorReport =
  | { readonly kind: "report"; readonly what: "opened" | "closed" | "moved"; readonly cause: Cause }
  | {
      readonly kind: "report";
      readonly what: "locked" | "unlocked" | "unlatched";
      readonly cause: Cause;
      readonly witness: Witness;
    }
  /** `hasLeft` is false only where a sensor shows that the bolt never left where it was. */
  | {
      readonly kind: "report";
      readonly what: "failed";
      readonly act: Act;
      readonly cause: Cause;
      readonly hasLeft: boolean;
    };

/** What the door wants done, in this order. */
export type Effect =
  | { readonly kind: "drive"; readonly command: BoltCommand }
  | { readonly kind: "alarm"; readonly alarm: Alarm }
  | DoorReport
  /** The lock will be thrown once the door is shut. */
  | { readonly kind: "deferred" }
  /** This bolt has no latch to pull. */
  | { readonly kind: "refused" }
  /** The mode ends: somebody left a house in privacy. */
  | { readonly kind: "mode"; readonly mode: "normal" };

/** How a door behaves. Durations are in milliseconds. */
export interface DoorSettings {
  readonly mode: Mode;
  /** Whether it locks by itself. */
  readonly isAutoRelock: boolean;
  /** From the unlocking on, where nobody opens. */
  readonly relockMillis: number;
  /** From the closing on: long enough for the leaf to come to rest. */
  readonly closedMillis: number;
  /** Whether no contact is fitted, and the bolt is thrown, by itself or when asked, with nothing to tell that the door is
   *  shut. Where this is false, an unknown contact was not read yet, and nothing is thrown before. */
  readonly isRelockBlind: boolean;
  /** Open for this long: the first alarm, and the second. */
  readonly ajarMillis: number;
  readonly heldOpenMillis: number;
  /** The end of a drive that never reports; 1..5,000, and more than the drive's own. */
  readonly driveMillis: number;
  /** How long the latch is held back, the way there included; below 5,000. */
  readonly unlatchMillis: number;
  readonly canUnlatch: boolean;
  /** Whether an opening while locked is `forced` though no sensor sees the bolt. Off where the kit cannot tell a thief
   *  from somebody who leaves by the thumbturn. */
  readonly isForcedUnsensed: boolean;
}
