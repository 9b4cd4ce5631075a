// The SDK's Wi-Fi class, joining another way than it does: with protected management frames (join.c).
// Why: everything else of it is as wanted. It knows nothing of a joining that it did not begin, so that is remembered here: it tells of
// its success, and of a failure nobody tells; the station's own patience (wifi.ts, JOIN_MILLIS_MAX) ends it.

import type { Wifi, WifiClass } from "./ecma419.ts";

type Wish = Parameters<Wifi["connect"]>[0];
type Options = ConstructorParameters<WifiClass>[0];

const IDLE = 200;
const JOINING = 300;

class ProtectedWifi implements Wifi {
  readonly #wifi: Wifi;
  readonly #begin: (wish: Wish) => boolean;
  #isJoining = false;

  constructor(io: WifiClass, begin: (wish: Wish) => boolean, { onChanged }: Options) {
    this.#begin = begin;
    this.#wifi = new io({
      onChanged: (property) => {
        this.#isJoining = false;
        onChanged?.call(this, property);
      },
    });
  }

  get connection(): number {
    const { connection } = this.#wifi;
    return connection === IDLE && this.#isJoining ? JOINING : connection;
  }

  get address(): string | undefined {
    return this.#wifi.address;
  }

  get RSSI(): number | undefined {
    return this.#wifi.RSSI;
  }

  connect(wish: Wish): void {
    if (!this.#begin(wish)) throw new Error("connect failed");
    this.#isJoining = true;
  }

  disconnect(): void {
    this.#isJoining = false;
    this.#wifi.disconnect();
  }

  configure(options: { readonly hostname?: string }): void {
    this.#wifi.configure(options);
  }

  close(): void {
    this.#wifi.close();
  }
}

/** Gives the SDK's class as one whose connections are begun by `begin`, which says whether the radio tries. */
export function protectedOf(io: WifiClass, begin: (wish: Wish) => boolean): WifiClass {
  return class extends ProtectedWifi {
    constructor(options: Options) {
      super(io, begin, options);
    }
  };
}
