// What the contract needs of this computer: lines, an end, and two terminals that are wired crosswise.
// Why: the SDK has no such classes for Linux; host.c has the functions.

/** Writes a line. */
export function print(text) {
  return native("contract_print").call(this, text);
}

/** Ends the process. */
export function exit(status) {
  return native("contract_exit").call(this, status);
}

/** Gives the device of an end of the cable, 0 or 1. */
export function terminal(end) {
  return native("contract_terminal").call(this, end);
}

/** Forgets what is on the cable. */
export function flush() {
  return native("contract_flush").call(this);
}
