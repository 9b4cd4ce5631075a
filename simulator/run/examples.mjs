// Writes docs/examples.txt anew: `node simulator/run/examples.mjs`. A test fails while the page is not what this makes.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { bundle, ROOT } from "./bundle.mjs";

const OUTPUT = join(ROOT, ".build/examples.mjs");
const text = await bundle({ contents: 'export { examplesPage } from "./simulator/examples/page.ts";' });
writeFileSync(OUTPUT, text);
const { examplesPage } = await import(OUTPUT);
writeFileSync(join(ROOT, "docs/examples.txt"), examplesPage());
