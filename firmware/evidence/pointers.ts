// Where a file tells players to jump to, held to what really stands there.
// Why: a player that seeks does not read what is in between. An index that points into padding shows what is hidden there.
// Follows RFC 9559 §5.1.1 (SeekHead), §5.1.5 (Cues).

import type { Bytes } from "../bytes.ts";
import { Fault } from "../fault.ts";
import { childrenOf, ID_CLUSTER, ID_CRC, ID_VOID, uintOf } from "./elements.ts";

const ID_SEEK = 0x4dbb;
const ID_SEEK_ID = 0x53ab;
const ID_SEEK_POSITION = 0x53ac;
const ID_CUE_POINT = 0xbb;
const ID_CUE_TIME = 0xb3;
const ID_CUE_POSITIONS = 0xb7;
const ID_CUE_TRACK = 0xf7;
const ID_CUE_CLUSTER = 0xf1;
const ID_CUE_RELATIVE = 0xf0;
const ID_CUE_DURATION = 0xb2;
/** The most places that are kept: two for each frame of the longest clip. */
const PLACES_MAX = 216_000;

/** One element that points, and what it points to. */
interface Pointer {
  /** Of the element that says so: its first byte and its last in the file. */
  readonly by: readonly [from: number, through: number];
  readonly id: number;
  /** From the start of the segment's content. */
  readonly position: number;
  /** From the start of the cluster's content. */
  readonly relative?: number | undefined;
}

/** Collects what is pointed at and what is there. */
export class Pointers {
  readonly #pointers: Pointer[] = [];
  /** Elements of the segment by their first byte: what they are, and where their content begins. */
  readonly #elements = new Map<number, readonly [id: number, content: number]>();
  readonly #blocks = new Set<number>();

  /** Notes an element of the segment. @throws Fault clip.bound above what any clip has */
  addElement(place: number, id: number, content: number): void {
    if (this.#elements.size >= PLACES_MAX) throw new Fault("clip.bound");
    this.#elements.set(place, [id, content]);
  }

  /** Notes a block. @throws Fault clip.bound above what any clip has */
  addBlock(place: number): void {
    if (this.#blocks.size >= PLACES_MAX) throw new Fault("clip.bound");
    this.#blocks.add(place);
  }

  /** Takes a SeekHead. @returns whether it has nothing that is not known @throws Fault clip.shape, clip.bound */
  addSeekHead(content: Bytes, by: Pointer["by"]): boolean {
    return childrenOf(content).every(([id, seek]) => {
      if (id === ID_VOID || id === ID_CRC) return true;
      const found = valuesOf(seek, [ID_SEEK_ID, ID_SEEK_POSITION]);
      const [target, position] = [found?.get(ID_SEEK_ID), found?.get(ID_SEEK_POSITION)];
      if (id !== ID_SEEK || target === undefined || position === undefined) return false;
      this.#add({ by, id: target, position });
      return true;
    });
  }

  /** Takes the Cues. @returns whether they have nothing that is not known @throws Fault clip.shape, clip.bound */
  addCues(content: Bytes, by: Pointer["by"]): boolean {
    return childrenOf(content).every(([id, point]) => {
      if (id === ID_VOID || id === ID_CRC) return true;
      return id === ID_CUE_POINT && childrenOf(point).every(([part, value]) => this.#addCue(part, value, by));
    });
  }

  #addCue(part: number, value: Bytes, by: Pointer["by"]): boolean {
    if (part === ID_CUE_TIME) return value.length <= 8;
    if (part !== ID_CUE_POSITIONS) return false;
    const found = valuesOf(value, [ID_CUE_TRACK, ID_CUE_CLUSTER, ID_CUE_RELATIVE, ID_CUE_DURATION]);
    const position = found?.get(ID_CUE_CLUSTER);
    if (position === undefined) return false;
    this.#add({ by, id: ID_CLUSTER, position, relative: found?.get(ID_CUE_RELATIVE) });
    return true;
  }

  #add(pointer: Pointer): void {
    if (this.#pointers.length >= PLACES_MAX) throw new Fault("clip.bound");
    this.#pointers.push(pointer);
  }

  /** Gives the elements that point to something else than they say.
   *  @param start of the segment's content
   *  @param read where the file ended, and where what is of no whole element begins: nothing can be said of what is behind */
  astray(start: number, { rest, end }: { rest: number; end: number }): (readonly [from: number, through: number])[] {
    const wrong = new Map<number, Pointer["by"]>();
    for (const { by, id, position, relative } of this.#pointers) {
      const place = start + position;
      if (place >= end || place === rest) continue;
      const [found, content = 0] = this.#elements.get(place) ?? [];
      const block = content + (relative ?? 0);
      const isBlock = relative === undefined || block >= end || block === rest || this.#blocks.has(block);
      if (found !== id || !isBlock) wrong.set(by[0], by);
    }
    return [...wrong.values()];
  }
}

/** Gives numbers by their element, each once; undefined where there is another element. */
function valuesOf(content: Bytes, ids: readonly number[]): Map<number, number> | undefined {
  const found = new Map<number, number>();
  for (const [id, value] of childrenOf(content)) {
    if (id === ID_VOID || id === ID_CRC) continue;
    if (!ids.includes(id) || found.has(id)) return undefined;
    found.set(id, uintOf(value));
  }
  return found;
}
