import { readFileSync } from 'node:fs';
import type { ExpectedContainer } from './compose-file.ts';

/** What `docker inspect` says, as far as it is looked at. */
export interface InspectedContainer {
  readonly Id: string;
  readonly Config: { readonly Labels: Readonly<Record<string, string>> };
  readonly State: {
    readonly Status: string;
    readonly ExitCode: number;
    readonly Pid: number;
    readonly Health?: { readonly Status: string; readonly Log: readonly { readonly Output: string }[] | null };
  };
  readonly RestartCount: number;
  readonly HostConfig: {
    readonly ReadonlyRootfs: boolean;
    readonly CapDrop: readonly string[] | null;
    readonly NanoCpus: number;
    readonly Memory: number;
  };
}

type Containers = ReadonlyMap<string, InspectedContainer>;
type Readiness = { readonly found: undefined } | { readonly missing: string } | { readonly hopeless: string };

/** Whether all that is expected is there and well; one that should end with its work done is well when it did. */
export function describeUnready(expected: readonly ExpectedContainer[], containers: Containers): Readiness {
  const failed = expected.filter(({ name, ends }) => ends && hasFailed(containers.get(name)));
  if (failed.length > 0) return { hopeless: `${failed.map(({ name }) => name).join(', ')} failed` };
  const unready = expected.flatMap((one) => unreadiness(one, containers.get(one.name)) ?? []);
  return unready.length === 0 ? { found: undefined } : { missing: unready.join('; ') };
}

const hasFailed = (container: InspectedContainer | undefined): boolean =>
  container?.State.Status === 'exited' && container.State.ExitCode !== 0;

function unreadiness({ name, ends, hasHealthCheck }: ExpectedContainer, container?: InspectedContainer): string | undefined {
  if (container === undefined) return `${name} is not there`;
  const { Status, ExitCode, Health } = container.State;
  if (ends) return Status === 'exited' && ExitCode === 0 ? undefined : `${name} is ${Status}, not done`;
  if (Status !== 'running') return `${name} is ${Status} (code ${ExitCode})`;
  if (!hasHealthCheck || Health?.Status === 'healthy') return undefined;
  return `${name} is ${Health?.Status ?? 'without its health check'}: ${Health?.Log?.at(-1)?.Output.trim() ?? ''}`;
}

/** What is not as the file says of a running container: by what the engine was told, and by what the kernel holds of its process. */
export function confinementFaults(
  { name, cpus, memoryBytes }: ExpectedContainer,
  { HostConfig, State, RestartCount }: InspectedContainer,
  proc: { readonly status: string; readonly mountinfo: string },
): string[] {
  const status = new Map([...proc.status.matchAll(/^(\w+):\s*(.*)$/gm)].map(([, key = '', value = '']) => [key, value]));
  const rootMount = proc.mountinfo.split('\n').find((line) => line.split(' ')[4] === '/');
  const rules: readonly (readonly [string, boolean])[] = [
    ['was started again by itself', RestartCount === 0],
    ['is not read-only for the engine', HostConfig.ReadonlyRootfs],
    ['has a root that can be written to', rootMount?.split(' ')[5]?.split(',').includes('ro') === true],
    ['was not told to drop all capabilities', HostConfig.CapDrop?.includes('ALL') === true],
    ['has capabilities', ['CapEff', 'CapPrm', 'CapBnd'].every((set) => /^0+$/.test(status.get(set) ?? ''))],
    ['can gain privileges', status.get('NoNewPrivs') === '1'],
    ['runs as root', status.get('Uid')?.startsWith('0\t') === false],
    [`is not limited to ${cpus} CPUs`, HostConfig.NanoCpus === cpus * 1e9],
    [`is not limited to ${memoryBytes} bytes`, HostConfig.Memory === memoryBytes],
  ];
  return rules.flatMap(([fault, holds]) => (holds ? [] : [`process ${State.Pid} of ${name} ${fault}`]));
}

/** What the kernel holds of a process. */
export const readProc = (pid: number): { status: string; mountinfo: string } => ({
  status: readFileSync(`/proc/${pid}/status`, 'utf8'),
  mountinfo: readFileSync(`/proc/${pid}/mountinfo`, 'utf8'),
});
