// Every attack that is tried, in the order of the list.
// Why: one list for the tests, for the long suite and for the twins.

import type { Attack } from "./attack.ts";
import { attack as t01 } from "./t01.ts";
import { attack as t02 } from "./t02.ts";
import { attack as t03 } from "./t03.ts";
import { attack as t04 } from "./t04.ts";
import { attack as t05 } from "./t05.ts";
import { attack as t06 } from "./t06.ts";
import { attack as t07 } from "./t07.ts";
import { attack as t08 } from "./t08.ts";
import { attack as t09 } from "./t09.ts";
import { attack as t10 } from "./t10.ts";
import { attack as t11 } from "./t11.ts";
import { attack as t12 } from "./t12.ts";
import { attack as t13 } from "./t13.ts";
import { attack as t14 } from "./t14.ts";
import { attack as t15 } from "./t15.ts";
import { attack as t16 } from "./t16.ts";
import { attack as t21 } from "./t21.ts";
import { attack as t23 } from "./t23.ts";
import { attack as t24 } from "./t24.ts";
import { attack as t25 } from "./t25.ts";
import { attack as t26 } from "./t26.ts";
import { attack as t27 } from "./t27.ts";
import { attack as t28 } from "./t28.ts";
import { attack as t29 } from "./t29.ts";
import { attack as t32 } from "./t32.ts";
import { attack as t33 } from "./t33.ts";
import { attack as t34 } from "./t34.ts";
import { attack as t35 } from "./t35.ts";
import { attack as t36 } from "./t36.ts";
import { attack as t37 } from "./t37.ts";
import { attack as t38 } from "./t38.ts";
import { attack as t39 } from "./t39.ts";
import { attack as t40 } from "./t40.ts";
import { attack as t42 } from "./t42.ts";
import { attack as t43 } from "./t43.ts";
import { attack as t44 } from "./t44.ts";
import { attack as t45 } from "./t45.ts";
import { attack as t46 } from "./t46.ts";
import { attack as t47 } from "./t47.ts";
import { attack as t48 } from "./t48.ts";
import { attack as t49 } from "./t49.ts";
import { attack as t50 } from "./t50.ts";
import { attack as t51 } from "./t51.ts";
import { attack as t52 } from "./t52.ts";
import { attack as t53 } from "./t53.ts";

/** All checks. */
export const ATTACKS: readonly Attack[] = Object.freeze([
  t01,
  t02,
  t03,
  t04,
  t05,
  t06,
  t07,
  t08,
  t09,
  t10,
  t11,
  t12,
  t13,
  t14,
  t15,
  t16,
  t21,
  t23,
  t24,
  t25,
  t26,
  t27,
  t28,
  t29,
  t32,
  t33,
  t34,
  t35,
  t36,
  t37,
  t38,
  t39,
  t40,
  t42,
  t43,
  t44,
  t45,
  t46,
  t47,
  t48,
  t49,
  t50,
  t51,
  t52,
  t53,
]);
