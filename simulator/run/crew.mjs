// Runs a bundle's simulations in worker processes, one for each processor.
// Why: seeds do not know of each other, so two processors take half the time; and what a planted bug does to a process is
// gone with it. The parent bundles once; this file is what a worker runs as well.

import { fork } from "node:child_process";
import { availableParallelism } from "node:os";
import { fileURLToPath, pathToFileURL } from "node:url";

const SELF = fileURLToPath(import.meta.url);

/** Runs jobs `{file, options, seeds}`: `simulate(crypto, options)` of the bundle at `file`, for as many seeds from
 *  `options.seed` on as it takes until one fails, 1 where it is left out.
 *  @param heard is told of each result, with its job, as it comes
 *  @returns results `{...SimulationResult, seeds}` of the last seed that ran, in the order of the jobs
 *  @throws Error where a worker dies */
export function runJobs(jobs, heard = () => {}) {
  const waiting = jobs.map((job, index) => ({ ...job, index }));
  const results = [];
  const work = () =>
    new Promise((done, fail) => {
      const child = fork(SELF, ["--worker"], { stdio: ["ignore", "inherit", "inherit", "ipc"] });
      let current;
      const next = () => {
        current = waiting.shift();
        if (current === undefined) child.disconnect();
        else child.send({ ...current, file: pathToFileURL(current.file).href });
      };
      child.on("message", (result) => {
        results[current.index] = result;
        heard(result, jobs[current.index]);
        next();
      });
      child.on("error", fail);
      child.on("exit", (code) =>
        code === 0 || current === undefined ? done() : fail(new Error(`a worker ended with ${code}`)),
      );
      next();
    });
  const crew = Math.min(availableParallelism(), Math.max(1, jobs.length));
  return Promise.all(Array.from({ length: crew }, work)).then(() => results);
}

if (process.argv[2] === "--worker") {
  process.on("message", async ({ file, options, seeds = 1 }) => {
    const { crypto, simulate } = await import(file);
    let result;
    for (let count = 1; count <= seeds && result?.violation === undefined; count++) {
      result = { ...simulate(crypto, { ...options, seed: options.seed + count - 1 }), seeds: count };
    }
    process.send(result);
  });
}
