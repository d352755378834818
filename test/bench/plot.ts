import type { PlanPoint } from './plan.ts';

const width = 640;
const height = 260;
const [left, right, top, bottom] = [70, 20, 40, 50];

/** A plot of the plan's time for each million webhooks by size, as an SVG that needs nothing else. */
export const planPlot = (points: readonly PlanPoint[]): string => {
  const highest = Math.ceil(Math.max(...points.map(({ secondsPerMillion }) => secondsPerMillion)));
  const x = (size: number) => left + ((Math.log10(size) - 3) / 3) * (width - left - right);
  const y = (seconds: number) => height - bottom - (seconds / highest) * (height - top - bottom);
  const at = ({ size, secondsPerMillion }: PlanPoint) => `${x(size).toFixed(1)},${y(secondsPerMillion).toFixed(1)}`;
  const dots = points.map((point) => {
    const [cx, cy] = at(point).split(',');
    const label = `${point.secondsPerMillion.toFixed(1)} s, ${point.peakMib.toFixed(0)} MiB`;
    const anchor = point.size > 100_000 ? 'end' : point.size > 1000 ? 'middle' : 'start';
    return [
      `<circle cx="${cx}" cy="${cy}" r="4"/>`,
      `<text x="${cx}" y="${Number(cy) - 10}" text-anchor="${anchor}">${label}</text>`,
      `<text x="${cx}" y="${height - 28}" text-anchor="${anchor}">${point.size.toLocaleString('en')}</text>`,
    ].join('');
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12" fill="#1f2937">
<title>CPU seconds of a plan for each million webhooks, by size of the population, with the peak of memory</title>
<rect width="${width}" height="${height}" fill="#fff"/>
<text x="${left}" y="18" font-size="14">A plan's CPU seconds per million webhooks, and its peak memory</text>
<path d="M${left},${top}V${height - bottom}H${width - right}" fill="none" stroke="#9ca3af"/>
<text x="${left - 8}" y="${y(highest) + 4}" text-anchor="end">${highest} s</text>
<text x="${left - 8}" y="${y(0) + 4}" text-anchor="end">0 s</text>
<polyline points="${points.map(at).join(' ')}" fill="none" stroke="#2563eb" stroke-width="2"/>
<g>${dots.join('')}</g>
<text x="${(left + width) / 2}" y="${height - 8}" text-anchor="middle">webhooks in the population</text>
</svg>
`;
};
