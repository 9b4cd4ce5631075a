// Holds the source to the project's layers: who may import whom, and what may not be said below a main.ts.
// It also holds comments to naming documents that exist.
// Why: a rule that nothing checks is broken within a week; design and reasons stand in docs/ and in the README.
// Pure: it is given the files and answers with a list of faults, so that a test can feed it bad ones.

import { posix } from "node:path";
import { importsOf, lineOf, longFunctions, stripped } from "./source.mjs";

const LINES_MAX = 400;
const FUNCTION_LINES_MAX = 60;

const BOARDS = ["lock", "keypad", "camera"];

// Inside of firmware/, a file imports from its own group or one above. The last one is for main files only.
const GROUPS = [
  ["bytes", "fault", "lists", "rows"],
  ["platform", "cbor", "crypto", "time/clock"],
  ["cose", "identity"],
  ["grant", "time"],
  ["policy", "codes"],
  ["door"],
  ["journal", "evidence", "media"],
  ["link", "update"],
  ["io"],
];

// The door knows no tokens, whatever stands above it.
const DOOR_MAY_IMPORT = ["bytes", "fault", "platform", "door", "time/clock"];

// The only files beside owner/, .mjs and .node.test.ts that may name Node's modules.
const NODE_FILES = [
  ...["firmware/crypto/node.ts", "simulator/main.ts", "simulator/house.ts", "simulator/disk.ts", "simulator/clocks.ts"],
  "simulator/outside.ts",
];

// Files of owner/ that a phone's page or a simulation runs as well.
const OWNER_PORTABLE = [
  ...["owner/invitation.ts", "owner/notation.ts", "owner/phone.ts", "owner/printable.ts", "owner/viewer.ts"],
  ...["owner/claim/form.ts", "owner/claim/records.ts"],
];

// Where firmware and boards may import a package or the SDK by name.
const SDK_FILES = /^(?:firmware\/io\/|firmware\/crypto\/native\.ts$|(?:lock|keypad|camera)\/main\.ts$)/;
const PORTABLE_CRYPTO = "firmware/crypto/portable.ts";
const PORTABLE_CRYPTO_PACKAGES = /^(?:tweetnacl$|@noble\/(?:hashes|ciphers)\/)/;
const BACKENDS = /^firmware\/crypto\/(?:node|native|portable)\.ts$/;

// Modules that no board has: not in the manifest.
const DESK_ONLY = ["entry", "node", "portable"].map((name) => `firmware/crypto/${name}.ts`);

const UNSAID = [
  [/\bDate\.now\b/, "Date.now"],
  [/\bnew Date\b/, "new Date"],
  [/\bMath\.random\b/, "Math.random"],
  [/\bset(?:Timeout|Interval|Immediate)\b/, "a timer"],
  [/\bperformance\b/, "performance"],
  [/(?<![#.\w])(?:async|await|Promise)\b/, "await"],
  [/\bMath\.(?:a?(?:sin|cos|tan)h?|atan2|exp|expm1|log|log2|log10|log1p|pow|cbrt|hypot)\b/, "transcendental Math"],
];

// A bundle of the simulator prints with it on both engines; a board has none.
const UNSAID_ON_BOARDS = [[/\bconsole\b/, "console"]];

const isTest = (path) => /(?:^|\/)test\//.test(path);
const isMain = (path) => /^(?:lock|keypad|camera)\/main\.ts$/.test(path);
const area = (path) => path.split("/")[0];
const isDevice = (path) => area(path) === "firmware" || BOARDS.includes(area(path));

/** Whether a file may name Node's modules. */
function isNode(path) {
  if (path.endsWith(".mjs") || /\.node(?:\.test)?\.ts$/.test(path)) return true;
  if (NODE_FILES.includes(path)) return true;
  return area(path) === "owner" && !isTest(path) && !OWNER_PORTABLE.includes(path);
}

/** The group of a firmware file, by its position in the list; -1 where it stands in none. */
function groupOf(path) {
  const name = path.slice("firmware/".length).replace(/\.ts$/, "");
  const exact = GROUPS.findIndex((group) => group.includes(name));
  return exact >= 0 ? exact : GROUPS.findIndex((group) => group.includes(name.split("/")[0]));
}

/** Why a firmware file may not import another; undefined where it may. */
function firmwareFault(path, target) {
  const [own, other] = [groupOf(path), groupOf(target)];
  if (own < 0) return "stands in no layer";
  if (other > own) return `imports ${target}, which stands above it`;
  const isDoor = path.startsWith("firmware/door/");
  const mayImport = DOOR_MAY_IMPORT.some(
    (name) => target === `firmware/${name}.ts` || target.startsWith(`firmware/${name}/`),
  );
  return isDoor && !mayImport ? `imports ${target}: the door knows no tokens` : undefined;
}

/** Why one area may not import another; undefined where it may. Tests may use the simulator's fakes. */
function areaFault(path, target) {
  const [from, to] = [area(path), area(target)];
  if (isTest(target) && !isTest(path)) return `imports the test ${target}`;
  if (isTest(path)) return undefined;
  if (path === "simulator/model.ts" && to !== "simulator") return `imports ${target}: the model is no copy`;
  if (from === "firmware") return to === "firmware" ? firmwareFault(path, target) : `imports ${target}`;
  if (BOARDS.includes(from) && to !== from && to !== "firmware") return `imports ${target}`;
  if (from === "owner" && to !== "owner" && to !== "firmware") return `imports ${target}`;
  return undefined;
}

function relativeFault(path, name) {
  const target = posix.normalize(posix.join(posix.dirname(path), name));
  if (target.endsWith(".mjs")) return isNode(path) ? undefined : `imports ${target}, which runs on Node only`;
  // Its version stands there, and nowhere else.
  if (target === "package.json") return isNode(path) ? undefined : `imports ${target}`;
  if (isDevice(path) && !isTest(path) && !isMain(path) && BACKENDS.test(target)) return `imports the backend ${target}`;
  if (!isNode(path) && isNode(target)) return `imports ${target}, which runs on Node only`;
  return areaFault(path, target);
}

function packageFault(path, name) {
  if (name.startsWith("node:")) return isNode(path) ? undefined : `imports ${name}`;
  if (name === "#crypto") {
    return isDevice(path) && !isTest(path) && !isMain(path) ? "imports #crypto: it is handed a Crypto" : undefined;
  }
  if (/^uvu(?:\/|$)/.test(name)) return isTest(path) ? undefined : `imports ${name} outside of a test`;
  if (!isDevice(path) || isTest(path) || SDK_FILES.test(path)) return undefined;
  if (path === PORTABLE_CRYPTO && PORTABLE_CRYPTO_PACKAGES.test(name)) return undefined;
  return `imports ${name}`;
}

function importFaults(path, source) {
  return importsOf(source).flatMap(({ line, target }) => {
    const fault = target.startsWith(".") ? relativeFault(path, target) : packageFault(path, target);
    return fault === undefined ? [] : [`${path}:${line}: ${fault}`];
  });
}

/** Files that stand for what a chip has once, and say so. */
const HAS_STATE = ["simulator/heap/thin.ts"];

/** What a deterministic core may not say: boards and firmware below main.ts, and what the simulator runs on any engine. */
function wordFaults(path, source) {
  const isCore = isDevice(path) || (area(path) === "simulator" && !isNode(path));
  if (!path.endsWith(".ts") || !isCore || isTest(path) || isMain(path) || DESK_ONLY.includes(path)) return [];
  const code = stripped(source);
  const faults = [...UNSAID, ...(isDevice(path) ? UNSAID_ON_BOARDS : [])].flatMap(([pattern, name]) => {
    const found = pattern.exec(code);
    return found === null ? [] : [`${path}:${lineOf(code, found.index)}: says ${name} below main.ts`];
  });
  const state = HAS_STATE.includes(path) ? null : /^(?:export )?(?:let|var) /m.exec(code);
  if (state !== null) faults.push(`${path}:${lineOf(code, state.index)}: keeps state in a module`);
  return faults;
}

function shapeFaults(path, source) {
  const faults = [];
  const lines = source.trimEnd().split("\n").length;
  if (lines > LINES_MAX) faults.push(`${path}:${lines}: is longer than ${LINES_MAX} lines`);
  if (!/^(?:#!.*\n)?(?:\/\/|\/\*)/.test(source))
    faults.push(`${path}:1: does not open with a comment that says what it is`);
  const spoken = stripped(source, "comments");
  const plan = /\b(?:TODO|FIXME|XXX)\b/.exec(spoken);
  if (plan !== null) faults.push(`${path}:${lineOf(spoken, plan.index)}: says ${plan[0]}`);
  if (/\.(?:ts|mjs)$/.test(path)) {
    for (const { line, lines: size } of longFunctions(source, FUNCTION_LINES_MAX)) {
      faults.push(`${path}:${line}: a function of ${size} lines, above ${FUNCTION_LINES_MAX}`);
    }
  }
  return faults;
}

// A document as a comment names it, with its folder where it has one.
const DOCUMENT = /(?<![\w./-])(?:[\w.-]+\/)*[\w-]+\.(?:md|cddl|txt)\b/g;

/** Faults of comments that send a reader to a document which is not there. Only README.md stands outside of docs/.
 *  @param documents the names of the files in docs/ */
export function mentionFaults(files, documents) {
  return files.flatMap(({ path, source }) => {
    const spoken = stripped(source, "comments");
    return [...spoken.matchAll(DOCUMENT)].flatMap(({ 0: name, index }) => {
      const isInDocs = name.startsWith("docs/");
      if (name === "README.md" || (!isInDocs && name.endsWith(".txt"))) return [];
      if (isInDocs && documents.includes(name.slice("docs/".length))) return [];
      return [`${path}:${lineOf(spoken, index)}: names ${name}, which is not there`];
    });
  });
}

/** Gives the faults of files as lines `path:line: what it does wrong`.
 *  @param files rows of `{path, source}`; paths from the project's root, with `/` */
export function sourceFaults(files) {
  return files.flatMap(({ path, source }) => {
    const imports = /\.(?:ts|mjs)$/.test(path) ? importFaults(path, source) : [];
    return [...imports, ...wordFaults(path, source), ...shapeFaults(path, source)];
  });
}
