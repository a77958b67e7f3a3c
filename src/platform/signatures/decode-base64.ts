/**
 * What a signature sent as text may be, likeliest first; empty when it is not base64. Both alphabets, any padding or none,
 * line breaks, and spaces where an unescaped plus was decoded as one. Some clients replace the padding by its count: where
 * the last digit fits that, the reading without it comes second, or first when the length allows no other.
 */
export function base64Readings(text: string): Buffer[] {
  if (text.length === 0 || text.length > MAX_LENGTH) return [];
  const bare = text
    .replaceAll(/[\r\n\t]/g, '')
    .replaceAll(' ', '+')
    .replaceAll('-', '+')
    .replaceAll('_', '/')
    .replace(/=+$/, '');
  if (!/^[A-Za-z0-9+/]+$/.test(bare)) return [];
  const readings = bare.length % 4 === 1 ? [] : [bare];
  if (endsInPaddingCount(bare)) readings.push(bare.slice(0, -1));
  return readings.map((reading) => Buffer.from(reading, 'base64'));
}

/** A signature of 1 MiB, encoded. */
const MAX_LENGTH = 1_500_000;

function endsInPaddingCount(bare: string): boolean {
  const count = (4 - ((bare.length - 1) % 4)) % 4;
  return bare.length > 1 && count < 3 && bare.endsWith(String(count));
}
