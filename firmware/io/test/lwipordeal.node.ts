// An ordeal of our C over lwIP itself: how it is built, with the compiler's checks of memory or of threads, and what is found in it.
// Why: TCP and UDP are put through it in the same way. Where lwIP's sources are not at hand it is left out, which is said.

import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { lwipSources } from "../../../simulator/xs/build.mjs";
import { lanIncludes, lwipFiles } from "../../../simulator/xs/lwip.mjs";
import { COMPILER, copyOurs, flagsWith, type Plant, run, works } from "./ordeal.node.ts";

const STEPS = 1_000_000;
const SEED = 1;
const PLANT_SEEDS = [1, 2, 3];
const THREAD_STEPS = 60_000;
/** As many as found each plant several times over. */
const PLANT_STEPS = 60_000;

/** A mistake, and what it is. */
export type Mistake = Plant & { readonly claim: string };

/** What is put through it. */
export interface Ordeal {
  /** Of firmware/io: what is copied, and may have a mistake. */
  readonly ours: readonly string[];
  /** Of simulator/lan: the ordeal itself. */
  readonly desk: readonly string[];
  readonly flags?: readonly string[];
  readonly mistakes: readonly Mistake[];
  /** What it prints, and of each the least above which enough happened. */
  readonly busy: Readonly<Record<string, number>>;
}

interface Kind {
  readonly name: "alone" | "threads";
  readonly flags: readonly string[];
  readonly system: string;
}

const ALONE: Kind = { name: "alone", flags: ["-fsanitize=address,undefined"], system: "simulator/lan/desk.c" };
const THREADS: Kind = {
  name: "threads",
  flags: ["-fsanitize=thread", "-DLATCHKEY_THREADS"],
  system: "simulator/lan/threads.c",
};
const SHARED = [
  ...["wire.c", "datagrams.c", "queue.c"].map((name) => `simulator/lan/${name}`),
  "simulator/radio/trial.c",
];

/** Builds one, or several with a mistake each, in a folder of its own. */
class Builder {
  readonly #ordeal: Ordeal;
  readonly #lwip: string;
  readonly #folder = mkdtempSync(join(tmpdir(), "latchkey-lwip-"));

  constructor(ordeal: Ordeal, lwip: string) {
    this.#ordeal = ordeal;
    this.#lwip = lwip;
  }

  /** @returns the program's path */
  build(name: string, kind: Kind, plant?: Plant): string {
    const { ours } = this.#ordeal;
    const copies = copyOurs(join(this.#folder, name), ours, plant);
    const program = join(copies, "ordeal");
    const sources = ours.filter((file) => file.endsWith(".c")).map((file) => join(copies, file));
    const words = [...this.#flags(kind, copies), plant === undefined ? "-Werror" : "-w", ...sources];
    execFileSync(COMPILER, [...words, ...this.#around(kind), "-o", program, "-lpthread"], { stdio: "pipe" });
    return program;
  }

  close(): void {
    rmSync(this.#folder, { recursive: true });
  }

  #flags(kind: Kind, ours: string): string[] {
    const folders = [...lanIncludes(this.#lwip), "simulator/radio", ours];
    return flagsWith([...(this.#ordeal.flags ?? []), ...kind.flags], folders);
  }

  /** The objects of what stands around our files, lwIP's among them; built once. */
  #around(kind: Kind): string[] {
    const desk = [...SHARED, ...this.#ordeal.desk.map((name) => `simulator/lan/${name}`), kind.system];
    const rows = [
      ...desk.map((source) => ({ source, more: ["-Werror"] })),
      ...lwipFiles(this.#lwip).map((source) => ({ source, more: ["-w"] })),
    ];
    return rows.map(({ source, more }) => {
      const object = join(this.#folder, `${kind.name}-${basename(source)}.o`);
      if (!existsSync(object)) {
        const words = [...this.#flags(kind, "firmware/io"), ...more, "-c", source, "-o", object];
        execFileSync(COMPILER, words, { stdio: "pipe" });
      }
      return object;
    });
  }
}

function testOver(ordeal: Ordeal, lwip: string): void {
  const builder = new Builder(ordeal, lwip);
  test.after(() => builder.close());

  test("holds over a million steps, with no fault of memory", () => {
    const { status, output } = run(builder.build("whole", ALONE), "alone", SEED, STEPS);
    assert.is(status, 0, output);
    for (const [what, least] of Object.entries(ordeal.busy)) {
      assert.ok(Number(new RegExp(`\\b${what} (\\d+)`).exec(output)?.[1]) > least, output);
    }
  });

  test("holds beside a thread of lwIP's own, with no race", () => {
    const { status, output } = run(builder.build("beside", THREADS), "threads", SEED, THREAD_STEPS);
    assert.is(status, 0, output);
  });

  test("what is asked on another thread than lwIP's would be seen", () => {
    const wrong = {
      file: "lwipcall.c",
      find: "tcpip_api_call(arrive, &crossing.call);",
      replace: "arrive(&crossing.call);",
    };
    const { status, output } = run(builder.build("race", THREADS, wrong), "threads", SEED, THREAD_STEPS);
    assert.is.not(status, 0);
    assert.match(output, /not so/);
  });

  for (const [index, mistake] of ordeal.mistakes.entries()) {
    test(`finds ${mistake.claim}`, () => {
      const program = builder.build(`mistake-${index}`, ALONE, mistake);
      const isFound = PLANT_SEEDS.some((seed) => run(program, "alone", seed, PLANT_STEPS).status !== 0);
      assert.ok(isFound, mistake.claim);
    });
  }
}

/** Puts it through. @param name what is said of it where it is left out */
export async function testOrdeal(name: string, ordeal: Ordeal): Promise<void> {
  const { folder, missing } = works
    ? await lwipSources()
    : { folder: undefined, missing: "a C compiler on Linux is missing" };
  if (folder !== undefined) testOver(ordeal, folder);
  else {
    console.log(`the ordeal of ${name} (${missing}) left out`);
    test(`CI has what the ordeal of ${name} wants`, () => assert.is.not(process.env["CI"], "true"));
  }
  test.run();
}
