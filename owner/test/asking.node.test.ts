// Goal: whoever is asked for a network's passphrase is told its bounds, may mistype it, and is not asked for ever.
// Method: a terminal at which somebody types what the row says.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { toAscii } from "../../firmware/bytes.ts";
import { Call } from "../command.ts";
import { Failure } from "../failure.ts";
import { askNetwork, readNetworkName } from "../network.ts";
import { Terminal } from "../terminal.ts";
import { Transcript } from "./stage.node.ts";

/** A terminal at which secrets are typed one after the other. */
class Typed extends Terminal {
  readonly questions: string[] = [];
  readonly warned: Transcript;
  readonly #secrets: string[];

  constructor(secrets: readonly string[]) {
    const warned = new Transcript();
    super(false, { output: new Transcript(), errors: warned });
    this.warned = warned;
    this.#secrets = [...secrets];
  }

  override async askSecret(question: string): Promise<string> {
    this.questions.push(question);
    return this.#secrets.shift() ?? "";
  }
}

const BOUNDS = /^(A passphrase of Wi-Fi has 8 to 63 letters, .*\n)+$/;

/** Asks with these at the keys. */
async function ask(secrets: readonly string[]): Promise<{ terminal: Typed; given: string | Failure }> {
  const terminal = new Typed(secrets);
  const call = new Call(terminal, [], {});
  try {
    const { passphrase } = await askNetwork(call, readNetworkName(call, "Hall"));
    return { terminal, given: passphrase === undefined ? "" : toAscii(passphrase) };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { terminal, given: error };
  }
}

test("the question says how long a passphrase is", async () => {
  const { terminal, given } = await ask(["open sesame"]);
  assert.is(given, "open sesame");
  assert.equal(terminal.questions, ["Passphrase of the network (8 to 63 characters): "]);
  assert.is(terminal.warned.text, "");
});

test("a bad answer is told why, and asked for again", async () => {
  const { terminal, given } = await ask(["sesame", "x".repeat(64), "sesame 8"]);
  assert.is(given, "sesame 8");
  assert.is(terminal.questions.length, 3);
  assert.match(terminal.warned.text, BOUNDS);
});

test("after three bad answers it ends with the bounds", async () => {
  const { terminal, given } = await ask(["", "1234567", "öffne dich", "open sesame"]);
  assert.ok(given instanceof Failure);
  assert.match(`${given.message}\n`, BOUNDS);
  assert.is(terminal.questions.length, 3);
});

test.run();
