// Why no picture comes: a camera that is off shows nothing, and whoever looks must not wait for what will not come.
// Why: most cameras here look while somebody comes and goes, and are off for the rest of the day; that looks like a fault.
// Follows docs/protocol.md §9.1.

import type { Status } from "../../firmware/link/status.ts";
import { STALE_MILLIS } from "../../firmware/link/viewer.ts";
import { CAMERA_MODES, SETTING_CAMERA_MODE } from "../../firmware/policy/configuration.ts";
import { Failure } from "../failure.ts";
import type { Looking } from "../looking.ts";

/** How often it is asked: a camera counts what it is asked. */
const AGAIN_MILLIS = 5_000;

/** Gives a sentence for a camera that is off. @param mode as the setting has it */
export function sayOff(mode: number): string {
  const name = CAMERA_MODES[mode] ?? String(mode);
  const until = name === "visits" ? " until somebody comes" : "";
  const hint = name === "always" ? "latchkey camera says how it is" : "latchkey camera mode always";
  return `The camera is off (mode ${name}): it shows nothing${until}; ${hint}`;
}

/** A guest may not ask the camera how it is. */
const UNASKED = "No picture comes: a camera that looks for visits only is off until somebody comes.";

/** Says why no picture comes: at once, and again where that changes. `close()` ends it.
 *  @param status what the lock says of itself; undefined for a guest @param say is given a sentence, or "" where pictures may come */
export function explainOff(
  looking: Pick<Looking, "ask" | "isOpen" | "isStale">,
  status: Pick<Status, "configuration"> | undefined,
  say: (reason: string) => void,
): { close(): void } {
  let reason = "";
  const tell = (next: string) => {
    if (next !== reason) say(next);
    reason = next;
  };
  const look = async () => {
    if (!looking.isOpen || !looking.isStale) return tell("");
    if (status === undefined) return tell(UNASKED);
    const answer = await looking.ask({ kind: "status" });
    if (answer.kind !== "status") return;
    const mode = Number(status.configuration.get(SETTING_CAMERA_MODE) ?? 0);
    tell(answer.status.isOn || !looking.isStale ? "" : sayOff(mode));
  };
  const run = () =>
    void look().catch((error: unknown) => {
      // Whoever waits for the session learns that it is over.
      if (!(error instanceof Failure)) throw error;
    });
  if (status !== undefined) run();
  const first = setTimeout(run, STALE_MILLIS);
  const timer = setInterval(run, AGAIN_MILLIS);
  return {
    close() {
      clearTimeout(first);
      clearInterval(timer);
    },
  };
}
