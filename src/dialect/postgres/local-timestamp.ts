/** A date as the pg driver writes it into a `timestamp without time zone`: in the process's own time zone. */
export function localTimestamp(date: Date): string {
  const two = (part: number) => `${part}`.padStart(2, "0");
  const year = date.getFullYear();
  const day = `${`${Math.abs(year)}`.padStart(4, "0")}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  const time = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${`${date.getMilliseconds()}`.padStart(3, "0")}`;
  return `${day} ${time}${year < 0 ? " BC" : ""}`;
}
