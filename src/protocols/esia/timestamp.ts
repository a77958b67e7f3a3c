const pattern = /^(\d{4})\.(\d\d)\.(\d\d) (\d\d):(\d\d):(\d\d) ([+-])(\d\d):?(\d\d)$/;

/** `2026.11.21 18:30:56 +0300`. Undefined: not in this form, or no such moment. */
export function parseTimestamp(text: string): Date | undefined {
  const parts = pattern.exec(text);
  if (!parts) return undefined;
  const [, year, month, day, hour, minute, second, sign, zoneHours, zoneMinutes] = parts;
  // An hour 24 is how some runtimes write midnight.
  const iso = `${year}-${month}-${day}T${hour === '24' ? '00' : hour}:${minute}:${second}${sign}${zoneHours}:${zoneMinutes}`;
  const at = new Date(iso);
  return Number.isNaN(at.getTime()) ? undefined : at;
}

/** Moscow time, as clients send it. */
export function formatTimestamp(at: Date): string {
  const moscow = new Date(at.getTime() + 3 * 3600_000).toISOString();
  return `${moscow.slice(0, 10).replaceAll('-', '.')} ${moscow.slice(11, 19)} +0300`;
}
