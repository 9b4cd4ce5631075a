// The one error of the firmware: a closed list of causes, with no text made from input.
// Why: an edge that catches must know every cause there is, and an outsider must learn none of them.
// There are three kinds of error: assert for our mistake, Fault for the world's, a value for an answer (docs/protocol.md §5).

/** Every cause that firmware can throw, as `layer.cause`. */
export type FaultCode =
  | "bytes.encoding" // Not hexadecimal, base64url or printable text where that was required.
  | "bytes.size"
  | "cbor.bound" // More items, depth or bytes than the reader was told to accept.
  | "cbor.canonical" // Not the one deterministic form (RFC 8949 §4.2.1).
  | "cbor.order" // Map keys out of order, or twice.
  | "cbor.text" // Not well-formed UTF-8.
  | "cbor.trailing"
  | "cbor.truncated"
  | "cbor.type"
  | "cbor.unsupported" // Floats, simple values, bignums, tags other than 18, arguments above 32 bits.
  | "card.io" // The card that takes the clips refused.
  | "clip.bound" // A frame or an element that is larger than a clip may have.
  | "clip.shape" // No Matroska file with pictures.
  | "code.shape" // A user, credential or window whose parts are out of bounds.
  | "cose.algorithm"
  | "cose.key"
  | "cose.shape"
  | "cose.signature"
  | "crypto.key"
  | "crypto.selftest"
  | "crypto.size"
  | "crypto.zero" // X25519 gave the all-zero secret (RFC 7748 §6.1).
  | "evidence.shape" // No JPEG where a camera's frame was due.
  | "flash.bound"
  | "flash.io"
  | "grant.shape"
  | "http.bound" // A request whose head is longer than its reader takes.
  | "http.shape" // No request by RFC 9112, or one with a body.
  | "image.bound" // More bytes or pixels than a camera's frame has, or more blocks than its bytes can hold.
  | "image.shape" // Not a JPEG, or one whose parts contradict each other.
  | "image.truncated"
  | "image.unsupported" // A JPEG of another kind: progressive, arithmetic, 12 bits, RGB, CMYK, other sampling.
  | "journal.corrupt"
  | "journal.full"
  | "journal.size"
  | "journal.unwritable"
  | "link.order" // A counter that was seen before, or is outside the window.
  | "link.shape"
  | "link.spent" // A session past its message or failure bound.
  | "link.state"
  | "link.tag" // A tag that does not verify (AEAD failure).
  | "radio.io" // The stack of the radio does not start.
  | "statement.shape"
  | "time.roughtime" // No whole, fitting and signed answer of a time server.
  | "time.zone";

/** The world's bad bytes or failing hardware. Caught at the edges only; see `docs/protocol.md`, "Errors". */
export class Fault extends Error {
  override readonly name = "Fault";
  readonly code: FaultCode;

  constructor(code: FaultCode) {
    super(code);
    this.code = code;
  }
}

/** Stops on the programmer's mistake: not a Fault, so no edge catches it, and the board restarts with the bolt as it was.
 *  @throws Error always when `condition` is false */
export function assert(condition: boolean, claim: string): asserts condition {
  if (!condition) throw new Error(`assertion: ${claim}`);
}

/** Ends a switch over a closed union; the compiler proves that it is never reached.
 *  @throws Error always */
export function unreachable(value: never): never {
  throw new Error(`unreachable: ${String(value)}`);
}
