import { encode } from 'uqr';

/** A QR code as an SVG drawn in one path: dark on light whatever the page's colours, and without any style inside. */
export function qrCode(text: string): string {
  const { data, size } = encode(text, { border: 2 });
  const path = data.flatMap((row, y) => runsOf(row).map(([x, length]) => `M${x} ${y}h${length}v1h-${length}z`));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size} ${size}" shape-rendering="crispEdges" aria-hidden="true"><path fill="#ffffff" d="M0 0h${size}v${size}H0z"/><path fill="#000000" d="${path.join('')}"/></svg>`;
}

/** Where dark modules begin, and how many there are. */
function runsOf(row: boolean[]): [number, number][] {
  const runs: [number, number][] = [];
  for (const [x, dark] of row.entries()) {
    const last = runs.at(-1);
    if (dark && last && last[0] + last[1] === x) last[1]++;
    else if (dark) runs.push([x, 1]);
  }
  return runs;
}
