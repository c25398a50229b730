import { ServersUnavailable } from '@margrave/testkit';
import { setBenchStage, type BenchStage } from './bench-stage.ts';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { measureConfirmations } from './confirmations.ts';
import { measureContended } from './contended.ts';
import { measureDecisions } from './decisions.ts';
import type { BenchOptions } from './options.ts';
import { measurePlacement } from './placement.ts';
import { measureReads } from './reads.ts';
import { performancePage } from './report/page.ts';
import { plotRatios } from './report/plot.ts';
import type { MeasuredRow } from './row.ts';

type Say = (sentence: string) => void;

/** What is measured, in this order. */
const GROUPS: readonly (readonly [name: string, measure: (bench: BenchStage, say: Say) => Promise<readonly MeasuredRow[]>])[] = [
  ['placement local', (bench, say) => measurePlacement(bench, 'local', say)],
  ['placement provider', (bench, say) => measurePlacement(bench, 'provider', say)],
  ['confirmations', measureConfirmations],
  ['contended', measureContended],
  ['reads', measureReads],
  ['decisions', measureDecisions],
];

/** Measures, each row after PostgreSQL was asked whether the work was done. Resolves with the rows, or says what cannot be had. */
export async function runBench({ only, write }: BenchOptions, say: Say): Promise<readonly MeasuredRow[] | ServersUnavailable> {
  const bench = await setBenchStage(say).catch((error: unknown) => {
    if (error instanceof ServersUnavailable) return error;
    throw error;
  });
  if (bench instanceof ServersUnavailable) return bench;
  try {
    const rows: MeasuredRow[] = [];
    for (const [name, measure] of GROUPS) {
      if (only !== undefined && !name.includes(only)) continue;
      say(`measuring ${name}`);
      rows.push(...(await measure(bench, say)));
    }
    if (write) writePage(rows, describeServers(bench));
    return rows;
  } finally {
    await bench.stop();
  }
}

const describeServers = ({ servers: { nats, redis, postgres, source } }: BenchStage): string =>
  `${[nats, redis, postgres].map(({ name, version }) => `${name} ${version}`).join(', ')} (${source})`;

function writePage(rows: readonly MeasuredRow[], servers: string): void {
  const docs = fileURLToPath(new URL('../../../docs', import.meta.url));
  mkdirSync(join(docs, 'performance'), { recursive: true });
  writeFileSync(join(docs, 'performance', 'ratios.svg'), plotRatios(rows));
  writeFileSync(join(docs, 'performance.md'), performancePage(rows, servers, new Date().toISOString().slice(0, 10)));
}
