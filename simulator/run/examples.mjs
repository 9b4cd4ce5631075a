// Writes docs/examples.txt anew: `node simulator/run/examples.mjs`. A test fails while the page is not what this makes.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bundle, ROOT } from "./bundle.mjs";

const FOLDER = join(ROOT, ".build");
const OUTPUT = join(FOLDER, "examples.mjs");
const text = await bundle({ contents: 'export { examplesPage } from "./simulator/examples/page.ts";' });
mkdirSync(FOLDER, { recursive: true });
writeFileSync(OUTPUT, text);
const { examplesPage } = await import(OUTPUT);
writeFileSync(join(ROOT, "docs/examples.txt"), examplesPage());
