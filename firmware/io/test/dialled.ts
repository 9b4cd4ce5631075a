// Rows about a board's Tcp and Listener over lwIP itself: each with a listener and whoever dials it, and nothing of it left behind.
// Why: what one row forgets to close the next one would find.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { isBuiltIn, LEFT_OUT, lan, messages, settle } from "../../../simulator/lan/lan.ts";
import type { Bytes } from "../../bytes.ts";
import type { Tcp } from "../ecma419.ts";
import { NativeListener, NativeTcp } from "../tcpsockets.ts";

export const PORT = 7446;
/** As the SDK configures lwIP for an ESP32-S3: what may be on the way, each way. */
export const WINDOW = 5_744;

type Options = ConstructorParameters<typeof NativeTcp>[0];

/** An open end of the board's, and all that it was told. */
export interface End {
  readonly tcp: NativeTcp;
  readonly told: string[];
}

const open: { close(): void }[] = [];
const callers: number[] = [];

function clean(): void {
  messages.fill(false);
  lan.up(true);
  lan.lose(0);
  lan.understate(0, 0);
  for (const each of open.splice(0)) each.close();
  for (const caller of callers.splice(0)) lan.reset(caller);
  settle();
}

/** Somebody dials. @returns his place */
export function dial(port = PORT): number {
  const caller = lan.dial(port);
  callers.push(caller);
  return caller;
}

/** Listens. @returns the listener, and all that it is told */
export function listen(port = PORT): { listener: NativeListener; told: number[] } {
  lan.start();
  const told: number[] = [];
  const listener = new NativeListener({ port, onReadable: (count) => told.push(count) });
  open.push(listener);
  return { listener, told };
}

/** Opens who was read. */
export function adopt(from: Tcp | undefined, more: Partial<Options> = {}): End {
  assert.ok(from !== undefined, "somebody waits");
  const told: string[] = [];
  const tcp = new NativeTcp({
    from,
    nodelay: true,
    format: "buffer",
    onReadable: (count) => told.push(`readable ${count}`),
    onWritable: (count) => told.push(`writable ${count}`),
    onError: () => told.push("error"),
    ...more,
  });
  open.push(tcp);
  return { tcp, told };
}

/** What a read gave. */
export const bytesOf = (read: ArrayBuffer | undefined): Bytes => new Uint8Array(read ?? new ArrayBuffer(0));

/** A row, where lwIP is at hand; afterwards everything is closed, and lwIP holds nothing. */
export function row(claim: string, run: () => void): void {
  if (!isBuiltIn()) return;
  test(claim, () => {
    try {
      run();
    } finally {
      clean();
    }
    assert.is(lan.held(PORT), 0, "something is held");
  });
}

/** A row with a listener, somebody who dialled it, and the end that the board opened, which was told that it is writable. */
export function rowOfOne(
  claim: string,
  run: (parts: { caller: number; listener: NativeListener } & End) => void,
): void {
  row(claim, () => {
    const { listener } = listen();
    const caller = dial();
    settle();
    const end = adopt(listener.read());
    settle();
    assert.equal(end.told.splice(0), [`writable ${WINDOW}`]);
    run({ caller, listener, ...end });
  });
}

/** Runs the rows, or says that there are none. */
export function runRows(): void {
  if (!isBuiltIn()) console.log(LEFT_OUT);
  test.run();
}
