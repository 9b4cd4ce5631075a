// The boards' main files as they go into an image, bundled and minified, but over classes that a test hands in.
// Why: an image is made from main.ts, and nothing else says that it names the right classes, or that minifying left its sense as it was.
// What a board has in C, and what the SDK gives, comes from the parts that a program is started with.

import { readFileSync } from "node:fs";
import { build } from "esbuild";
import { ROOT } from "../run/bundle.mjs";
import { definitionsOf } from "../run/image.mjs";
import { slim } from "../run/slim.mjs";

/** The SDK's modules by the names of firmware/io/ecma419.ts, Sdk. */
const SDK = {
  "embedded:io/analog": "Analog",
  "embedded:io/digital": "Digital",
  "embedded:io/pwm": "Pwm",
  "embedded:io/serial": "Serial",
  "embedded:network/interface/wifi": "Wifi",
  "embedded:storage/flash": "flash",
  "embedded:storage/key-value": "keyValue",
  "sdk/qrcode": "qrCode",
  timer: "timer",
};

// What comes from outside of the bundle throws a Fault of another class than the program's own.
const OURS = `import { Fault } from "ROOT/firmware/fault.ts";
const ours = (made) => new Proxy(made, {
  get(target, name) {
    const value = Reflect.get(target, name, target);
    if (typeof value !== "function") return value;
    return (...given) => {
      try {
        const result = value.apply(target, given);
        return typeof result?.append === "function" ? ours(result) : result;
      } catch (error) {
        throw error.name === "Fault" ? new Fault(error.code) : error;
      }
    };
  },
});`.replace("ROOT", ROOT);

/** What stands in C on a board, by its TypeScript side. */
const NATIVE = {
  "firmware/crypto/native.ts": `export { crypto } from "./portable.ts"; export const { random, feedFromRadio } = parts;`,
  "firmware/io/board.ts": "export const { chip } = parts;",
  "firmware/io/sleep.ts": "export const sleeper = parts.chip.chip.slumber;",
  "firmware/io/join.ts": "export const join = (wish) => parts.chip.wifi.join(wish);",
  "firmware/io/gattradio.ts": "export class NativeGattRadio { constructor() { return parts.radio; } }",
  "firmware/io/tcpsockets.ts": "export const { Listener: NativeListener, Tcp: NativeTcp } = parts.sdk;",
  "firmware/io/udpsockets.ts": "export const { Udp: NativeUdp } = parts.sdk;",
  "camera/filecard.ts": `${OURS} export class FileCard { constructor() { return ours(parts.card); } }`,
  "camera/lens.ts": "export const sensorOf = () => parts.driver;",
  "camera/native.ts": `${OURS} export class NativeLumaReader { constructor() { return ours(parts.reader); } }`,
};

const HANDED_IN = {
  name: "handed in",
  setup(context) {
    context.onResolve({ filter: /^(?:embedded:|sdk\/|timer$)/ }, ({ path }) => ({ path, namespace: "sdk" }));
    context.onLoad({ filter: /.*/, namespace: "sdk" }, ({ path }) => {
      if (SDK[path] === undefined) throw new Error(`no class for ${path}`);
      return { contents: `export default parts.sdk.${SDK[path]};`, loader: "js" };
    });
    context.onLoad({ filter: /\.ts$/ }, ({ path }) => {
      const contents = NATIVE[path.slice(ROOT.length + 1)];
      return contents === undefined
        ? { contents: readFileSync(path, "utf8"), loader: "ts" }
        : { contents, loader: "js" };
    });
  },
};

/** Gives a board's program: called with its parts, it runs main.ts from the start.
 *  @param board lock, keypad or camera   @param image what it says of itself   @param sleeps whether it is made to sleep */
export async function programFrom(board, image, sleeps = false) {
  const { outputFiles } = await build({
    entryPoints: [`${ROOT}/${board}/main.ts`],
    bundle: true,
    write: false,
    format: "esm",
    target: "es2022",
    platform: "browser",
    define: definitionsOf(image, sleeps),
    plugins: [HANDED_IN],
  });
  const code = await slim(outputFiles[0].text);
  const body = code.replace(/export \{ (\w+) as default \};\s*$/, "return $1;");
  const program = new Function("parts", `"use strict";\n${body}`);
  return (parts) => program(parts)();
}
