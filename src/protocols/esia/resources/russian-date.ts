/** ISO 8601 as `31.12.2030`. */
export function russianDate(iso: string): string {
  return iso.split('-').reverse().join('.');
}
