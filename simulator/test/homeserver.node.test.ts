// Goal: a home system has the camera's picture with the password that an owner set, while the sensor has power, and never else.
// Method: the hall's camera with real JPEG files; requests by node:http with a digest that is not made by our code, and curl's own.

import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { type IncomingMessage, request } from "node:http";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { STREAMS_MAX } from "../../camera/homeserver.ts";
import { secretOf } from "../../firmware/link/password.ts";
import { newFolder, removeFolders, Scene, Viewer } from "./parlour.node.ts";

const PASSWORD = "correct horse battery";
const SNAPSHOT = "/snapshot.jpg";
const STREAM = "/stream.mjpeg";
const FRAME_MILLIS = 100;
const [ALWAYS, VISITS] = [1, 0];

test.after(removeFolders);

interface Answer {
  readonly status: number;
  readonly challenge: string;
  readonly type: string;
  readonly body: Buffer;
}

/** A hall with its server, whose owner may set a password. */
class Home {
  readonly scene = new Scene(newFolder());
  port = 0;
  #owner: Viewer | undefined;

  async open(): Promise<this> {
    const { scene } = this;
    scene.enrol();
    this.#owner = await new Viewer(scene, await scene.hall.listen(0)).begin();
    this.port = await scene.hall.listenForHomes(0);
    return this;
  }

  async offer(password: string | undefined): Promise<void> {
    const secret = password === undefined ? undefined : secretOf(crypto, { password });
    assert.is((await this.#owner?.ask({ kind: "stream", secret }))?.kind, "yes");
  }

  async look(mode: number): Promise<void> {
    this.scene.setMode(mode);
    await this.scene.pass(1_000);
  }

  begin(path: string, authorization?: string, method = "GET"): Promise<IncomingMessage> {
    const headers = authorization === undefined ? {} : { authorization };
    return new Promise((resolve, reject) => {
      const asked = request({ host: "127.0.0.1", port: this.port, path, method, headers, agent: false }, resolve);
      asked.on("error", reject).end();
    });
  }

  /** Asks, and lets time pass until the whole answer is there. */
  async ask(path: string, authorization?: string, method?: string): Promise<Answer> {
    return this.until(this.begin(path, authorization, method).then(whole));
  }

  /** Is challenged, and gives the header that answers. */
  async header(path: string, password = PASSWORD, method = "GET"): Promise<string> {
    const { status, challenge } = await this.ask(path);
    assert.is(status, 401);
    return answerTo(challenge, { path, password, method });
  }

  /** Lets time pass, picture by picture, until something is there. */
  async until<Result>(wanted: Promise<Result>): Promise<Result> {
    let isThere = false;
    const end = () => {
      isThere = true;
    };
    wanted.then(end, end);
    while (!isThere) {
      await this.scene.pass(FRAME_MILLIS);
      await new Promise((resolve) => setImmediate(resolve));
    }
    return wanted;
  }

  close(): void {
    this.#owner?.close();
    this.scene.hall.close();
  }
}

async function whole(message: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  const { "www-authenticate": challenge = "", "content-type": type = "" } = message.headers;
  return { status: message.statusCode ?? 0, challenge, type, body: Buffer.concat(chunks) };
}

/** RFC 7616 §3.4.1, by Node's own hash. */
function answerTo(challenge: string, by: Readonly<Record<"path" | "password" | "method", string>>, nc = 1): string {
  const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
  const nonce = /nonce="([^"]+)"/.exec(challenge)?.[1] ?? "";
  const realm = /realm="([^"]+)"/.exec(challenge)?.[1] ?? "";
  const count = nc.toString(16).padStart(8, "0");
  const secret = sha256(`home:${realm}:${by.password}`);
  const response = sha256(`${secret}:${nonce}:${count}:abc:auth:${sha256(`${by.method}:${by.path}`)}`);
  return (
    `Digest username="home", realm="${realm}", uri="${by.path}", algorithm=SHA-256, nonce="${nonce}", ` +
    `nc=${count}, cnonce="abc", qop=auth, response="${response}"`
  );
}

function isPicture(file: Buffer): boolean {
  return file.length > 5_000 && file.readUInt16BE(0) === 0xffd8 && file.readUInt16BE(file.length - 2) === 0xffd9;
}

function inHome(claim: string, act: (home: Home) => Promise<void>): void {
  test(claim, async () => {
    const home = await new Home().open();
    try {
      await act(home);
    } finally {
      home.close();
      home.close();
    }
  });
}

inHome("everything is 404 until an owner sets a password, and again when it is taken away", async (home) => {
  await home.look(ALWAYS);
  for (const path of [SNAPSHOT, STREAM, "/"]) {
    const { status, challenge, body } = await home.ask(path);
    assert.equal([status, challenge, body.length], [404, "", 0]);
  }
  await home.offer(PASSWORD);
  const header = await home.header(SNAPSHOT);
  await home.offer(undefined);
  assert.is((await home.ask(SNAPSHOT, header)).status, 404);
});

inHome(
  "the password gives a picture that is taken then; a replay, another path or password gives none",
  async (home) => {
    await home.look(ALWAYS);
    await home.offer(PASSWORD);
    const header = await home.header(SNAPSHOT);
    const { status, type, body } = await home.ask(SNAPSHOT, header);
    assert.equal([status, type, isPicture(body)], [200, "image/jpeg", true]);
    const replayed = await home.ask(SNAPSHOT, header);
    assert.equal([replayed.status, replayed.body.length], [401, 0]);
    assert.match(replayed.challenge, /stale=true/);
    assert.is((await home.ask(STREAM, header)).status, 401);
    const wrong = await home.header(SNAPSHOT, `${PASSWORD} `);
    assert.is((await home.ask(SNAPSHOT, wrong)).status, 401);
    assert.is((await home.ask("/", await home.header("/"))).status, 404);
    assert.is((await home.ask(SNAPSHOT, await home.header(SNAPSHOT, PASSWORD, "POST"), "POST")).status, 405);
  },
);

inHome("to ask switches nothing on: without the sensor's power there is no picture", async (home) => {
  await home.offer(PASSWORD);
  for (const path of [SNAPSHOT, STREAM]) {
    const { status, body } = await home.ask(path, await home.header(path));
    assert.equal([status, body.length, home.scene.hall.isLit], [503, 0, false]);
  }
  await home.look(ALWAYS);
  const waiting = home.begin(SNAPSHOT, await home.header(SNAPSHOT)).then(whole);
  assert.is((await home.until(waiting)).status, 200);
});

inHome("two streams at once, which end with the sensor's power and with the password", async (home) => {
  await home.look(ALWAYS);
  await home.offer(PASSWORD);
  const open = async () => home.begin(STREAM, await home.header(STREAM));
  const streams = [await open(), await open()];
  assert.equal([streams.length, streams[0]?.statusCode, streams[1]?.statusCode], [STREAMS_MAX, 200, 200]);
  assert.is((await whole(await open())).status, 503);
  await home.scene.pass(500);
  const ended = streams.map(whole);
  await home.offer("another horse battery");
  for (const { type, body } of await Promise.all(ended)) {
    assert.is(type, "multipart/x-mixed-replace; boundary=latchkey");
    const parts = partsOf(body);
    assert.ok(parts.length >= 3 && parts.every(isPicture), `${parts.length} parts`);
  }
  const again = await home.begin(STREAM, await home.header(STREAM, "another horse battery"));
  assert.is(again.statusCode, 200);
  const end = whole(again);
  await home.look(VISITS);
  assert.ok(partsOf((await end).body).every(isPicture));
});

inHome("a pulled plug hangs up on whoever asks; what was set is there afterwards", async (home) => {
  await home.look(ALWAYS);
  await home.offer(PASSWORD);
  assert.match(home.scene.said.join("\n"), /picture is for whoever has the password, at http:/);
  home.scene.hall.act("o");
  assert.is(home.scene.hall.streamAddress, undefined);
  await home.begin(SNAPSHOT).then(
    () => assert.unreachable("it answers"),
    () => undefined,
  );
  home.scene.hall.act("o");
  assert.is((await home.ask(SNAPSHOT)).status, 401);
  home.scene.hall.act("y");
  assert.is((await home.ask(SNAPSHOT)).status, 404);
});

/** The files of a stream that ended, by their stated lengths. */
function partsOf(body: Buffer): Buffer[] {
  const parts: Buffer[] = [];
  for (let at = 0; ; ) {
    const head = /^--latchkey\r\nContent-Type: image\/jpeg\r\nContent-Length: (\d+)\r\n\r\n/.exec(
      body.toString("latin1", at, at + 120),
    );
    if (head === null) {
      assert.is(body.toString("latin1", at), "--latchkey--\r\n");
      return parts;
    }
    const begin = at + head[0].length;
    parts.push(body.subarray(begin, begin + Number(head[1])));
    at = begin + Number(head[1]) + 2;
  }
}

/** What curl has of a path: the number of the answer, and its bytes. */
async function curl(
  home: Home,
  path: string,
  password: string,
  more: readonly string[] = [],
): Promise<[string, Buffer]> {
  const words = ["--silent", "--digest", "--user", `home:${password}`, "--write-out", "%{stderr}%{http_code}", ...more];
  const child = spawn("curl", [...words, `http://127.0.0.1:${home.port}${path}`], { stdio: "pipe" });
  const [file, status]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on("data", (chunk: Buffer) => file.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => status.push(chunk));
  return home.until(
    new Promise((resolve) => {
      child.on("close", () => resolve([Buffer.concat(status).toString(), Buffer.concat(file)]));
    }),
  );
}

const hasTool = (name: string, word: string) => spawnSync(name, [word]).error === undefined;
const hasCurl = hasTool("curl", "--version");
if (!hasCurl) console.log("no curl: its own digest is left out");
else
  inHome("curl --digest has it too", async (home) => {
    await home.look(ALWAYS);
    await home.offer(PASSWORD);
    const [status, file] = await curl(home, SNAPSHOT, PASSWORD);
    assert.equal([status, isPicture(file)], ["200", true]);
    assert.is((await curl(home, SNAPSHOT, "wrong horse battery"))[0], "401");
  });

if (!hasCurl || !hasTool("ffprobe", "-version"))
  console.log("no ffprobe or curl: a stream as another program reads it is left out");
else
  inHome("ffprobe finds each picture of a stream that curl had", async (home) => {
    await home.look(ALWAYS);
    await home.offer(PASSWORD);
    const file = join(newFolder(), "stream");
    const [status, body] = await curl(home, STREAM, PASSWORD, ["--max-time", "2"]);
    assert.is(status, "200");
    // Cut behind the last part that is whole.
    const whole = body.subarray(0, body.lastIndexOf("--latchkey"));
    writeFileSync(file, whole);
    const asked = [
      "-v",
      "error",
      "-f",
      "mpjpeg",
      "-count_frames",
      "-show_entries",
      "stream=codec_name,width,height,nb_read_frames",
    ];
    const { stdout, stderr } = spawnSync("ffprobe", [...asked, "-of", "csv=p=0", file], { encoding: "utf8" });
    const count = whole.toString("latin1").split("Content-Length: ").length - 1;
    assert.ok(count >= 5, `${count} pictures`);
    assert.equal([stdout.trim(), stderr], [`mjpeg,640,480,${count}`, ""]);
  });

test.run();
