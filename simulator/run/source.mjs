// Reads just enough of a TypeScript file for the layer check: its imports, its code without comments and texts, its
// functions' lengths.
// Why: the compiler's own reader is no library any more (TypeScript 7), and type imports count as imports here.

const QUOTES = "\"'`";
const BEFORE_REGEX = /(?:^|[(,=:[!&|?{};+\-*%<>~^\n]|\b(?:return|typeof|case|in|of))\s*$/;

/** Gives the index after a text or template that begins at `start`. */
function textEnd(source, start) {
  const quote = source[start];
  let index = start + 1;
  while (index < source.length && source[index] !== quote) {
    if (source[index] === "\\") index += 1;
    else if (quote === "`" && source.startsWith("${", index)) index = substitutionEnd(source, index + 2) - 1;
    index += 1;
  }
  return index + 1;
}

/** Gives the index after the `}` that ends a template's substitution. */
function substitutionEnd(source, start) {
  let depth = 1;
  let index = start;
  while (index < source.length && depth > 0) {
    if (QUOTES.includes(source[index])) index = textEnd(source, index) - 1;
    else if (source[index] === "{") depth += 1;
    else if (source[index] === "}") depth -= 1;
    index += 1;
  }
  return index;
}

function regexEnd(source, start) {
  let index = start + 1;
  let isInClass = false;
  while (index < source.length && source[index] !== "\n" && (isInClass || source[index] !== "/")) {
    if (source[index] === "\\") index += 1;
    else if (source[index] === "[") isInClass = true;
    else if (source[index] === "]") isInClass = false;
    index += 1;
  }
  return index + 1;
}

function commentEnd(source, start) {
  const end = source[start + 1] === "/" ? source.indexOf("\n", start) : source.indexOf("*/", start) + 2;
  return end < 2 ? source.length : end;
}

/** What stands at `index`: the end of it and what remains of it in the code, or undefined for plain code. */
function literalAt(source, index, code) {
  const two = source.slice(index, index + 2);
  if (two === "//" || two === "/*") return { end: commentEnd(source, index), left: "" };
  if (QUOTES.includes(source[index])) return { end: textEnd(source, index), left: '""' };
  if (source[index] === "/" && BEFORE_REGEX.test(code.slice(-20))) return { end: regexEnd(source, index), left: "0" };
  return undefined;
}

/** Gives the code with texts and patterns emptied and comments gone; lines keep their numbers.
 *  @param keeps "texts" or "comments", to leave those as they are */
export function stripped(source, keeps) {
  let code = "";
  for (let index = 0; index < source.length; ) {
    const literal = literalAt(source, index, code);
    if (literal === undefined) {
      code += source[index++];
      continue;
    }
    const whole = source.slice(index, literal.end);
    const isKept = (keeps === "texts" && literal.left === '""') || (keeps === "comments" && literal.left === "");
    code += isKept ? whole : literal.left + "\n".repeat(whole.split("\n").length - 1);
    index = literal.end;
  }
  return code;
}

/** Gives what a file imports or exports from, with line numbers: `{line, target}`. */
export function importsOf(source) {
  const code = stripped(source, "texts");
  const pattern =
    /(?:^|[;}\n])\s*(?:import|export)\b[^;"'`]*?\bfrom\s*["']([^"']+)["']|\bimport\s*\(?\s*["']([^"']+)["']/g;
  return [...code.matchAll(pattern)].map((match) => ({
    line: lineOf(code, match.index + match[0].length),
    target: match[1] ?? match[2],
  }));
}

/** Gives the line, from 1, that an index stands in. */
export function lineOf(source, index) {
  return source.slice(0, index).split("\n").length;
}

const NO_FUNCTION = /(?:^|[^\w$.])(?:if|for|while|switch|catch|with)\s*\([^{}]*\)\s*$/;
const FUNCTION_HEAD = /=>\s*$|\)\s*(?::[^;{}=]+)?\s*$/;

/** Gives the functions that are longer than `linesMax`: `{line, lines}`. */
export function longFunctions(source, linesMax) {
  const code = stripped(source);
  const open = [];
  const long = [];
  for (let index = 0; index < code.length; index++) {
    if (code[index] === "{") open.push(index);
    if (code[index] !== "}") continue;
    const start = open.pop() ?? 0;
    const line = lineOf(code, start);
    const lines = lineOf(code, index) - line + 1;
    if (lines <= linesMax) continue;
    const head = code.slice(Math.max(0, start - 400), start);
    if (FUNCTION_HEAD.test(head) && !NO_FUNCTION.test(head)) long.push({ line, lines });
  }
  return long;
}
