// A text of somebody else's, shown so that no character of it acts on a terminal.
// Why: names come from other people's tokens, and a control in one moves a cursor, hides a line or turns the rest around.
// Follows Unicode UAX #9 (the characters that reorder text) and ECMA-48 (the controls that move a cursor).

/** Gives a text in which every control, reordering and invisible character stands as its number, such as \u{202e}. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}\p{Cs}]/gu, escapeCharacter);
}

function escapeCharacter(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}
