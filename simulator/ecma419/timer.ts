// The SDK's `timer` on the desk, in time that a test lets pass.
// Why: a main file waits by it alone; what is due together comes in the order of its setting, not of its time.
// Follows the module `timer` of the SDK 8.2.3.

import type { TimerModule } from "../../firmware/io/ecma419.ts";
import { type Millis, millis } from "../../firmware/platform.ts";

interface Task {
  readonly callback: (timer: unknown) => void;
  at: Millis;
  readonly repeatMillis: number;
}

/** Timers, and the time that they go by. */
export class Timers implements TimerModule {
  #now: Millis = millis(0);
  #tasks: Task[] = [];

  get now(): Millis {
    return this.#now;
  }

  /** Timers that are set. */
  get count(): number {
    return this.#tasks.length;
  }

  set(callback: (timer: unknown) => void, delay = 0, repeatMillis = 0): unknown {
    const task = { callback, at: millis(this.#now + Math.trunc(delay)), repeatMillis };
    this.#tasks.push(task);
    return task;
  }

  /** Harmless where it is no timer, or one that is over. */
  clear(timer: unknown): void {
    this.#tasks = this.#tasks.filter((task) => task !== timer);
  }

  /** Lets time pass, and runs what becomes due. */
  pass(duration: number): void {
    const end = millis(this.#now + duration);
    for (let next = this.#next; next !== undefined && next <= end; next = this.#next) {
      this.#now = millis(Math.max(this.#now, next));
      this.#execute();
    }
    this.#now = end;
  }

  get #next(): Millis | undefined {
    let next: Millis | undefined;
    for (const { at } of this.#tasks) if (next === undefined || at < next) next = at;
    return next;
  }

  /** Runs what is due; what is set meanwhile comes in the next round, what is cleared does not come. */
  #execute(): void {
    for (const task of this.#tasks.filter(({ at }) => at <= this.#now)) {
      if (!this.#tasks.includes(task)) continue;
      task.at = millis(task.at + task.repeatMillis);
      task.callback(task);
      if (task.repeatMillis === 0) this.clear(task);
    }
  }
}
