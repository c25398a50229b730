import { existsSync } from 'node:fs';
import { homedir, hostname } from 'node:os';
import { join } from 'node:path';
import type { ContainerRuntimeClient, GenericContainer, ImageName } from 'testcontainers';
import { LOOPBACK } from './ports.ts';
import type { Log, ServerName } from './types.ts';

/** What servers are started from where an engine answers. */
export const IMAGES: Readonly<Record<ServerName, string>> = { nats: 'nats:2.12', redis: 'redis:7', postgres: 'postgres:17' };

/** Every container of ours carries its run, so that another process can find what a killed one left behind. */
export const RUN_LABEL = 'margrave.run';

const ANSWER_TIMEOUT_MS = 5_000;
const PULL_TIMEOUT_MS = 240_000;

type Testcontainers = { GenericContainer: typeof GenericContainer; ImageName: typeof ImageName };
export type DockerEngine = Testcontainers & { readonly client: ContainerRuntimeClient };

/** Either an engine that has every image, or in half a sentence why there is none; worth saying when there is one after all. */
export type EngineSearch = { readonly engine: DockerEngine } | { readonly missing: string; readonly answers: boolean };

/** An engine of this machine that answers and has, or can pull, the images. */
export async function findDockerEngine(log: Log): Promise<EngineSearch> {
  const engine = await answeringEngine();
  if (engine === undefined) return { missing: 'no Docker engine answers', answers: false };
  if (!(await isReachedByLoopback(engine))) return { missing: 'the Docker engine runs on another machine', answers: true };
  for (const image of Object.values(IMAGES)) {
    const failure = await pullUnlessThere(engine, image, log);
    if (failure !== undefined) {
      return { missing: `the Docker engine has not and cannot pull ${image} (${failure})`, answers: true };
    }
  }
  return { engine };
}

/** Removes every container of a run, with its volumes. */
export async function removeContainersOf(runId: string): Promise<void> {
  const engine = await answeringEngine();
  if (engine === undefined) throw new Error(`its containers (label ${RUN_LABEL}=${runId}) stay: no Docker engine answers now`);
  const { dockerode } = engine.client.container;
  const found = await dockerode.listContainers({ all: true, filters: { label: [`${RUN_LABEL}=${runId}`] } });
  await Promise.all(found.map(({ Id }) => dockerode.getContainer(Id).remove({ force: true, v: true })));
}

async function answeringEngine(): Promise<DockerEngine | undefined> {
  // The library takes most of a second to load, which a machine without Docker need not wait for.
  if (!engineMayExist()) return undefined;
  // Its helper container, which removes the others, would be one more image to pull; the records of the run do that work.
  process.env['TESTCONTAINERS_RYUK_DISABLED'] ??= 'true';
  const library = await import('testcontainers');
  const { GenericContainer, ImageName, getContainerRuntimeClient } = library;
  try {
    const client = await withinTime(getContainerRuntimeClient(), ANSWER_TIMEOUT_MS);
    return { GenericContainer, ImageName, client };
  } catch {
    // The library says no more than that no engine could be reached, which is the answer here.
    return undefined;
  }
}

/**
 * Ports are published on 127.0.0.1 of the engine's machine, which is not ours for a remote engine. Nor is it from inside a container
 * that was lent the socket of its host; but it is where the engine itself runs in our container, and then it has our host name.
 */
async function isReachedByLoopback({ client }: DockerEngine): Promise<boolean> {
  const { host } = client.info.containerRuntime;
  if (host === 'localhost' || host === LOOPBACK) return true;
  const { dockerode } = client.container;
  const { socketPath } = dockerode.modem as { readonly socketPath?: string };
  if (socketPath === undefined) return false;
  const { Name } = (await dockerode.info()) as { readonly Name: string };
  return Name === hostname();
}

function engineMayExist(): boolean {
  const folders = [homedir(), process.env['XDG_RUNTIME_DIR'] ?? '/run/user'];
  const sockets = ['.docker/run/docker.sock', '.docker/desktop/docker.sock', '.testcontainers.properties', 'docker.sock'];
  return (
    process.env['DOCKER_HOST'] !== undefined ||
    existsSync('/var/run/docker.sock') ||
    folders.some((folder) => sockets.some((socket) => existsSync(join(folder, socket))))
  );
}

async function pullUnlessThere({ client, ImageName }: DockerEngine, image: string, log: Log): Promise<string | undefined> {
  const name = ImageName.fromString(image);
  if (await client.image.exists(name)) return undefined;
  log(`pulling the image ${image}`);
  try {
    await withinTime(client.image.pull(name), PULL_TIMEOUT_MS);
  } catch (error) {
    return (error instanceof Error ? error.message : String(error)).trim();
  }
  return (await client.image.exists(name)) ? undefined : 'it was pulled and is not there';
}

function withinTime<Value>(promise: Promise<Value>, timeoutMs: number): Promise<Value> {
  let timer: NodeJS.Timeout;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
