import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { endBy, runChild } from '../lib/child.ts';

const SUITE = 'bookworm';
const MIRROR = 'http://deb.debian.org/debian';
/** All that the README asks for, and no lists of packages, as in an image of Debian. */
const README_NEEDS =
  'apt-get update && apt-get install -y --no-install-recommends nodejs npm && apt-get clean && rm -rf /var/lib/apt/lists/*';
const BASE_TIME_MS_MAX = 6 * 60_000;

/** A user without rights, whose home holds the clone. */
export const ORDINARY_USER = { name: 'reader', id: 1000 } as const;
const CLONE = `/home/${ORDINARY_USER.name}/margrave`;
const CERTIFICATES = '/etc/certificates-of-the-host.pem';
/** What a machine behind a proxy or a registry of its own has to be told, as on the host. */
const PASSED_ON = /^(https?_proxy|no_proxy|npm_config_registry)$/i;
/** Not part of a clone. */
const LEFT_OUT = new Set(['node_modules', '.margrave', '.turbo', 'coverage', '.git']);

export interface BareEnd {
  readonly code: number | null;
  readonly output: string;
}

/** A Debian in a folder, with processes of its own and the network of the host. */
export interface BareMachine {
  /** Runs a shell line in the clone. Whatever it leaves running ends with it. */
  run(user: 'root' | 'ordinary user', line: string, timeoutMs: number): Promise<BareEnd>;
  remove(): void;
}

/** Why no such machine can be made here, or `undefined` where it can. */
export function whyNoBareMachine(): string | undefined {
  if (process.platform !== 'linux') return 'it needs Linux';
  if (process.getuid?.() !== 0) return 'it needs root';
  if (spawnSync('debootstrap', ['--version']).status !== 0) return 'it needs debootstrap (apt-get install -y debootstrap)';
  if (spawnSync('unshare', ['--mount', '--pid', '--fork', 'true']).status !== 0)
    return 'it needs namespaces of its own (unshare)';
  return undefined;
}

/** Below `folder`, where what debootstrap made is kept for the next time. The clone is the repository as it stands. */
export async function makeBareMachine(folder: string, repository: string): Promise<BareMachine> {
  mkdirSync(folder, { recursive: true });
  const base = join(folder, `${SUITE}.tar`);
  if (!existsSync(base)) await makeBase(folder, base);
  const root = mkdtempSync(join(folder, 'machine-'));
  const remove = () => rmSync(root, { recursive: true, force: true });
  try {
    await mustRun('tar', ['-xf', base, '-C', root]);
    chmodSync(root, 0o755);
    await mustRun('chroot', [root, 'useradd', '--create-home', '--uid', `${ORDINARY_USER.id}`, ORDINARY_USER.name]);
    copyResolver(root);
    const certificates = process.env['NODE_EXTRA_CA_CERTS'];
    if (certificates !== undefined) copyFileSync(certificates, join(root, CERTIFICATES));
    copyClone(repository, join(root, CLONE));
    await mustRun('chroot', [root, 'chown', '-R', `${ORDINARY_USER.id}:${ORDINARY_USER.id}`, CLONE]);
  } catch (error) {
    remove();
    throw error;
  }
  return { run: (user, line, timeoutMs) => runIn(root, user, `cd ${CLONE} && ${line}`, timeoutMs), remove };
}

async function makeBase(folder: string, base: string): Promise<void> {
  const root = mkdtempSync(join(folder, 'base-'));
  try {
    await mustRun('debootstrap', ['--variant=minbase', SUITE, root, MIRROR], BASE_TIME_MS_MAX);
    // Not by --include: debootstrap does not know that a dependency may have several providers.
    copyResolver(root);
    const { code, output } = await runIn(root, 'root', README_NEEDS, BASE_TIME_MS_MAX);
    if (code !== 0) throw new Error(`apt-get ended with code ${code}\n${tailOf(output)}`);
    await mustRun('tar', ['-cf', `${base}.new`, '-C', root, '.']);
    renameSync(`${base}.new`, base);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** Mounts are made in a namespace that ends with the command: nothing of the host is ever mounted below what `remove` removes. */
async function runIn(root: string, user: 'root' | 'ordinary user', line: string, timeoutMs: number): Promise<BareEnd> {
  const { id, name } = ORDINARY_USER;
  const [spec, home] = user === 'root' ? ['0:0', '/root'] : [`${id}:${id}`, `/home/${name}`];
  const enter = 'mount -t proc proc "$0/proc" && mount --rbind /dev "$0/dev" && exec chroot --userspec="$1" "$0" /bin/sh -c "$2"';
  let output = '';
  const { code, interruptedBy } = await runChild({
    program: 'unshare',
    args: ['--mount', '--pid', '--fork', '--kill-child', '/bin/sh', '-c', enter, root, spec, line],
    environment: environmentIn(home),
    timeoutMs,
    // unshare passes no signal on; when it is killed itself, everything inside ends with it.
    endingMsMax: 0,
    onOutput: (text) => (output += text),
  });
  if (interruptedBy !== null) {
    rmSync(root, { recursive: true, force: true });
    endBy(interruptedBy);
  }
  return { code, output };
}

function environmentIn(home: string): NodeJS.ProcessEnv {
  const passedOn = Object.entries(process.env).filter(([name]) => PASSED_ON.test(name));
  const certificates = { NODE_EXTRA_CA_CERTS: CERTIFICATES, SSL_CERT_FILE: CERTIFICATES };
  return {
    ...Object.fromEntries(passedOn),
    ...(process.env['NODE_EXTRA_CA_CERTS'] !== undefined && certificates),
    HOME: home,
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  };
}

async function mustRun(program: string, args: readonly string[], timeoutMs = 60_000): Promise<void> {
  let output = '';
  const { code, signal, interruptedBy } = await runChild({ program, args, timeoutMs, onOutput: (text) => (output += text) });
  if (interruptedBy !== null) endBy(interruptedBy);
  if (code !== 0) throw new Error(`${program} ended with ${signal ?? `code ${code}`}\n${tailOf(output)}`);
}

const tailOf = (output: string): string => output.trimEnd().split('\n').slice(-10).join('\n');

/** Entry by entry, because the machine may lie below the repository itself. */
function copyClone(repository: string, clone: string): void {
  const belongs = (path: string): boolean => !LEFT_OUT.has(basename(path));
  mkdirSync(clone);
  for (const entry of readdirSync(repository).filter(belongs)) {
    cpSync(join(repository, entry), join(clone, entry), { recursive: true, filter: belongs });
  }
}

function copyResolver(root: string): void {
  for (const file of ['/etc/resolv.conf', '/etc/hosts']) copyFileSync(file, join(root, file));
}
