import { readFileSync } from 'node:fs';
import { ServersUnavailable, whyNoSmallDisk } from '@margrave/testkit';
import type { DemoVoice } from '../../demo.ts';
import { countOrders, filled, withStatus } from '../../summary.ts';
import { audit, untilSettled } from '../audit.ts';
import { buildArena, forget, type Arena } from './arena.ts';
import { describeFault, describeFaults, describeOutcome, type Outcome } from './chronicle.ts';
import { compareBooks } from './client-books.ts';
import { FAULT_KINDS, SERVICES, type Fault, type FaultKind } from './fault.ts';
import { inflict, passing, untilRecovered } from './inflict.ts';
import type { ChaosOptions } from './options.ts';
import { planFaults, type Lane } from './schedule.ts';
import { stirUp, type Storm } from './storm.ts';

/** Whoever is not ready so long after a fault was undone, other faults or not, does not come back. */
const RECOVERY_MS_MAX = 90_000;
/** The next fault of a lane does not wait longer than this for the recovery from the last: a busy machine starts processes slowly. */
const NEXT_AFTER_MS_MAX = 10_000;
const WARM_UP_MS = 2_000;
const FILLED_MIN = 20;

/** Breaks a broker under trade as the seed says and then audits it; resolves with what is wrong, in sentences. */
export async function runChaos(options: ChaosOptions, voice: DemoVoice, stopped: AbortSignal): Promise<readonly string[]> {
  const noDisk = whyNoSmallDisk();
  const arena = await buildArena({ seed: options.seed, smallDisks: noDisk === undefined, say: voice.say }).catch(
    (error: unknown) => {
      if (error instanceof ServersUnavailable) return error;
      throw error;
    },
  );
  if (arena instanceof ServersUnavailable) return [arena.message];
  let faults: readonly string[] = ['the run was stopped'];
  try {
    const kinds = kindsOf(options, arena, noDisk, voice);
    voice.print(`seed ${options.seed}, ${options.seconds} s of ${kinds.length} kinds of faults`);
    faults = kinds.length === 0 ? ['there is no fault left to inflict'] : await rage(arena, options, kinds, voice, stopped);
    return faults;
  } finally {
    await arena.stop();
    if (faults.length === 0) forget(arena);
    else voice.say(`the logs of the services and the journals of the providers are in ${arena.folder}`);
  }
}

/** What cannot be done here is left out, and said. */
function kindsOf(options: ChaosOptions, { servers }: Arena, noDisk: string | undefined, voice: DemoVoice): readonly FaultKind[] {
  const without = noDisk ?? (servers.postgres.disk === null ? `the servers are ${servers.source}` : undefined);
  const wanted = options.fault === undefined ? FAULT_KINDS : [options.fault];
  if (without === undefined || !wanted.includes('disk_full')) return wanted;
  voice.print(`disk full is left out: ${without}`);
  return wanted.filter((kind) => kind !== 'disk_full');
}

async function rage(
  arena: Arena,
  options: ChaosOptions,
  kinds: readonly FaultKind[],
  voice: DemoVoice,
  stopped: AbortSignal,
): Promise<readonly string[]> {
  const storm = await stirUp(arena, options.seed);
  await passing(WARM_UP_MS);
  const lanes = planFaults({ seed: options.seed, kinds });
  const outcomes: Outcome[] = [];
  const faults: string[] = [];
  const startedMs = performance.now();
  const isOver = (): boolean => stopped.aborted || faults.length > 0 || performance.now() - startedMs >= options.seconds * 1_000;
  const going = new Set<Fault>();
  const recoveries: Promise<void>[] = [];
  const left = await Promise.all(
    lanes.map((lane) =>
      run(lane, isOver, async (fault) => {
        const recovery = suffer(arena, fault, going, startedMs).then(
          (outcome) => {
            outcomes.push(outcome);
            voice.print(describeOutcome(outcome));
          },
          (error: unknown) => {
            faults.push(`after ${describeFault(fault)}: ${error instanceof Error ? error.message : String(error)}`);
          },
        );
        recoveries.push(recovery);
        await Promise.race([recovery, passing(fault.forMs + NEXT_AFTER_MS_MAX)]);
      }),
    ),
  );
  await Promise.all(recoveries);
  if (stopped.aborted) return ['the run was stopped before it was over'];
  const late = left.flat().map(describeFault);
  if (late.length > 0) voice.print(`not done within ${options.seconds} s, and done in a longer run: ${late.join('; ')}`);
  voice.say('the last fault is over; waiting for what is still owed an answer');
  faults.push(...(await judge(arena, storm)));
  await sum(arena, storm, outcomes, voice);
  if (kinds.length > 1 && !outcomes.some(({ beside }) => beside.length > 0)) faults.push('no two faults came at once');
  return faults;
}

/** One fault after the other until the time is over; resolves with those of the first ones that were not reached. */
async function run(lane: Lane, isOver: () => boolean, suffered: (fault: Fault) => Promise<void>): Promise<readonly Fault[]> {
  const first = [...lane.first];
  while (!isOver()) {
    const fault = first.shift() ?? lane.next();
    await suffered(fault);
    await passing(fault.pauseMs);
  }
  return first;
}

async function suffer(arena: Arena, fault: Fault, going: Set<Fault>, startedMs: number): Promise<Outcome> {
  const beganMs = performance.now() - startedMs;
  const beside = new Set(going);
  going.add(fault);
  try {
    await inflict(arena, fault);
  } finally {
    for (const other of going) if (other !== fault) beside.add(other);
    going.delete(fault);
  }
  // A process that is killed begins to recover at once.
  const undoneMs = fault.forMs === 0 ? startedMs + beganMs : performance.now();
  await untilRecovered(arena, fault, RECOVERY_MS_MAX);
  return { fault, beganMs, recoveryMs: performance.now() - undoneMs, beside: [...beside] };
}

/** Everything that was promised to anybody, when all is at rest again. */
async function judge(arena: Arena, storm: Storm): Promise<readonly string[]> {
  const steps: readonly (readonly [string, () => Promise<readonly string[]>])[] = [
    ['every command is answered', async () => (await storm.calm(), [])],
    ['everything is settled', async () => (await untilSettled(arena), [])],
    [
      'what clients were told is so',
      () =>
        audit(
          arena,
          storm.traders.map(({ client }) => client),
        ),
    ],
    ['the clients’ books agree', async () => (await Promise.all(storm.traders.map((each) => compareBooks(arena, each)))).flat()],
    ['both flows were filled', () => filledEnough(arena)],
    ['no service that was up gave up', () => Promise.resolve(gaveUp(arena))],
  ];
  const faults: string[] = [];
  for (const [statement, check] of steps) {
    const found = await check().catch((error: unknown) => [error instanceof Error ? error.message : String(error)]);
    faults.push(...found.map((what) => `it does not hold that ${statement}: ${what}`));
  }
  return faults;
}

async function filledEnough({ sql }: Arena): Promise<readonly string[]> {
  const counts = await countOrders(sql);
  return ['local', 'provider']
    .filter((flow) => filled(counts, flow) < FILLED_MIN)
    .map((flow) => `${filled(counts, flow)} ${flow} orders were filled, fewer than ${FILLED_MIN}`);
}

/**
 * Whatever is done to others: a service that was up goes on, and ends only when it is killed. One that is just being started while
 * the database is away ends, and is started again.
 */
function gaveUp({ services }: Arena): readonly string[] {
  return SERVICES.flatMap((name) => {
    const { logFile = '', endings = () => [] } = services.get(name) ?? {};
    const last = fatalEntries(logFile);
    const starts = last.filter(({ msg }) => msg.endsWith('did not start')).length;
    const others = last.filter(({ msg }) => !msg.endsWith('did not start'));
    const own = endings().filter((ending) => !ending.includes('SIGKILL'));
    const silent = own.length > starts + others.length ? [`${name} ended ${own.length} times by itself: ${own.join('; ')}`] : [];
    return [...others.map(({ msg, err }) => `${name} ended: ${msg}: ${err?.message ?? ''}`), ...silent];
  });
}

interface FatalEntry {
  readonly msg: string;
  readonly err?: { readonly message: string };
}

const fatalEntries = (logFile: string): readonly FatalEntry[] =>
  readFileSync(logFile, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('{"level":"fatal"'))
    .map((line) => JSON.parse(line) as FatalEntry);

async function sum(arena: Arena, storm: Storm, outcomes: readonly Outcome[], voice: DemoVoice): Promise<void> {
  const clients = storm.traders.map(({ client }) => client);
  const commands = clients.flatMap((client) => client.commands);
  const told = commands.filter(({ told: [first] }) => first?.status === 201);
  const total = (what: 'unavailable' | 'busy' | 'noAnswer' | 'again'): number =>
    clients.reduce((count, { encounters }) => count + encounters[what], 0);
  const counts = await countOrders(arena.sql);
  voice.print(
    [
      '',
      `${told.length} orders acknowledged of ${commands.length} given by ${clients.length} clients; ${filled(counts, 'local')} local and ${filled(counts, 'provider')} provider orders filled, ${withStatus(counts, 'close filled')} positions closed`,
      `refused with 503 ${total('unavailable')} times, otherwise put off ${total('busy')}, left without an answer ${total('noAnswer')}, asked again ${total('again')}`,
      describeFaults(outcomes),
    ].join('\n'),
  );
}
