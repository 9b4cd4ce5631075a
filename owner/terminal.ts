// The person's terminal: lines out, questions in, and nothing that somebody else wrote acts on the screen.
// Why: names and texts come from other people's tokens; a passphrase must not be echoed; --json wants one object alone.
// Follows ECMA-48 (the controls that move a cursor, and those that paint a picture).

import { createInterface } from "node:readline";
import { usage } from "./failure.ts";
import { printable } from "./printable.ts";

export { printable } from "./printable.ts";

const ENTER_OTHER_SCREEN = "\u001b[?1049h\u001b[H";
const LEAVE_OTHER_SCREEN = "\u001b[?1049l";
const BLACK_ON_WHITE = "\u001b[30;107m";
const PLAIN = "\u001b[0m";
const INTERRUPTED_EXIT = 130;

/** Gives lines in which nothing acts but their ends. Texts of others are made printable where a line is made of them, so that they
 *  begin no line of their own; this is for what was forgotten there. */
function tame(lines: string): string {
  return lines.split("\n").map(printable).join("\n");
}

/** Gives a number with its noun: "1 grant", "2 grants". */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** Where lines go. */
export interface Sink {
  readonly isTTY?: boolean;
  /** How wide the screen is, where it is one that says so. */
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

/** Results and warnings, each to a place of its own. */
export interface Streams {
  readonly output: Sink;
  readonly errors: Sink;
}

/** What a command says and asks. Questions go to standard error, so that standard output holds results only. */
export class Terminal {
  private readonly isJson: boolean;
  private readonly streams: Streams;

  /** @param isJson whether the output is for one object only; lines are then left out */
  constructor(isJson: boolean, streams: Streams) {
    this.isJson = isJson;
    this.streams = streams;
  }

  /** Whether what is printed goes to somebody's screen, where bytes act. */
  get isScreen(): boolean {
    return this.streams.output.isTTY === true;
  }

  /** Prints one line for a person; nothing with --json. */
  say(line: string): void {
    if (!this.isJson) this.streams.output.write(`${tame(line)}\n`);
  }

  /** Shows a QR code of dark blocks, on white paper where the output is a screen: its readers want that. */
  showPicture(picture: string): void {
    if (this.isJson) return;
    const width = Math.max(...picture.split("\n").map((line) => line.length));
    const { columns = width } = this.streams.output;
    if (this.isScreen && columns < width) {
      this.say(`The QR code is ${width} columns wide, and this terminal ${columns}: make it wider to see it.`);
      return;
    }
    const paint = (line: string) => (this.isScreen ? `${BLACK_ON_WHITE}${printable(line)}${PLAIN}` : printable(line));
    this.streams.output.write(`${picture.trimEnd().split("\n").map(paint).join("\n")}\n`);
  }

  /** Prints one line that is no result, such as a warning. */
  warn(line: string): void {
    this.streams.errors.write(`${tame(line)}\n`);
  }

  /** Asks a question and gives the line that was typed, without blanks around it.
   *  @throws Failure where the input has ended */
  async ask(question: string): Promise<string> {
    const lines = createInterface({ input: process.stdin, output: process.stderr });
    try {
      return await new Promise<string>((resolve, reject) => {
        lines.once("close", () => reject(usage("The input ended before the question was answered.")));
        lines.question(question, (line) => resolve(line.trim()));
      });
    } finally {
      lines.close();
    }
  }

  /** Asks for a secret without echo. @param variable of the environment, which gives it where there is no terminal
   *  @throws Failure where there is no terminal to ask on */
  askSecret(question: string, variable = "LATCHKEY_PASSPHRASE"): Promise<string> {
    const { stdin } = process;
    if (!stdin.isTTY) {
      const what = variable.endsWith("PASSPHRASE") ? "passphrase" : "password";
      throw usage(`There is no terminal to ask for the ${what}: set ${variable}, or run it in a terminal.`);
    }
    process.stderr.write(question);
    stdin.setRawMode(true);
    stdin.setEncoding("utf8");
    stdin.resume();
    return new Promise<string>((resolve) => {
      let secret = "";
      const end = () => {
        stdin.off("data", take);
        stdin.setRawMode(false);
        stdin.pause();
        process.stderr.write("\n");
      };
      const take = (typed: string) => {
        for (const character of typed) {
          if (character === "\r" || character === "\n") {
            end();
            resolve(secret);
            return;
          }
          if (character === "\u0003" || character === "\u0004") {
            end();
            process.exit(INTERRUPTED_EXIT);
          }
          if (character === "\u007f" || character === "\b") secret = [...secret].slice(0, -1).join("");
          else secret += character;
        }
      };
      stdin.on("data", take);
    });
  }

  /** Shows lines on a screen of their own, which is gone with its history once `wait` ends; plainly without a terminal. */
  async showOnce(lines: readonly string[], wait: () => Promise<void>): Promise<void> {
    const { output } = this.streams;
    if (this.isScreen) output.write(ENTER_OTHER_SCREEN);
    try {
      for (const line of lines) output.write(`${tame(line)}\n`);
      await wait();
    } finally {
      if (this.isScreen) output.write(LEAVE_OTHER_SCREEN);
    }
  }
}
