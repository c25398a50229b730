import type { MeasuredRow } from '../row.ts';

const [WIDTH, ROW_HEIGHT, LABEL_WIDTH, BAR_WIDTH, TOP] = [920, 30, 470, 380, 34];
/** Of the bar's own width: rows that beat their bar by more are cut there. */
const TIMES_MAX = 3;

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** Each row's ratio in multiples of its bar: what ends left of the line misses it. */
export function plotRatios(rows: readonly MeasuredRow[]): string {
  const height = TOP + rows.length * ROW_HEIGHT + 10;
  const at = (times: number): number => LABEL_WIDTH + (Math.min(times, TIMES_MAX) / TIMES_MAX) * BAR_WIDTH;
  const lines = rows.map(({ row, ratio, bar, pass }, index) => {
    const y = TOP + index * ROW_HEIGHT;
    const times = ratio / bar;
    const width = (at(times) - LABEL_WIDTH).toFixed(1);
    return `  <text x="${LABEL_WIDTH - 10}" y="${y + 19}" text-anchor="end">${escaped(row)}</text>
  <rect x="${LABEL_WIDTH}" y="${y + 5}" width="${width}" height="20" fill="${pass ? '#2f7d4f' : '#b3392f'}"/>
  <text x="${(at(times) + 6).toFixed(1)}" y="${y + 19}">${ratio} (bar ${bar})</text>`;
  });
  const bar = at(1).toFixed(1);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH + 80}" height="${height}" font-family="sans-serif" font-size="13">
  <rect width="100%" height="100%" fill="#ffffff"/>
  <text x="${bar}" y="20" text-anchor="middle">bar</text>
  <line x1="${bar}" y1="26" x2="${bar}" y2="${height - 6}" stroke="#333333" stroke-dasharray="4 3"/>
${lines.join('\n')}
</svg>
`;
}
