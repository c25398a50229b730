import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { runChild } from './lib/child.ts';

const REPOSITORY = join(import.meta.dirname, '..');
const MANIFESTS = globSync('{packages,services}/*/package.json', { cwd: REPOSITORY });

interface Lockfile {
  readonly packages: Readonly<Record<string, { readonly resolution: Readonly<Record<string, string>> }>>;
}
interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

async function run(program: string, args: readonly string[], workingFolder: string) {
  let output = '';
  const { code } = await runChild({
    program,
    args,
    workingFolder,
    environment: { ...process.env, CI: 'true' },
    onOutput: (text) => (output += text),
  });
  return { code, output };
}

describe('what is installed (P55)', () => {
  it('comes from the registry, each package by its hash', () => {
    const { packages } = parse(readFileSync(join(REPOSITORY, 'pnpm-lock.yaml'), 'utf8')) as Lockfile;
    expect(Object.keys(packages).length).toBeGreaterThan(100);
    const others = Object.entries(packages).filter(
      ([, { resolution }]) => Object.keys(resolution).join() !== 'integrity' || !/^sha512-/.test(resolution['integrity'] ?? ''),
    );
    expect(others).toEqual([]);
  });

  it('is asked for by exact versions', () => {
    const loose = ['package.json', ...MANIFESTS].flatMap((file) => {
      const { dependencies, devDependencies } = JSON.parse(readFileSync(join(REPOSITORY, file), 'utf8')) as Manifest;
      return Object.entries({ ...dependencies, ...devDependencies })
        .filter(([, version]) => version !== 'workspace:*' && !/^\d+\.\d+\.\d+$/.test(version))
        .map(([name, version]) => `${file}: ${name} ${version}`);
    });
    expect(loose).toEqual([]);
  });

  describe('in a copy of the workspace', () => {
    let copy: string;
    beforeEach(() => {
      copy = mkdtempSync(join(tmpdir(), 'margrave-supply-'));
      for (const file of ['package.json', 'pnpm-lock.yaml', 'pnpm-workspace.yaml', ...MANIFESTS]) {
        cpSync(join(REPOSITORY, file), join(copy, file));
      }
    });
    afterEach(() => rmSync(copy, { recursive: true, force: true }));

    const change = (file: string, from: string, to: string): void => {
      const before = readFileSync(join(copy, file), 'utf8');
      expect(before).toContain(from);
      writeFileSync(join(copy, file), before.replace(from, to));
    };
    const install = (...args: readonly string[]) => run('pnpm', ['install', '--frozen-lockfile', '--offline', ...args], copy);

    it('fails when a manifest asks for what the lockfile does not have', async () => {
      change('package.json', '"devDependencies": {', '"devDependencies": {\n    "left-pad": "1.3.0",');
      const { code, output } = await install('--lockfile-only');
      expect([code, output]).toEqual([1, expect.stringContaining('ERR_PNPM_OUTDATED_LOCKFILE')]);
    });

    it('fails when a package wants to run a script of which nobody has decided', async () => {
      change('pnpm-workspace.yaml', '  ssh2: false\n', '');
      const { code, output } = await install('--filter', '@margrave/testkit');
      expect([code, output]).toEqual([1, expect.stringContaining('ssh2')]);
    });
  });
});

describe('what is known against the packages (P55)', () => {
  let registry: Server;
  let advisories: unknown;
  beforeAll(async () => {
    registry = createServer((request, response) => {
      response.setHeader('content-type', 'application/json');
      if (request.url?.endsWith('/keys') === true) return response.end('{"keys":[]}');
      if (advisories === undefined) response.statusCode = 405;
      return response.end(JSON.stringify(advisories ?? {}));
    });
    await new Promise<void>((resolve) => registry.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => new Promise((resolve) => registry.close(resolve)));

  const audit = () => {
    const { port } = registry.address() as AddressInfo;
    return run(process.execPath, ['scripts/audit.ts', '--registry', `http://127.0.0.1:${port}/`], REPOSITORY);
  };
  const advisory = (severity: string) => ({
    id: 1,
    url: 'https://advisories.example/1',
    title: 'a planted advisory',
    severity,
    vulnerable_versions: '<99.0.0',
    cwe: [],
    cvss: { score: 8, vectorString: null },
  });

  it.each([
    ['high', 1],
    ['moderate', 0],
  ])('fails the audit from high severity up: %s', async (severity, expected) => {
    advisories = { fastify: [advisory(severity)] };
    const { code, output } = await audit();
    expect(code).toBe(expected);
    if (expected === 1) expect(output).toMatch(/fastify[\s\S]*order-gateway/);
  });

  it('is said to be unknown where the registry does not tell', async () => {
    advisories = undefined;
    expect(await audit()).toEqual({
      code: 0,
      output: expect.stringContaining('NOT CHECKED, the registry answers 405') as string,
    });
  });

  it('can be held against a list of all that the services run on', async () => {
    await audit();
    const { components } = JSON.parse(readFileSync(join(REPOSITORY, '.margrave', 'sbom.cdx.json'), 'utf8')) as {
      readonly components: readonly { readonly name: string }[];
    };
    const listed = new Set(components.map(({ name }) => name));
    const wanted = MANIFESTS.flatMap((file) =>
      Object.keys((JSON.parse(readFileSync(join(REPOSITORY, file), 'utf8')) as Manifest).dependencies ?? {}),
    );
    expect(wanted.map((name) => name.replace(/^@[^/]+\//, '')).filter((name) => !listed.has(name))).toEqual([]);
  });
});
