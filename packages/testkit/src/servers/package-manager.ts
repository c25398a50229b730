import { spawnSync } from 'node:child_process';
import { ServersUnavailable, type Log, type ProgramName } from './types.ts';

const TITLES: Readonly<Record<ProgramName, string>> = {
  nats: 'NATS',
  redis: 'Redis',
  postgres: 'PostgreSQL',
  prometheus: 'Prometheus',
};
const DEBIAN_PACKAGES: Readonly<Record<ProgramName, string>> = {
  nats: 'nats-server',
  redis: 'redis-server',
  postgres: 'postgresql',
  prometheus: 'prometheus',
};
const HOMEBREW_PACKAGES: Readonly<Record<ProgramName, string>> = {
  nats: 'nats-server',
  redis: 'redis',
  postgres: 'postgresql@17',
  prometheus: 'prometheus',
};
const INSTALL_TIMEOUT_MS = 600_000;

/**
 * Debian starts a service as soon as its package is installed, on its standard port, and again after each boot. Here neither may
 * happen: a policy that forbids it stands for the time of the installation (whatever stood there before comes back, also when the
 * script is interrupted), and the new services are taken out of the boot sequence.
 */
const APT_SCRIPT = `
policy=/usr/sbin/policy-rc.d
former=$policy.before-margrave
present() { [ -e "$1" ] || [ -L "$1" ]; }
restore() { rm -f "$policy"; if present "$former"; then mv "$former" "$policy"; fi; }
if present "$policy" && ! present "$former"; then mv "$policy" "$former"; fi
trap restore EXIT
trap 'exit 1' HUP INT TERM
printf '#!/bin/sh\\nexit 101\\n' > "$policy" && chmod 755 "$policy" || exit 1
export DEBIAN_FRONTEND=noninteractive
install() { apt-get install -y --no-install-recommends -o DPkg::Lock::Timeout=300 "$@"; }
install "$@" || { apt-get update && install "$@"; } || exit 1
if [ -d /run/systemd/system ]; then
  for service in "$@"; do systemctl disable "$service" || exit 1; done
fi
`;

/**
 * Installs the missing servers with the package manager of the machine.
 *
 * @param withoutEngine - why they do not come from a Docker engine.
 * @throws ServersUnavailable with what would have to be done by hand.
 */
export function installMissing(missing: readonly ProgramName[], withoutEngine: string, log: Log): void {
  const installer = process.platform === 'darwin' ? homebrew(missing) : apt(missing);
  const titles = missing.map((name) => TITLES[name]).join(', ');
  if (installer.command === undefined) {
    throw new ServersUnavailable(
      `${titles} cannot be had: ${withoutEngine}, and ${installer.reason}. Install with: ${installer.byHand}`,
    );
  }
  log(`installing ${titles} with ${installer.manager}, because ${withoutEngine} and the binaries are not here`);
  const [program = '', ...args] = installer.command;
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8', timeout: INSTALL_TIMEOUT_MS });
  if (status === 0) return;
  const lastLines = `${stdout}\n${stderr}`.trim().split('\n').slice(-3).join(' / ');
  throw new ServersUnavailable(
    `${titles} cannot be had: ${withoutEngine}, and ${installer.manager} failed (${error?.message ?? lastLines}). ` +
      `Install with: ${installer.byHand}`,
  );
}

interface Installer {
  readonly manager: string;
  readonly byHand: string;
  /** Missing when it may not be run; then the reason says why. */
  readonly command?: readonly string[];
  readonly reason?: string;
}

function apt(missing: readonly ProgramName[]): Installer {
  const packages = missing.map((name) => DEBIAN_PACKAGES[name]);
  const byHand = `sudo apt-get install -y ${packages.join(' ')}`;
  const script = ['/bin/sh', '-c', APT_SCRIPT, 'install', ...packages];
  if (!succeeds(['apt-get', '--version'])) return { manager: 'apt-get', byHand, reason: 'this machine has no apt-get' };
  if (process.getuid?.() === 0) return { manager: 'apt-get', byHand, command: script };
  if (succeeds(['sudo', '-n', 'true'])) return { manager: 'apt-get', byHand, command: ['sudo', '-n', ...script] };
  return { manager: 'apt-get', byHand, reason: 'installing packages needs root or a sudo without a password' };
}

/** Homebrew starts nothing by itself. Its installer leaves it to the user to put it on the PATH. */
function homebrew(missing: readonly ProgramName[]): Installer {
  const packages = missing.map((name) => HOMEBREW_PACKAGES[name]);
  const byHand = `brew install ${packages.join(' ')}`;
  const brew = ['brew', '/opt/homebrew/bin/brew', '/usr/local/bin/brew'].find((candidate) => succeeds([candidate, '--version']));
  if (brew === undefined) return { manager: 'Homebrew', byHand, reason: 'this machine has no Homebrew (https://brew.sh)' };
  if (process.getuid?.() === 0) return { manager: 'Homebrew', byHand, reason: 'Homebrew refuses to run as root' };
  return { manager: 'Homebrew', byHand, command: [brew, 'install', ...packages] };
}

function succeeds([program = '', ...args]: readonly string[]): boolean {
  return spawnSync(program, args, { stdio: 'ignore' }).status === 0;
}
