// Minifies a board's program into one of the same behaviour that takes little of a chip's flash and memory under XS.
// Why: XS keeps 16 bytes of flash for each import, for each variable that a function reads from outside of itself, and for each
// private name in each function that uses it; for a private method another 16 in the memory of every instance. Each function that
// `new` could be asked of has a prototype, 48 bytes. And a function inside of another is made anew each time: its code is copied into
// memory, since code of preloaded modules is not run where it lies (the SDK's tools/xslBase.c, fxMapCode). Each name that is used
// anywhere, a variable's too, costs 20 bytes and its letters once; a variable of a module that might be written, 4 of memory. So: one
// bundle, plain members, arrows, no function moved as it is into the one that calls it, constants (a bundler says `var`), numbers where
// they are read, and few names: variables are called as properties are. What each is worth: docs/hardware.md, "Link sizes".
// What `#name` keeps apart is kept apart by the compiler, before: an image runs no code but its own. A program must not freeze,
// spread or enumerate an instance with private members, make one mixin twice, or read a function's `length`; ours does none of it.

import { parse } from "acorn";
import { minify } from "terser";

const MARK = "$";
/** The plain name of a private member. */
const PLAIN_MEMBER = /^\$/;
const CLASSES = new Set(["ClassDeclaration", "ClassExpression"]);
const FUNCTIONS = new Set(["FunctionDeclaration", "FunctionExpression"]);
const METHODS = new Set(["constructor", "method", "get", "set"]);

/** What terser is asked for. Nothing that it calls unsafe, but that functions lose parameters which they do not read; `$name` is a
 *  property that nobody names by a string.
 *  @param names what variables are called: the nth of a scope by the nth of them, as far as they go
 *  @param numbers what stands for the names that nothing declares */
function minifying(names, numbers) {
  const own = { get: (index) => `_${index.toString(36)}` };
  const shared = { get: (index) => names[index] ?? own.get(index - names.length) };
  return {
    module: true,
    ecma: 2022,
    compress: { passes: 3, toplevel: true, keep_fargs: false, reduce_funcs: false, global_defs: numbers },
    mangle: { toplevel: true, nth_identifier: shared, properties: { regex: PLAIN_MEMBER, nth_identifier: own } },
    format: { beautify: true, comments: false },
  };
}

const parseModule = (program) => parse(program, { ecmaVersion: 2022, sourceType: "module" });

function* childrenOf(node) {
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) {
      if (typeof child?.type === "string") yield child;
    }
  }
}

/** Writes rows of `{start, end, text}` into a program. */
function applyEdits(program, edits) {
  let text = "";
  let at = 0;
  for (const edit of [...edits].sort((one, other) => one.start - other.start)) {
    text += program.slice(at, edit.start) + edit.text;
    at = edit.end;
  }
  return text + program.slice(at);
}

/** The private names that a class declares, each with its plain one: a number, which other classes give as well; those of a
 *  subclass are like no other's. */
function plainNames({ superClass, body, start }) {
  const end = superClass === null ? "" : `$${start}`;
  const keys = body.body.map(({ key }) => key).filter((key) => key?.type === "PrivateIdentifier");
  const names = [...new Set(keys.map(({ name }) => name))];
  return new Map(names.map((name, index) => [name, `${MARK}_${index}${end}`]));
}

/** What names a property where it stands: an Identifier, a PrivateIdentifier or a Literal; undefined where it is computed of more. */
function propertyOf(node) {
  const property = node.type === "MemberExpression" ? node.property : node.key;
  return node.computed && property?.type !== "Literal" ? undefined : property;
}

/** Finds what to write for private names.
 *  @throws Error where a property begins as a plain member does, or a private name is asked for by `in` */
function* plainMembers(node, scopes) {
  const inner = CLASSES.has(node.type) ? [plainNames(node), ...scopes] : scopes;
  const property = propertyOf(node);
  if (property?.type === "PrivateIdentifier") {
    const names = inner.find((each) => each.has(property.name));
    yield { start: property.start, end: property.end, text: names.get(property.name) };
  } else if (PLAIN_MEMBER.test(property?.name ?? property?.value)) {
    throw new Error(`${property.name ?? property.value}: a property that begins as a plain member does`);
  }
  if (node.left?.type === "PrivateIdentifier") throw new Error(`#${node.left.name} in: no plain member can say it`);
  for (const child of childrenOf(node)) yield* plainMembers(child, child === node.superClass ? scopes : inner);
}

/** Makes plain members of the private ones. */
export function openMembers(program) {
  return applyEdits(program, plainMembers(parseModule(program), []));
}

/** Tells whether a part of a function reads what only a `function` has. */
function needsFunction(node) {
  if (node.type === "ThisExpression" || node.type === "MetaProperty" || node.type === "Super") return true;
  if (node.type === "Identifier" && node.name === "arguments") return true;
  return [...childrenOf(node)].some((child) => !FUNCTIONS.has(child.type) && needsFunction(child));
}

/** What a part of a program does that only a `function`, or a name for one, allows: the name or the function that it is done to. */
function constructedBy({ type, callee, superClass, operator, left, right, object, property, argument }) {
  if (type === "NewExpression") return callee;
  if (CLASSES.has(type)) return superClass;
  if (type === "BinaryExpression" && operator === "instanceof") return right;
  if (type === "MemberExpression" && property.name === "prototype") return object;
  if (type === "AssignmentExpression") return left;
  return type === "UpdateExpression" ? argument : undefined;
}

/** Finds names and functions that something constructs, or writes anew; a name is taken for the same wherever it stands. */
function* constructedIn(node) {
  const constructed = constructedBy(node);
  if (constructed !== undefined && constructed !== null) yield constructed;
  for (const child of childrenOf(node)) yield* constructedIn(child);
}

/** Gives what tells of a function, and of the name that it is declared by, whether it may be an arrow. */
function arrowsOf(tree) {
  const constructed = [...constructedIn(tree)];
  const names = new Set(constructed.filter(({ type }) => type === "Identifier").map(({ name }) => name));
  return ({ node, name }) =>
    !node.generator &&
    !node.async &&
    !names.has(name) &&
    !constructed.includes(node) &&
    ![...node.params, node.body].some(needsFunction);
}

/** Finds the functions that stand for themselves, no method's and no getter's. @returns rows of `{node, name}`: the variable's, if any */
function* functionsIn(node, name) {
  if (node.type === "FunctionExpression" && node.id === null) yield { node, name };
  const isMethod = METHODS.has(node.kind) || node.method === true;
  const given = node.type === "VariableDeclarator" ? node.id.name : undefined;
  for (const child of childrenOf(node)) {
    if (isMethod && child === node.value) for (const part of childrenOf(child)) yield* functionsIn(part);
    else yield* functionsIn(child, given);
  }
}

function arrowOf(program, { params, body }) {
  const listed = params.map(({ start, end }) => program.slice(start, end));
  return `(${listed.join(", ")}) => ${program.slice(body.start, body.end)}`;
}

const holds = (outer, inner) => outer !== inner && outer.start <= inner.start && inner.end <= outer.end;

/** Makes arrows of the functions in expressions, the innermost first. */
function openExpressions(program) {
  const tree = parseModule(program);
  const found = [...functionsIn(tree)].filter(arrowsOf(tree)).map(({ node }) => node);
  const inmost = found.filter((outer) => !found.some((inner) => holds(outer, inner)));
  if (inmost.length === 0) return program;
  const edits = inmost.map((node) => ({ start: node.start, end: node.end, text: `(${arrowOf(program, node)})` }));
  return openExpressions(applyEdits(program, edits));
}

/** Makes arrows of functions. Those that a program declares go to its head: a declared function is known from there as well. */
export function openFunctions(program) {
  const text = openExpressions(program);
  const tree = parseModule(text);
  const canBeArrow = arrowsOf(tree);
  const declared = tree.body.filter(
    (node) => node.type === "FunctionDeclaration" && canBeArrow({ node, name: node.id.name }),
  );
  const head = declared.map((node) => `const ${node.id.name} = ${arrowOf(text, node)};\n`);
  const rest = applyEdits(
    text,
    declared.map(({ start, end }) => ({ start, end, text: "" })),
  );
  return head.join("") + rest;
}

/** Tells whether a name can be a variable's in any module, and means nothing everywhere else. */
function canBeVariable(name) {
  if (["undefined", "NaN", "Infinity"].includes(name) || PLAIN_MEMBER.test(name)) return false;
  try {
    return parseModule(`const ${name} = 0;`).body.length === 1;
  } catch {
    return false;
  }
}

/** The names by which a program calls properties. */
function* propertyNames(node) {
  const name = propertyOf(node)?.name;
  if (name !== undefined) yield name;
  for (const child of childrenOf(node)) yield* propertyNames(child);
}

/** Finds the names that something is written to behind their declaration; a name is taken for the same wherever it stands. */
function* writtenIn(node) {
  const { type, left, argument } = node;
  const isLoop = type === "ForInStatement" || type === "ForOfStatement";
  const target = type === "AssignmentExpression" || isLoop ? left : type === "UpdateExpression" ? argument : undefined;
  if (target !== undefined && target.type !== "VariableDeclaration") yield* namesIn(target);
  for (const child of childrenOf(node)) yield* writtenIn(child);
}

function* namesIn(pattern) {
  if (pattern.type === "Identifier") yield pattern.name;
  if (pattern.type !== "MemberExpression") for (const child of childrenOf(pattern)) yield* namesIn(child);
}

/** Makes constants of what a bundle declares at its head level by `var`, where nobody writes it again. */
export function openConstants(program) {
  const tree = parseModule(program);
  const written = new Set(writtenIn(tree));
  const isConstant = ({ id, init }) => id.type === "Identifier" && init !== null && !written.has(id.name);
  const constants = tree.body.filter(({ kind, declarations }) => kind === "var" && declarations.every(isConstant));
  return applyEdits(
    program,
    constants.map(({ start }) => ({ start, end: start + "var".length, text: "const" })),
  );
}

/** The number that an expression is, of numbers and of constants that are known; undefined where it is none. */
function numberOf(node, numbers) {
  if (node?.type === "Literal" && typeof node.value === "number") return node.value;
  if (node?.type === "Identifier") return numbers[node.name];
  if (node?.type === "UnaryExpression" && node.operator === "-") return -numberOf(node.argument, numbers);
  if (node?.type !== "BinaryExpression") return undefined;
  const [left, right] = [node.left, node.right].map((side) => numberOf(side, numbers));
  const results = { "+": left + right, "-": left - right, "*": left * right, "/": left / right, "**": left ** right };
  return results[node.operator];
}

/** Takes the constants that are numbers out of a bundle: each is to be written where it is read.
 *  @returns `{program, numbers}`: what is left, and the number of each by its name */
export function takeNumbers(program) {
  const numbers = Object.create(null);
  const taken = [];
  for (const { kind, declarations, start, end } of parseModule(program).body) {
    if (kind !== "const" || declarations.length > 1) continue;
    const [{ id, init }] = declarations;
    const number = numberOf(init, numbers);
    if (!Number.isFinite(number)) continue;
    numbers[id.name] = number;
    taken.push({ start, end, text: "" });
  }
  return { program: applyEdits(program, taken), numbers };
}

/** @param program a bundle: a module of ES2022 whose exports stand in a list   @returns one of the same behaviour */
export async function slim(program) {
  const { program: opened, numbers } = takeNumbers(openConstants(openMembers(program)));
  const names = new Set(propertyNames(parseModule(opened)));
  const { code } = await minify(opened, minifying([...names].filter(canBeVariable), numbers));
  return openFunctions(code);
}
