// All that the SDK's streams and sockets are held to, and who runs it to its end.
// Why: the fakes, the SDK's own classes and a board's take the same rows, so a fake that does something else is found.

import { LISTENER_ROWS } from "./listener.ts";
import { SERIAL_ROWS } from "./serial.ts";
import { TCP_ROWS } from "./tcp.ts";
import { begin, type Ground, type Row } from "./trial.ts";
import { UDP_ROWS } from "./udp.ts";

/** Every row. */
export const ROWS: readonly Row[] = Object.freeze([...LISTENER_ROWS, ...TCP_ROWS, ...UDP_ROWS, ...SERIAL_ROWS]);

/** What a runner hears: of each row its fault, or none; "left out" where the ground cannot do it. */
export type Report = (row: Row, fault: string | undefined) => void;

/** Runs one row after the other on callbacks.
 *  @param deadline calls back when a row has had its time; what it gives cancels that   @param done is called behind the last row */
export function runAll(
  ground: Ground,
  report: Report,
  parts: { deadline(late: () => void): () => void; done(): void },
): void {
  const next = (index: number): void => {
    const row = ROWS[index];
    if (row === undefined) {
      parts.done();
      return;
    }
    if (row.needs !== undefined && ground.lacks.includes(row.needs)) {
      report(row, "left out");
      next(index + 1);
      return;
    }
    let cancel = () => {};
    const trial = begin(ground, row, (fault) => {
      cancel();
      report(row, fault);
      ground.later(() => next(index + 1));
    });
    cancel = parts.deadline(() => trial.giveUp());
  };
  next(0);
}
