// The boards of a house, by their numbers.
// Why: statements, offers and prologues name a board by its role, and must mean the same.
// Follows docs/protocol.cddl, `role`.

export const ROLE_KEYPAD = 1;
export const ROLE_CAMERA = 2;
export const ROLE_BRIDGE = 3;
