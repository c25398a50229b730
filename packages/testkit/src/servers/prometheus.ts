import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findPrometheus, type PrometheusBinary } from './local-binaries.ts';
import { onFreePort } from './local-servers.ts';
import { installMissing } from './package-manager.ts';
import { LOOPBACK } from './ports.ts';
import type { Probe } from './probes.ts';
import { createRunFolder } from './run-folder.ts';
import { removeWithProcess, type OnSignal } from './run-removal.ts';
import { ServersUnavailable, type Log } from './types.ts';

/**
 * Prometheus of this machine, else of its package manager: nothing of ours needs it, so no container is made for it.
 *
 * @throws ServersUnavailable when it cannot be had, with the command that would get it.
 */
export function getPrometheus(log: Log): PrometheusBinary {
  const found = findPrometheus();
  if (found !== undefined) return found;
  installMissing(['prometheus'], 'it is taken from no container', log);
  const installed = findPrometheus();
  if (installed === undefined) throw new ServersUnavailable('prometheus was installed and is still not found on this machine.');
  return installed;
}

export interface PrometheusRequest {
  readonly purpose: 'demo' | 'test';
  readonly configuration: object;
  /** Files beside the configuration, which may name them without a folder. */
  readonly files?: Readonly<Record<string, object>>;
  readonly onSignal: OnSignal;
}

export interface RunningPrometheus {
  readonly url: string;
  /** Stops it and removes what it has collected. */
  readonly stop: () => Promise<void>;
}

const CONFIGURATION = 'prometheus.yml';
const PROBE_TIMEOUT_MS = 2_000;

const probe =
  (url: string): Probe =>
  async () => {
    const answer = await fetch(`${url}/-/ready`, { signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) });
    if (!answer.ok) throw new Error(`Prometheus answers with ${answer.status}`);
  };

/** Starts a Prometheus on a free port of 127.0.0.1, in a run of its own, which stops with this process. */
export async function startPrometheus(
  { path, version }: PrometheusBinary,
  { purpose, configuration, files = {}, onSignal }: PrometheusRequest,
): Promise<RunningPrometheus> {
  const run = createRunFolder(purpose);
  const folder = join(run.path, 'prometheus');
  const dataFolder = join(folder, 'data');
  mkdirSync(dataFolder, { recursive: true });
  // JSON is YAML too.
  for (const [name, content] of Object.entries({ ...files, [CONFIGURATION]: configuration })) {
    writeFileSync(join(folder, name), JSON.stringify(content));
  }
  const started = onFreePort(run, (port) => {
    const url = `http://${LOOPBACK}:${port}`;
    return {
      name: 'prometheus',
      version,
      port,
      url,
      executable: path,
      args: [
        `--config.file=${join(folder, CONFIGURATION)}`,
        `--storage.tsdb.path=${dataFolder}`,
        `--web.listen-address=${LOOPBACK}:${port}`,
        '--log.level=warn',
      ],
      workingFolder: folder,
      dataFolder,
      disk: null,
      logFile: join(folder, 'log'),
      stopSignal: 'SIGTERM',
      probe: probe(url),
    };
  });
  const remove = removeWithProcess(run, onSignal, () => Promise.allSettled([started]));
  try {
    return { url: (await started).url, stop: remove };
  } catch (error) {
    await remove();
    throw error;
  }
}
