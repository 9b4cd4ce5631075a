// The street before a simulated house: what everybody who comes to its door has to do with.
// Why: people, strangers and thieves reach the same things, and none of them is built of the others.

import type { Bytes } from "../firmware/bytes.ts";
import type { Crypto } from "../firmware/crypto/crypto.ts";
import type { Checker } from "./checker.ts";
import type { Model } from "./model.ts";
import type { Network } from "./network.ts";
import type { NoticeWatch } from "./noticewatch.ts";
import type { World } from "./world.ts";

/** Where people live: everything that their acts reach. */
export interface Street {
  readonly world: World;
  readonly crypto: Crypto;
  readonly network: Network;
  readonly model: Model;
  readonly checker: Checker;
  /** Who holds the lock to what phones hear of it. */
  readonly notices: NoticeWatch;
  /** The lock's public keys, as on its label. */
  readonly lock: { readonly lockId: string; readonly signingKey: Bytes; readonly agreementKey: Bytes };
}
