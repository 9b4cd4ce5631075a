// The measuring surface that the XS host gives a bundle as its global `host`, for TypeScript.
// Use: `import type { Host } from ".../simulator/xs/host.d.ts"; declare const host: Host;`

/** What host.c and prelude.js offer beside ECMAScript; on XS only. */
export interface Host {
  /** The script's arguments. */
  readonly argv: readonly string[];
  /** Prints a line. */
  print(...values: unknown[]): void;
  /** Gives the bytes of a file, or undefined. */
  read(path: string): ArrayBuffer | undefined;
  /** Ends the process at once. */
  exit(code: number): never;
  /** Gives the instructions retired so far: exact on rv32 under QEMU, 0 on the desk. */
  instructions(): number;
  /** Collects all garbage and compacts the chunks. */
  collect(): void;
  /** Starts to measure the heap. */
  heapReset(): void;
  /** Gives the bytes, slots and chunks together, that the heap has grown by at most since heapReset. */
  heapPeak(): number;
  /** Gives the bytes in use, garbage included. */
  heapBytes(): number;
  /** Gives the path of an empty folder, the same for each call, which goes with the process; on the desk only. */
  scratch(): string;
  /** Opens the tape that a lone lock is played from, and measures the heap from here on. */
  openTape(path: string): void;
  /** Makes a buffer read-only, as a preloaded one is on a board. */
  petrify(buffer: ArrayBuffer): void;
}
