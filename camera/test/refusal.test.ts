// Goal: whatever single write a card refuses in a visit, no film lies on it that nobody knows of, and the camera films again.
// Method: a visit is played once for each thing that the camera does to its card, and the card refuses that one.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { Fault } from "../../firmware/fault.ts";
import { MemoryCard } from "../../simulator/memorycard.ts";
import { Board, knocked } from "./board.ts";

/** A card that counts what is done to it, and refuses once. */
class Refusing extends MemoryCard {
  done: string[] = [];
  refusesAt = Number.POSITIVE_INFINITY;

  override create(name: string) {
    this.#do("create");
    const sink = super.create(name);
    const append = (bytes: Uint8Array) => {
      this.#do("append");
      sink.append(bytes);
    };
    const flush = () => {
      this.#do("flush");
      sink.flush();
    };
    return { append, flush };
  }

  override put(name: string, bytes: Uint8Array): void {
    this.#do(`put ${name.slice(-5)}`);
    super.put(name, bytes);
  }

  override remove(name: string): void {
    this.#do("remove");
    super.remove(name);
  }

  #do(what: string): void {
    this.done.push(what);
    if (this.done.length === this.refusesAt) throw new Fault("card.io");
  }
}

/** A visit of which the card refuses one thing. */
function played(refusesAt?: number): { readonly board: Board; readonly card: Refusing } {
  const card = new Refusing();
  const board = new Board({ card });
  board.run(1_000);
  Object.assign(card, { done: [], refusesAt });
  knocked(board).visit(41);
  board.run(3_000);
  board.rest();
  board.run(1_000);
  return { board, card };
}

test("no film lies on the card without its mark, whatever the card refuses, and the next knock is promised one", () => {
  const { done } = played().card;
  assert.ok(done.includes("put .note") && done.includes("flush"), done.join(", "));
  for (let at = 1; at <= done.length; at++) {
    const { board, card } = played(at);
    const { names } = card;
    const unknown = names.filter((name) => name.endsWith(".age") && !names.includes(name.replace(".age", ".mark")));
    assert.equal(unknown, [], `refused: ${done[at - 1]}`);
    knocked(board, 14_000);
    assert.ok(board.isProof, `refused: ${done[at - 1]}`);
  }
});

test.run();
