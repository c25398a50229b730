import { untilSettled } from '@margrave/demo';
import { describeFindings, isBroken, verifyBooks } from '@margrave/verify-books';
import { AS_INSTALLED, setBenchStage, type BenchStage } from './bench-stage.ts';
import { measureConfirmations } from './confirmations.ts';
import { measureContended } from './contended.ts';
import { measureDecisions } from './decisions.ts';
import type { BenchOptions } from './options.ts';
import { measurePlacement } from './placement.ts';
import { measureReads } from './reads.ts';
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

export interface BenchRun {
  readonly rows: readonly MeasuredRow[];
  /** What it ran on, in words. */
  readonly servers: string;
}

/**
 * Measures, each row after PostgreSQL was asked whether the work was done, and tells none unless all books hold in the end.
 *
 * @throws ServersUnavailable when a server cannot be had; Error that names what is wrong with the work, or with what was asked for.
 */
export async function runBench({ only }: BenchOptions, say: Say): Promise<BenchRun> {
  const wanted = GROUPS.filter(([name]) => name.includes(only ?? ''));
  if (wanted.length === 0) throw new Error(`nothing is called "${only}", only ${GROUPS.map(([name]) => name).join(', ')}`);
  const bench = await setBenchStage(say);
  try {
    const rows: MeasuredRow[] = [];
    for (const [name, measure] of wanted) {
      say(`measuring ${name}`);
      rows.push(...(await measure(bench, say)));
    }
    const { stage, servers } = bench;
    say('letting everything come to rest');
    await comeToRest(bench);
    say('verifying the books');
    const broken = (await verifyBooks(stage.sql, { redisUrl: servers.redis.url, atRest: true })).filter(isBroken);
    if (broken.length > 0) throw new Error(`nothing is told of a product whose books are broken:\n${describeFindings(broken)}`);
    return { rows, servers: describeServers(bench) };
  } finally {
    await bench.stop();
  }
}

const REST_MS_MAX = 180_000;

/** The provider refuses what it was sent for the measuring alone, and what waits in the outbox leaves. */
async function comeToRest({ stage }: BenchStage): Promise<void> {
  await Promise.all([stage.startAgain('provider-simulator lp-a'), stage.startWorker(AS_INSTALLED)]);
  await untilSettled(stage, REST_MS_MAX);
}

const describeServers = ({ servers: { nats, redis, postgres, source } }: BenchStage): string =>
  `${[nats, redis, postgres].map(({ name, version }) => `${name} ${version}`).join(', ')} (${source})`;
