// A machine of the house's own, which asks the camera's board for its picture over HTTP, with a name and a password.
// Why: what an owner offers to a home computer must be had from the board's own port, and only while its light burns.
// Follows RFC 7616; one request on each connection.

import { responseOf } from "../../camera/homes.ts";
import { HOME_PORT } from "../../camera/homeserver.ts";
import { toHex } from "../../firmware/bytes.ts";
import type { Crypto } from "../../firmware/crypto/crypto.ts";
import { REALM, secretOf, USER } from "../../firmware/link/password.ts";
import type { Host } from "../ecma419/sockets.ts";
import { bytesOf, textOf } from "../letters.ts";

/** One connection: what came on it as text, a letter each byte, and whether the camera hung up. */
export class HomeCall {
  text = "";
  isOver = false;

  /** The number of the answer; 0 where there is none. */
  get status(): number {
    return Number(/^HTTP\/1\.1 (\d{3}) /.exec(this.text)?.[1] ?? 0);
  }
}

/** The machine. */
export class HomeMachine {
  readonly #crypto: Crypto;
  readonly #host: Host;
  readonly #address: string;

  /** @param address the camera's */
  constructor(crypto: Crypto, host: Host, address: string) {
    this.#crypto = crypto;
    this.#host = host;
    this.#address = address;
  }

  /** Sends a request. @param authorization left out where nobody was challenged yet */
  get(path: string, authorization?: string): HomeCall {
    const field = authorization === undefined ? "" : `Authorization: ${authorization}\r\n`;
    return this.dial(`GET ${path} HTTP/1.1\r\nHost: ${this.#address}\r\n${field}\r\n`);
  }

  /** Dials, and sends that. */
  dial(text: string): HomeCall {
    const call = new HomeCall();
    let isSent = false;
    const tcp = new this.#host.Tcp({
      ...{ address: this.#address, port: HOME_PORT, format: "buffer" },
      onWritable: () => {
        if (!isSent) tcp.write(bytesOf(text));
        isSent = true;
      },
      onReadable: () => {
        const came = tcp.read();
        if (came !== undefined) call.text += textOf(new Uint8Array(came));
      },
      onError: () => {
        call.isOver = true;
        tcp.close();
      },
    });
    return call;
  }

  /** Answers a challenge. @param challenged what came of the first request */
  answer({ text }: HomeCall, path: string, password: string): HomeCall {
    const nonce = /nonce="([^"]+)"/.exec(text)?.[1] ?? "";
    const asked = { method: "GET", uri: path, nonce, count: "00000001", cnonce: "c" };
    const response = toHex(responseOf(this.#crypto, secretOf(this.#crypto, { password }), asked));
    const named = `username="${USER}", realm="${REALM}", uri="${path}", algorithm=SHA-256, nonce="${nonce}"`;
    return this.get(path, `Digest ${named}, nc=00000001, cnonce="c", qop=auth, response="${response}"`);
  }
}
