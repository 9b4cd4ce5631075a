// The two ends of a connection, as the rows about sockets make them: dialled, adopted, and told when both may write.
// Why: every row has two ends, and differs in what they do then.

import type { Tcp } from "../../firmware/io/ecma419.ts";
import type { Trial } from "./trial.ts";

type Options = ConstructorParameters<Trial["ground"]["Tcp"]>[0];
type Callbacks = Pick<Options, "onReadable" | "onWritable" | "onError">;

/** Bytes that tell their place. */
export function numbered(size: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: size }, (_, index) => (index * 7 + (index >> 8)) & 255);
}

/** Whether both hold the same. */
export function isEqual(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}

/** Collects what comes to a socket. */
export function collect(bytes: number[], came: ArrayBuffer | undefined): void {
  if (came !== undefined) for (const byte of new Uint8Array(came)) bytes.push(byte);
}

/** Listens, and gives each who comes to `take`. @returns the port */
export function listen(trial: Trial, take: (from: Tcp) => void): number {
  const listener = trial.keep(
    new trial.ground.Listener({
      port: 0,
      onReadable: trial.on(() => {
        for (let from = listener.read(); from !== undefined; from = listener.read()) take(from);
      }),
    }),
  );
  return listener.port;
}

function guarded(trial: Trial, { onReadable, onWritable, onError }: Callbacks): Callbacks {
  return {
    ...(onReadable === undefined ? {} : { onReadable: trial.on(onReadable) }),
    ...(onWritable === undefined ? {} : { onWritable: trial.on(onWritable) }),
    ...(onError === undefined ? {} : { onError: trial.on(onError) }),
  };
}

/** Dials a port. */
export function dial(trial: Trial, port: number, callbacks: Callbacks): Tcp {
  const { Tcp, address } = trial.ground;
  return trial.keep(new Tcp({ address, port, nodelay: true, format: "buffer", ...guarded(trial, callbacks) }));
}

/** Makes a socket of what a listener gave. */
export function adopt(trial: Trial, from: Tcp, callbacks: Callbacks): Tcp {
  return trial.keep(new trial.ground.Tcp({ from, nodelay: true, format: "buffer", ...guarded(trial, callbacks) }));
}

/** Connects two ends, then tells both. */
export function connect(
  trial: Trial,
  both: (dialled: Tcp, adopted: Tcp) => void,
  far: Callbacks = {},
  near: Callbacks = {},
): void {
  let isWritable = 0;
  let adopted: Tcp | undefined;
  const tell = () => {
    isWritable += 1;
    if (isWritable === 2 && adopted !== undefined) both(dialled, adopted);
  };
  let first = { near: true, far: true };
  const port = listen(trial, (from) => {
    adopted = adopt(trial, from, {
      ...far,
      onWritable: (count) => {
        if (first.far) {
          first = { ...first, far: false };
          tell();
        } else far.onWritable?.call(adopted, count);
      },
    });
  });
  const dialled: Tcp = dial(trial, port, {
    ...near,
    onWritable: (count) => {
      if (first.near) {
        first = { ...first, near: false };
        tell();
      } else near.onWritable?.call(dialled, count);
    },
  });
}
