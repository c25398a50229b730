import { busAnswers, redisCommands, type FaultMode, type RunningServer } from '@margrave/testkit';
import { until } from '../until.ts';
import type { Arena, ArenaService } from './arena.ts';
import { SERVERS, SERVICES, type Fault, type ServerName, type ServiceName, type WireName } from './fault.ts';

const BUS_ANSWERS_MS_MAX = 1_000;
const LOOK_MS_MAX = 2_000;
const RESTART_MS_MAX = 45_000;

/** Does it, waits for as long as it lasts, and undoes it. */
export async function inflict(arena: Arena, fault: Fault): Promise<void> {
  const { kind, target, forMs } = fault;
  const server = SERVERS.includes(target as ServerName) ? arena.servers[target as ServerName] : undefined;
  const service = arena.services.get(target as ServiceName);
  if (kind === 'kill') {
    if (server !== undefined) await killServer(server);
    else await killService(service);
  } else if (kind === 'pause') {
    if (server !== undefined) {
      await server.pause();
      await passing(forMs);
      await server.resume();
    } else await pauseService(service, forMs);
  } else if (kind === 'flush') await flush(arena.redisUrl);
  else if (kind === 'disk_full') await fillDisk(server, forMs);
  else {
    const wire = arena.wires.get(target as WireName);
    if (wire === undefined) throw new Error(`there is no wire ${target}`);
    await wire.setMode(modeOf(fault));
    await passing(forMs);
    await wire.setMode({ kind: 'pass' });
  }
}

function modeOf({ kind, amount, lost }: Fault): FaultMode {
  switch (kind) {
    case 'cut':
      return { kind: 'refuse' };
    case 'delay':
      return { kind: 'latency', latencyMs: amount };
    case 'one_way':
      return { kind, lost };
    case 'cut_replies':
      return { kind, afterBytes: amount };
    case 'half_open':
    case 'black_hole':
      return { kind };
    default:
      throw new Error(`${kind} is nothing that is done to a wire`);
  }
}

/** Its watch starts it again, and what is done to it next is done to the new one. */
async function killServer(server: RunningServer): Promise<void> {
  await server.kill9();
  await until(`${server.name} is started again`, async () => ((await server.isRunning()) ? true : undefined), RESTART_MS_MAX);
}

/** Whoever was killed is no process any more when this resolves: what answers later is its successor. */
async function killService(service: ArenaService | undefined): Promise<void> {
  if (service === undefined) throw new Error('there is no such service');
  const before = service.endings().length;
  await until('a process is killed', async () => {
    if (service.endings().length > before) return true;
    // Its supervisor may just be about to start it.
    const pid = service.pid();
    if (pid !== undefined) signal(pid, 'SIGKILL');
    return undefined;
  });
}

async function pauseService(service: ArenaService | undefined, forMs: number): Promise<void> {
  const pid = service?.pid();
  if (pid === undefined) throw new Error('the service has no process');
  signal(pid, 'SIGSTOP');
  await passing(forMs);
  signal(pid, 'SIGCONT');
}

/** A process that ended meanwhile is no error: its supervisor tells of it. */
function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

async function flush(redisUrl: string): Promise<void> {
  const { port, password } = new URL(redisUrl);
  const answer = await redisCommands(Number(port), password, ['FLUSHALL']);
  if (!answer.endsWith('+OK\r\n')) throw new Error(`Redis was not emptied: ${answer}`);
}

async function fillDisk(server: RunningServer | undefined, forMs: number): Promise<void> {
  const disk = server?.disk;
  if (server === undefined || disk === null || disk === undefined) throw new Error('there is no small disk');
  disk.fill();
  await passing(forMs);
  disk.free();
  // As an installation's liveness probe would: NATS 2.9 does not answer again by itself, and loses nothing that it confirmed.
  if (server.name === 'nats' && !(await busAnswers(server.url, BUS_ANSWERS_MS_MAX))) await killServer(server);
}

/** Who has to be ready again before a fault is over: its target, and all services where it was a server's. */
const concerned = ({ target }: Fault): readonly ServiceName[] => {
  if (SERVERS.includes(target as ServerName)) return SERVICES;
  const name = target.split(' > ').find((part) => (SERVICES as readonly string[]).includes(part));
  return [name as ServiceName];
};

/**
 * Resolves when each of those whom a fault concerns was seen ready since it was undone; others may be broken at the same time.
 *
 * @throws with who was not, and what it said last.
 */
export async function untilRecovered(arena: Arena, fault: Fault, withinMs: number): Promise<void> {
  await Promise.all(
    concerned(fault).map(async (name) => {
      const service = arena.services.get(name);
      if (service === undefined) throw new Error(`there is no service ${name}`);
      let last = '';
      const look = async (): Promise<true | undefined> => {
        const { ready, said } = await readiness(service.metricsUrl);
        last = said;
        return ready ? true : undefined;
      };
      await until(`${name} is ready`, look, withinMs, () => Promise.resolve(`it says ${last}; its log is ${service.logFile}`));
    }),
  );
}

export async function readiness(metricsUrl: string): Promise<{ readonly ready: boolean; readonly said: string }> {
  try {
    const answer = await fetch(`${metricsUrl}/health/ready`, { signal: AbortSignal.timeout(LOOK_MS_MAX) });
    return { ready: answer.ok, said: (await answer.text()).trim() };
  } catch (error) {
    return { ready: false, said: error instanceof Error ? error.message : String(error) };
  }
}

export const passing = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
