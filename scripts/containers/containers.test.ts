import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { IMAGES } from '@margrave/testkit';
import { expectedContainers, officialImages, overrideFile } from './compose-file.ts';
import { confinementFaults, describeUnready, type InspectedContainer } from './container-state.ts';
import { stageOf } from './look-alikes.ts';

const read = (file: string): string => readFileSync(join(import.meta.dirname, '../..', file), 'utf8');
const composeText = read('docker-compose.yml');

describe('what is read of docker-compose.yml', () => {
  it('there is a look-alike of every official image but Grafana', () => {
    const images = [...officialImages(composeText, read('infra/docker/Dockerfile'), []), ...Object.values(IMAGES)];
    expect(images.length).toBeGreaterThan(7);
    expect(images.filter((image) => stageOf(image) === undefined)).toEqual([expect.stringMatching(/^grafana\//)]);
    const stages = [...read('scripts/containers/look-alikes/Dockerfile').matchAll(/^FROM \S+ AS (\w+)$/gm)].map(
      ([, name]) => name,
    );
    expect([...new Set(images.map(stageOf))].filter((stage) => stage !== undefined).sort()).toEqual(stages.sort());
  });

  it('containers of other profiles are not expected, nor those that are left out', () => {
    const names = expectedContainers(composeText, ['demo'], ['grafana']).map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['order-gateway', 'lp-a', 'realtime-database', 'prometheus']));
    expect(names).not.toContain('grafana');
    expect(names).not.toContain('verify-books');
    expect(expectedContainers(composeText, [], []).map(({ name }) => name)).not.toContain('lp-a');
  });

  it('a limit of memory is read in its unit', () => {
    const limits = expectedContainers(composeText, ['demo'], []);
    expect(limits.find(({ name }) => name === 'order-gateway')).toMatchObject({
      cpus: 1,
      memoryBytes: 512 * 2 ** 20,
      ends: false,
    });
    expect(limits.find(({ name }) => name === 'migrate')).toMatchObject({ ends: true, hasHealthCheck: false });
  });

  it('builds reach the network of the machine, whatever is built', () => {
    const { services } = overrideFile(composeText, ['grafana'], '/sync.conf', { http_proxy: 'http://proxy' }) as {
      readonly services: Readonly<Record<string, object>>;
    };
    expect(services['order-gateway']).toEqual({ build: { network: 'host', args: { http_proxy: 'http://proxy' } } });
    expect(services['grafana']).toEqual({ profiles: ['left-out'] });
    expect(services['nats']).toEqual({ volumes: ['/sync.conf:/etc/margrave/sync.conf:ro'] });
    expect(read('infra/nats/nats.conf')).toContain('include "sync.conf"');
    expect(services['postgres']).toBeUndefined();
  });
});

const EXPECTED = { name: 'order-gateway', ends: false, hasHealthCheck: true, cpus: 0.5, memoryBytes: 1_024 };
const WORK = { ...EXPECTED, name: 'migrate', ends: true, hasHealthCheck: false };

const container = (state: Partial<InspectedContainer['State']>): InspectedContainer => ({
  Id: 'abc',
  Config: { Labels: {} },
  State: { Status: 'running', ExitCode: 0, Pid: 7, Health: { Status: 'healthy', Log: null }, ...state },
  RestartCount: 0,
  HostConfig: { ReadonlyRootfs: true, CapDrop: ['ALL'], NanoCpus: 500_000_000, Memory: 1_024 },
});

describe('a stack', () => {
  const ended = (code: number): InspectedContainer => container({ Status: 'exited', ExitCode: code });
  const stack = (gateway: InspectedContainer, migrate: InspectedContainer) =>
    describeUnready(
      [EXPECTED, WORK],
      new Map([
        ['order-gateway', gateway],
        ['migrate', migrate],
      ]),
    );

  it('is up when all that stays is healthy and all work is done', () =>
    expect(stack(container({}), ended(0))).toEqual({ found: undefined }));

  it('is not up while something is missing, unhealthy or not done', () => {
    expect(describeUnready([EXPECTED], new Map())).toEqual({ missing: 'order-gateway is not there' });
    const log = [{ Output: 'not ready\n' }];
    const unwell = container({ Health: { Status: 'unhealthy', Log: log } });
    expect(stack(unwell, ended(0))).toEqual({ missing: 'order-gateway is unhealthy: not ready' });
    expect(stack(container({}), container({}))).toEqual({ missing: 'migrate is running, not done' });
    expect(stack(ended(1), ended(0))).toEqual({ missing: 'order-gateway is exited (code 1)' });
  });

  it('never will be when what should do its work failed', () =>
    expect(stack(container({}), ended(3))).toEqual({ hopeless: 'migrate failed' }));
});

describe('the confinement of a container', () => {
  const zeros = '0000000000000000';
  const status = `Uid:\t1000\t1000\t1000\t1000\nCapPrm:\t${zeros}\nCapEff:\t${zeros}\nCapBnd:\t${zeros}\nNoNewPrivs:\t1\n`;
  const mountinfo = '640 500 0:55 / / ro,relatime - overlay overlay rw,lowerdir=x\n641 640 0:58 / /proc rw - proc proc rw\n';

  it('has no fault when the engine and the kernel both say so', () =>
    expect(confinementFaults(EXPECTED, container({}), { status, mountinfo })).toEqual([]));

  it.each([
    ['runs as root', { status: status.replace('Uid:\t1000', 'Uid:\t0') }],
    ['has capabilities', { status: status.replace(`CapBnd:\t${zeros}`, 'CapBnd:\t00000000a80425fb') }],
    ['can gain privileges', { status: status.replace('NoNewPrivs:\t1', 'NoNewPrivs:\t0') }],
    ['has a root that can be written to', { mountinfo: mountinfo.replace('/ / ro,', '/ / rw,') }],
  ])('is at fault where a process %s, whatever the engine was told', (fault, changed) =>
    expect(confinementFaults(EXPECTED, container({}), { status, mountinfo, ...changed })).toEqual([
      `process 7 of order-gateway ${fault}`,
    ]),
  );

  it('is at fault without the limits of the file', () => {
    const other = { ...EXPECTED, cpus: 1, memoryBytes: 2_048 };
    expect(confinementFaults(other, container({}), { status, mountinfo })).toEqual([
      'process 7 of order-gateway is not limited to 1 CPUs',
      'process 7 of order-gateway is not limited to 2048 bytes',
    ]);
  });
});
