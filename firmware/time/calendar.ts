// Civil dates from day counts and back, in whole numbers.
// Why: a board has no Date below main.ts, and a time zone rule needs both directions for every u32 of seconds.
// Follows the proleptic Gregorian calendar (ISO 8601); the years are counted from March, so that a leap day comes last.

/** Days from 0000-03-01 to 1970-01-01. */
const EPOCH_DAYS = 719_468;
const ERA_DAYS = 146_097;

/** A day in the Gregorian calendar: `month` 1..12, `day` 1..31. */
export interface CivilDate {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/** Gives the number of days since 1970-01-01; negative before it.
 *  @param year 1600..2600   @param month 1..12   @param day 1..31, or any whole number counted on from day 1 */
export function daysFromCivil(year: number, month: number, day: number): number {
  const marchYear = month > 2 ? year : year - 1;
  const era = (marchYear / 400) | 0;
  const yearOfEra = marchYear - era * 400;
  const dayOfYear = (((month > 2 ? month - 3 : month + 9) * 153 + 2) / 5) | 0;
  const leapDays = ((yearOfEra / 4) | 0) - ((yearOfEra / 100) | 0);
  return era * ERA_DAYS + yearOfEra * 365 + leapDays + dayOfYear + day - 1 - EPOCH_DAYS;
}

/** Gives the date of a number of days since 1970-01-01.
 *  @param days -100,000..100,000 */
export function civilFromDays(days: number): CivilDate {
  const shifted = days + EPOCH_DAYS;
  const era = (shifted / ERA_DAYS) | 0;
  const dayOfEra = shifted - era * ERA_DAYS;
  const leapDays = ((dayOfEra / 1460) | 0) - ((dayOfEra / 36_524) | 0) + ((dayOfEra / 146_096) | 0);
  const yearOfEra = ((dayOfEra - leapDays) / 365) | 0;
  const dayOfYear = dayOfEra - (365 * yearOfEra + ((yearOfEra / 4) | 0) - ((yearOfEra / 100) | 0));
  const monthFromMarch = ((5 * dayOfYear + 2) / 153) | 0;
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  const day = dayOfYear - (((153 * monthFromMarch + 2) / 5) | 0) + 1;
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day };
}

/** Gives the weekday of a number of days since 1970-01-01, which was a Thursday: 0 is Monday, 6 is Sunday.
 *  @param days -100,000..100,000 */
export function weekdayFromDays(days: number): number {
  return (days + 7_000_003) % 7;
}

/** Tells whether a year has a 29 February.
 *  @param year 1600..2600 */
export function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}
