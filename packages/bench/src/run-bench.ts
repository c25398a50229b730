import { describeFindings, isBroken, verifyBooks } from '@margrave/verify-books';
import { AS_INSTALLED, setBenchStage, type BenchStage } from './bench-stage.ts';
import { measureBaskets, measureReplacing } from './changes.ts';
import { measureConfirmations } from './confirmations.ts';
import { measureContended } from './contended.ts';
import { measureDecisions } from './decisions.ts';
import { measureFired } from './fired.ts';
import type { BenchOptions } from './options.ts';
import { measurePlacement } from './placement.ts';
import { measureReads } from './reads.ts';
import type { MeasuredRow } from './row.ts';
import { measureTriggers } from './triggers.ts';

type Say = (sentence: string) => void;

/** What is measured, in this order. */
const GROUPS: readonly (readonly [name: string, measure: (bench: BenchStage, say: Say) => Promise<readonly MeasuredRow[]>])[] = [
  ['placement local', (bench, say) => measurePlacement(bench, 'local', say)],
  ['placement provider', (bench, say) => measurePlacement(bench, 'provider', say)],
  ['confirmations', measureConfirmations],
  ['contended', measureContended],
  ['baskets', measureBaskets],
  ['replacing', measureReplacing],
  ['reads', measureReads],
  ['decisions', measureDecisions],
  ['triggers', measureTriggers],
  ['triggers fired', measureFired],
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
    say('draining the outbox');
    await drainOutbox(bench);
    say('verifying the books');
    const findings = await verifyBooks(stage.sql, { redisUrl: servers.redis.url, atRest: false });
    const broken = findings.filter((finding) => isBroken(finding) && !finding.invariant.startsWith(NOT_HERE));
    if (broken.length > 0) throw new Error(`nothing is told of a product whose books are broken:\n${describeFindings(broken)}`);
    return { rows, servers: describeServers(bench) };
  } finally {
    await bench.stop();
  }
}

const DRAINED_MS_MAX = 180_000;
const LOOK_EVERY_MS = 250;
/** That every order sent moves on: here the provider is none, and answers nothing that it is not told to. */
const NOT_HERE = '7a';

/** What the gateway could not publish while it was measured leaves by the relay of a worker. */
async function drainOutbox({ stage }: BenchStage): Promise<void> {
  await stage.startWorker(AS_INSTALLED);
  for (const untilMs = performance.now() + DRAINED_MS_MAX; ;) {
    const [waiting] = await stage.sql<{ rows: string }[]>`select count(*)::text as rows from outbox where published_at is null`;
    if (waiting?.rows === '0') return;
    if (performance.now() > untilMs) throw new Error(`${waiting?.rows} rows still wait in the outbox`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

const describeServers = ({ servers: { nats, redis, postgres, source } }: BenchStage): string =>
  `${[nats, redis, postgres].map(({ name, version }) => `${name} ${version}`).join(', ')} (${source})`;
