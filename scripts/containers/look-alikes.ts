import { createHash } from 'node:crypto';
import { copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Engine } from './engine.ts';
import { mustRun, type RunRequest } from './run.ts';

const SUITE = 'bookworm';
const MIRROR = 'http://deb.debian.org/debian';
const RECIPES = join(import.meta.dirname, 'look-alikes');
const BASE_MS_MAX = 6 * 60_000;
const IMAGE_MS_MAX = 6 * 60_000;
const NODE_PACKAGES = ['node@24', 'npm@11'];
const CERTIFICATES = '/etc/certificates-of-the-host.pem';

/** Which official images each stage of the Dockerfile stands in for, by their names without a tag. */
const STAGES: Readonly<Record<string, string>> = {
  node: 'node',
  nats: 'nats',
  redis: 'redis',
  postgres: 'postgres',
  'prom/prometheus': 'prometheus',
};

/** The stage that stands in for an image, or `undefined` for one that Debian has nothing for. */
export const stageOf = (image: string): string | undefined => STAGES[image.slice(0, image.lastIndexOf(':'))];

export interface LookAlikes {
  /** Where what was fetched is kept for the next time. */
  readonly folder: string;
  readonly logFile: string;
  readonly stop: AbortSignal;
}

/** Gives the engine an image of each name, made of a Debian from debootstrap and its packages. */
export async function makeLookAlikes(engine: Engine, images: readonly string[], request: LookAlikes): Promise<void> {
  const { folder, logFile, stop } = request;
  const must = (program: string, args: readonly string[], timeoutMs: number): Promise<string> =>
    mustRun({ program, args, environment: engine.environment, timeoutMs, logFile, stop } satisfies RunRequest);
  const base = await importBase(engine, folder, must);
  const context = join(folder, 'context');
  mkdirSync(context, { recursive: true });
  if (!existsSync(join(context, 'node_modules', 'node', 'bin', 'node'))) {
    // The package "node" fetches its binary in an install script.
    const quiet = ['--ignore-scripts=false', '--no-audit', '--no-fund'];
    await must('npm', ['install', '--prefix', context, ...quiet, ...NODE_PACKAGES], IMAGE_MS_MAX);
  }
  for (const file of readdirSync(RECIPES)) cpSync(join(RECIPES, file), join(context, file));
  const buildArguments = Object.entries({ ...proxySettings(), BASE: base }).flatMap((entry) => ['--build-arg', entry.join('=')]);
  const stages = Map.groupBy(images, stageOf);
  for (const [stage, names] of stages) {
    if (stage === undefined)
      throw new Error(`there is no look-alike of ${names.join(', ')}: add a stage to ${RECIPES}/Dockerfile`);
    const tags = names.flatMap((name) => ['--tag', name]);
    await must('docker', ['build', '--network', 'host', ...buildArguments, '--target', stage, ...tags, context], IMAGE_MS_MAX);
  }
}

/** Proxies as the machine has them; Docker knows these arguments without a declaration and keeps them out of the image. */
export function proxySettings(): Record<string, string> {
  const set = Object.entries(process.env).filter(([name]) => /^(https?|no)_proxy$/i.test(name));
  return Object.fromEntries(set.map(([name, value = '']) => [name, value]));
}

type Must = (program: string, args: readonly string[], timeoutMs: number) => Promise<string>;

/** A Debian that trusts whom the machine trusts, and asks the same registry; another machine makes another. */
async function importBase(engine: Engine, folder: string, must: Must): Promise<string> {
  const certificates = process.env['NODE_EXTRA_CA_CERTS'];
  const registry = process.env['npm_config_registry'];
  const environment = [
    'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    ...(certificates === undefined ? [] : [`NODE_EXTRA_CA_CERTS=${CERTIFICATES}`, `SSL_CERT_FILE=${CERTIFICATES}`]),
    ...(registry === undefined ? [] : [`npm_config_registry=${registry}`]),
  ];
  const hash = createHash('sha256').update(environment.join('\n'));
  if (certificates !== undefined) hash.update(readFileSync(certificates));
  const name = `margrave-look-alike/debian:${hash.digest('hex').slice(0, 12)}`;
  if ((await engine.docker('images', '--quiet', name)).trim() !== '') return name;

  const archive = join(folder, `${name.replaceAll(/\W/g, '-')}.tar`);
  if (!existsSync(archive)) await archiveDebian(folder, archive, certificates, must);
  const changes = environment.flatMap((entry) => ['--change', `ENV ${entry}`]);
  await must('docker', ['import', ...changes, archive, name], BASE_MS_MAX);
  return name;
}

async function archiveDebian(folder: string, archive: string, certificates: string | undefined, must: Must): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const root = mkdtempSync(join(folder, 'base-'));
  try {
    // What debootstrap mounts below the root is gone with it, however it ends.
    const apart = ['--mount', '--pid', '--fork', '--kill-child'];
    await must('unshare', [...apart, 'debootstrap', '--variant=minbase', SUITE, root, MIRROR], BASE_MS_MAX);
    if (certificates !== undefined) copyFileSync(certificates, join(root, CERTIFICATES));
    await must('tar', ['--create', '--file', `${archive}.new`, '--directory', root, '.'], BASE_MS_MAX);
    renameSync(`${archive}.new`, archive);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}
