const DAY_MS = 86_400_000;
const LONGEST_MS = 3660 * DAY_MS;

const pattern =
  /^P(?:(\d{1,4})W|(?:(\d{1,4})D)?(?:T(?=\d)(?:(\d{1,5})H)?(?:(\d{1,7})M)?(?:(\d{1,9}(?:\.\d{1,3})?)S)?)?)$/;

/**
 * Milliseconds of an ISO 8601 duration in weeks, days, hours, minutes and seconds. Undefined: not one, negative, in months
 * or years (they have no fixed length), or over ten years.
 */
export function parseDuration(text: string): number | undefined {
  const parts = pattern.exec(text)?.slice(1).map(Number.parseFloat);
  if (!parts || parts.every(Number.isNaN)) return undefined;
  const [weeks, days, hours, minutes, seconds] = parts.map((part) => part || 0) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const ms = (weeks * 7 + days) * DAY_MS + hours * 3_600_000 + minutes * 60_000 + Math.round(seconds * 1000);
  return ms <= LONGEST_MS ? ms : undefined;
}
