import type { WaitStrategy } from 'testcontainers';
import { IMAGES, RUN_LABEL, type DockerEngine } from './docker-engine.ts';
import type { ServerLogins } from './logins.ts';
import { freePort, LOOPBACK } from './ports.ts';
import { probeNats, probePostgres, probeRedis, waitUntilReady, type Probe } from './probes.ts';
import type { RunFolder } from './run-folder.ts';
import {
  DATABASE,
  natsConfiguration,
  natsUrl,
  newPassword,
  POSTGRES_USER,
  postgresSettingArgs,
  postgresUrl,
  redisConfiguration,
  redisUrl,
} from './settings.ts';
import type { RunningServer, ServerName } from './types.ts';

const READY_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_SECONDS = 10;
const EVERY_ADDRESS = '0.0.0.0';

interface ContainerPlan {
  readonly name: ServerName;
  /** The port on which it listens inside. */
  readonly innerPort: number;
  readonly port: number;
  readonly url: string;
  readonly command: string[];
  readonly environment: Record<string, string>;
  readonly files: { readonly target: string; readonly content: string }[];
  readonly probe: Probe;
}

export async function startNatsContainer(engine: DockerEngine, run: RunFolder, logins: ServerLogins): Promise<RunningServer> {
  const [port, password] = [await freePort(), newPassword()];
  const target = '/etc/margrave-nats.conf';
  const content = natsConfiguration({ host: EVERY_ADDRESS, port: 4222, folder: '/data', password, logins });
  return startContainer(engine, run, {
    name: 'nats',
    innerPort: 4222,
    port,
    url: natsUrl(port, password),
    command: ['-c', target],
    environment: {},
    files: [{ target, content }],
    probe: probeNats(port, password),
  });
}

export async function startRedisContainer(engine: DockerEngine, run: RunFolder, logins: ServerLogins): Promise<RunningServer> {
  const [port, password] = [await freePort(), newPassword()];
  const target = '/etc/margrave-redis.conf';
  const content = redisConfiguration({ host: EVERY_ADDRESS, port: 6379, folder: '/data', password, logins });
  return startContainer(engine, run, {
    name: 'redis',
    innerPort: 6379,
    port,
    url: redisUrl(port, password),
    command: ['redis-server', target],
    environment: {},
    files: [{ target, content }],
    probe: probeRedis(port, password),
  });
}

export async function startPostgresContainer(
  engine: DockerEngine,
  run: RunFolder,
  settings: Readonly<Record<string, string>>,
): Promise<RunningServer> {
  const [port, password] = [await freePort(), newPassword()];
  const url = postgresUrl(port, password, DATABASE);
  return startContainer(engine, run, {
    name: 'postgres',
    innerPort: 5432,
    port,
    url,
    command: ['postgres', ...postgresSettingArgs(settings)],
    environment: {
      POSTGRES_USER,
      POSTGRES_PASSWORD: password,
      POSTGRES_DB: DATABASE,
      POSTGRES_INITDB_ARGS: '--encoding=UTF8 --locale=C --auth=scram-sha-256',
    },
    files: [],
    probe: probePostgres(url),
  });
}

async function startContainer(engine: DockerEngine, run: RunFolder, plan: ContainerPlan): Promise<RunningServer> {
  /** The library publishes on every address of the machine; these servers are for this machine only. */
  class LoopbackContainer extends engine.GenericContainer {
    publishOnLoopback(): this {
      this.withExposedPorts({ container: plan.innerPort, host: plan.port });
      this.hostConfig.PortBindings = { [`${plan.innerPort}/tcp`]: [{ HostIp: LOOPBACK, HostPort: String(plan.port) }] };
      return this;
    }
  }
  run.recordContainers();
  const started = await new LoopbackContainer(IMAGES[plan.name])
    .publishOnLoopback()
    .withLabels({ [RUN_LABEL]: run.id })
    .withAutoCleanup(false)
    .withEnvironment(plan.environment)
    .withCopyContentToContainer(plan.files)
    .withCommand(plan.command)
    .withWaitStrategy(waitFor(plan))
    .start();
  return handleOf(engine, started.getId(), plan);
}

function handleOf(engine: DockerEngine, id: string, plan: ContainerPlan): RunningServer {
  const container = engine.client.container.getById(id);
  const answering = () => untilItAnswers(plan);
  const stop = async () => {
    const { Paused, Running } = (await container.inspect()).State;
    if (Paused) await container.unpause();
    if (Running) await container.stop({ t: STOP_TIMEOUT_SECONDS });
  };
  return {
    name: plan.name,
    version: IMAGES[plan.name],
    port: plan.port,
    url: plan.url,
    dataFolder: null,
    disk: null,
    async isRunning() {
      return (await container.inspect()).State.Running;
    },
    async kill9() {
      await container.kill({ signal: 'SIGKILL' });
      await container.wait();
    },
    async pause() {
      await container.pause();
    },
    async resume() {
      await container.unpause();
      await answering();
    },
    stop,
    async restart() {
      await stop();
      await container.start();
      await answering();
    },
  };
}

async function untilItAnswers({ name, port, probe }: ContainerPlan): Promise<void> {
  try {
    await waitUntilReady(probe, READY_TIMEOUT_MS, () => undefined);
  } catch (error) {
    const why = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    throw new Error(`the container of ${IMAGES[name]} did not answer on ${LOOPBACK}:${port}: ${why}`, { cause: error });
  }
}

function waitFor(plan: ContainerPlan): WaitStrategy {
  const strategy: WaitStrategy = {
    waitUntilReady: () => untilItAnswers(plan),
    withStartupTimeout: () => strategy,
    isStartupTimeoutSet: () => true,
    getStartupTimeout: () => READY_TIMEOUT_MS,
  };
  return strategy;
}
