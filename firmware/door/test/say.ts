// What a drive reports, in words that a test can compare.

import type { BoltReport } from "../bolt.ts";

/** Says a report in one line. */
export function say(report: BoltReport): string {
  switch (report.kind) {
    case "reached":
      return `reached ${report.position} ${report.witness}`;
    case "pulled":
      return "pulled";
    case "failed":
      return `failed ${report.reason} ${report.position}`;
    case "sensed":
      return `sensed ${report.position} ${report.witness} ${report.cause}`;
  }
}
