// Zones of the world: what the zone database calls each, and the rule that its file ends with.
// Why: the rules are judged by Intl, which knows the names alone, and a test needs no database of the system's for them.

export const ZONES = [
  ["Europe/Berlin", "CET-1CEST,M3.5.0,M10.5.0/3"],
  ["Europe/London", "GMT0BST,M3.5.0/1,M10.5.0"],
  ["Europe/Dublin", "IST-1GMT0,M10.5.0,M3.5.0/1"],
  ["Europe/Athens", "EET-2EEST,M3.5.0/3,M10.5.0/4"],
  ["Atlantic/Azores", "<-01>1<+00>,M3.5.0/0,M10.5.0/1"],
  ["America/New_York", "EST5EDT,M3.2.0,M11.1.0"],
  ["America/Denver", "MST7MDT,M3.2.0,M11.1.0"],
  ["America/Los_Angeles", "PST8PDT,M3.2.0,M11.1.0"],
  ["America/Phoenix", "MST7"],
  ["America/St_Johns", "NST3:30NDT,M3.2.0,M11.1.0"],
  ["America/Havana", "CST5CDT,M3.2.0/0,M11.1.0/1"],
  ["America/Santiago", "<-04>4<-03>,M9.1.6/24,M4.1.6/24"],
  ["America/Sao_Paulo", "<-03>3"],
  ["Asia/Tokyo", "JST-9"],
  ["Asia/Kolkata", "IST-5:30"],
  ["Asia/Kathmandu", "<+0545>-5:45"],
  ["Asia/Jerusalem", "IST-2IDT,M3.4.4/26,M10.5.0"],
  ["Asia/Beirut", "EET-2EEST,M3.5.0/0,M10.5.0/0"],
  ["Australia/Sydney", "AEST-10AEDT,M10.1.0,M4.1.0/3"],
  ["Australia/Lord_Howe", "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0"],
  ["Pacific/Auckland", "NZST-12NZDT,M9.5.0,M4.1.0/3"],
  ["Pacific/Chatham", "<+1245>-12:45<+1345>,M9.5.0/2:45,M4.1.0/3:45"],
  ["Africa/Cairo", "EET-2EEST,M4.5.5/0,M10.5.4/24"],
  ["America/Nuuk", "<-02>2<-01>,M3.5.0/-1,M10.5.0/0"],
  ["Antarctica/Troll", "<+00>0<+02>-2,M3.5.0/1,M10.5.0/3"],
  ["Pacific/Easter", "<-06>6<-05>,M9.1.6/22,M4.1.6/22"],
  ["Pacific/Kiritimati", "<+14>-14"],
  ["Pacific/Pago_Pago", "SST11"],
] as const;

/** Gives a zone's clock by the world's database: the seconds east of UTC at a time. @param timeZone as ZONES names it */
export function worldOffset(timeZone: string): (at: number) => number {
  const format = new Intl.DateTimeFormat("en-US", { timeZone, timeZoneName: "longOffset" });
  return (at) => {
    const text = format.format(at * 1_000);
    const [, sign, hours = "0", minutes = "0"] = /GMT(?:([+-])(\d\d):(\d\d))?$/.exec(text) ?? [];
    return (sign === "-" ? -1 : 1) * (Number(hours) * 3_600 + Number(minutes) * 60);
  };
}
