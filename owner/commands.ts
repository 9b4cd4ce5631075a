// All commands of `latchkey`.
// Why: the edge in cli.ts and the help look them up in one list.
// Follows nothing: each command says what it follows.

import type { Command } from "./command.ts";
import { accept } from "./commands/accept.ts";
import { lock, open } from "./commands/act.ts";
import { adopt } from "./commands/adopt.ts";
import { camera } from "./commands/camera.ts";
import { carry } from "./commands/carry.ts";
import { claim } from "./commands/claim.ts";
import { clip } from "./commands/clip.ts";
import { config } from "./commands/config.ts";
import { delegate } from "./commands/delegate.ts";
import { grant } from "./commands/grant.ts";
import { id } from "./commands/id.ts";
import { init } from "./commands/init.ts";
import { keypad } from "./commands/keypad.ts";
import { log } from "./commands/log.ts";
import { owner } from "./commands/owner.ts";
import { owners } from "./commands/owners.ts";
import { pin } from "./commands/pin.ts";
import { reset } from "./commands/reset.ts";
import { revoke } from "./commands/revoke.ts";
import { schedules } from "./commands/schedules.ts";
import { show } from "./commands/show.ts";
import { status } from "./commands/status.ts";
import { time } from "./commands/time.ts";
import { totp } from "./commands/totp.ts";
import { transfer } from "./commands/transfer.ts";
import { users } from "./commands/users.ts";
import { watch } from "./commands/watch.ts";
import { wifi } from "./commands/wifi.ts";

/** Every command but `help`, which cli.ts answers itself. */
export const COMMANDS: readonly Command[] = Object.freeze([
  init,
  id,
  adopt,
  grant,
  delegate,
  revoke,
  carry,
  accept,
  open,
  lock,
  pin,
  totp,
  users,
  schedules,
  keypad,
  camera,
  watch,
  clip,
  claim,
  status,
  log,
  time,
  config,
  wifi,
  owners,
  owner,
  transfer,
  reset,
  show,
]);
