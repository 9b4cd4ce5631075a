// Where a clip goes: something to which bytes are appended, and nothing ever changed.
// Why: a card, an encryption and a test are the same to whoever writes a clip; none of them can be asked to go back.

/** Takes bytes at its end. */
export interface Sink {
  /** Appends. @param bytes not kept @throws Fault card.io */
  append(bytes: Uint8Array): void;
  /** Makes what was appended last through a loss of power, as far as the sink can. @throws Fault card.io */
  flush(): void;
}
