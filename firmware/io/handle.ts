// What a class over numbers of C says where it was closed.
// Why: a number that was given back may be another's.

/** Gives the number of what is not closed. @throws Error where it is */
export function opened(number: number): number {
  if (number === 0) throw new Error("closed");
  return number;
}
