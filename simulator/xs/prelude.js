// What a bundle finds beside ECMAScript when it runs on the XS host: console, process, and timers in virtual time.
// Why: uvu asks for these; nothing in firmware/ does. It runs once, before the built-ins are frozen.
// A timer never waits: when no job is left, the clock jumps to the earliest one.

(() => {
  const { host } = globalThis;
  const timers = [];
  const listeners = [];
  let nowMillis = 0;
  let lastTimer = 0;

  const show = (value) => {
    if (typeof value === "string") return value;
    if (value instanceof Error) return value.stack ?? String(value);
    if (typeof value !== "object" || value === null) return String(value);
    return JSON.stringify(value) ?? String(value);
  };
  const log = (...values) => host.write(`${values.map(show).join(" ")}\n`, false);
  const warn = (...values) => host.write(`${values.map(show).join(" ")}\n`, true);

  // Nothing that runs here may depend on the hour or on luck: a run is replayed from its seed.
  const refuse = (name) => () => {
    throw new Error(`${name} is refused here`);
  };
  Date.now = refuse("Date.now");
  Math.random = refuse("Math.random");

  globalThis.self = globalThis;
  globalThis.console = { log, info: log, debug: log, warn, error: warn };

  globalThis.setTimeout = (callback, delayMillis = 0, ...values) => {
    const timer = { id: ++lastTimer, atMillis: nowMillis + Math.max(0, Number(delayMillis) || 0), callback, values };
    // Equal times run in the order in which they were set.
    const index = timers.findIndex((other) => other.atMillis > timer.atMillis);
    timers.splice(index < 0 ? timers.length : index, 0, timer);
    return timer.id;
  };
  globalThis.clearTimeout = (id) => {
    const index = timers.findIndex((timer) => timer.id === id);
    if (index >= 0) timers.splice(index, 1);
  };

  globalThis.process = {
    argv: ["xs", ...host.argv],
    env: {},
    exitCode: 0,
    stdout: { write: (text) => host.write(String(text), false) },
    hrtime: () => [0, 0],
    on: (name, listener) => {
      if (name === "exit") listeners.push(listener);
    },
    exit: (code) => host.exit(code ?? globalThis.process.exitCode),
  };

  host.print = log;
  host.turn = () => {
    const timer = timers.shift();
    if (timer === undefined) return 0;
    nowMillis = timer.atMillis;
    timer.callback(...timer.values);
    return 1;
  };
  host.finish = () => {
    for (const listener of listeners) listener();
    return globalThis.process.exitCode;
  };
  host.argv = host.argv.slice(1);
})();
