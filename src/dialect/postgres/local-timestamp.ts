/** A date as the pg driver writes it into a `timestamp without time zone`: in the process's own time zone. */
export function localTimestamp(date: Date): string {
  const day = [date.getFullYear(), date.getMonth() + 1, date.getDate()] as const;
  return timestamp(day, [date.getHours(), date.getMinutes(), date.getSeconds(), date.getMilliseconds()]);
}

/** A date as a `timestamp with time zone` takes it, in UTC; also of years that ISO 8601 writes with a sign, which PostgreSQL can't read. */
export function utcTimestamp(date: Date): string {
  const day = [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()] as const;
  const time = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds(), date.getUTCMilliseconds()] as const;
  return timestamp(day, time, "+00");
}

type Day = readonly [year: number, month: number, day: number];
type Time = readonly [hours: number, minutes: number, seconds: number, milliseconds: number];

function timestamp([year, month, day]: Day, [hours, minutes, seconds, milliseconds]: Time, zone = ""): string {
  const two = (part: number) => `${part}`.padStart(2, "0");
  // There is no year 0 in PostgreSQL: 1 BC is followed by 1 AD.
  const beforeChrist = year < 1;
  const date = `${`${beforeChrist ? 1 - year : year}`.padStart(4, "0")}-${two(month)}-${two(day)}`;
  const time = `${two(hours)}:${two(minutes)}:${two(seconds)}.${`${milliseconds}`.padStart(3, "0")}`;
  return `${date} ${time}${zone}${beforeChrist ? " BC" : ""}`;
}
