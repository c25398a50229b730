import { plantTree, type PlantedTree } from './testing/planted-tree.ts';

interface Plant {
  /** The folder of the workspace that imports, and below its src the place. */
  readonly workspace: string;
  readonly place?: string;
  readonly imported: string;
  readonly rules: readonly string[];
}

/** One wrong import of every kind; each is planted as a plain import and as a type import. */
const PLANTS: readonly Plant[] = [
  { workspace: 'packages/vocabulary', imported: 'node:fs', rules: ['no-builtins-in-pure-code'] },
  { workspace: 'packages/domain', imported: 'node:timers', rules: ['no-builtins-in-pure-code'] },
  { workspace: 'packages/contracts', imported: 'node:crypto', rules: ['no-builtins-in-pure-code'] },
  {
    workspace: 'services/order-gateway',
    place: 'app/',
    imported: 'node:fs',
    rules: ['no-builtins-in-pure-code', 'app-imports-vocabulary-and-domain-only'],
  },
  {
    workspace: 'services/order-gateway',
    place: 'app/',
    imported: '@margrave/bus-nats',
    rules: ['app-imports-vocabulary-and-domain-only'],
  },
  { workspace: 'services/order-gateway', place: 'app/', imported: 'fastify', rules: ['app-imports-vocabulary-and-domain-only'] },
  {
    workspace: 'services/order-gateway',
    place: 'app/',
    imported: '../config.ts',
    rules: ['app-imports-vocabulary-and-domain-only'],
  },
  { workspace: 'packages/vocabulary', imported: '@margrave/domain', rules: ['vocabulary-imports-nothing'] },
  { workspace: 'packages/domain', imported: '@margrave/contracts', rules: ['domain-imports-only-lower'] },
  { workspace: 'packages/contracts', imported: '@margrave/domain', rules: ['contracts-imports-only-lower'] },
  { workspace: 'packages/runtime', imported: '@margrave/bus-nats', rules: ['runtime-imports-only-lower'] },
  { workspace: 'packages/bus-nats', imported: '@margrave/domain', rules: ['bus-nats-imports-only-lower'] },
  { workspace: 'packages/store-postgres', imported: '@margrave/domain', rules: ['store-postgres-imports-only-lower'] },
  { workspace: 'packages/cache-redis', imported: '@margrave/domain', rules: ['cache-redis-imports-only-lower'] },
  { workspace: 'packages/feed-firebase', imported: '@margrave/domain', rules: ['feed-firebase-imports-only-lower'] },
  { workspace: 'packages/cache-redis', imported: '@margrave/store-postgres', rules: ['cache-redis-imports-only-lower'] },
  { workspace: 'packages/verify-books', imported: '@margrave/domain', rules: ['verify-books-imports-only-lower'] },
  { workspace: 'packages/verify-books', imported: '@margrave/cache-redis', rules: ['verify-books-imports-only-lower'] },
  { workspace: 'packages/verify-books', imported: '@margrave/account-engine', rules: ['verify-books-imports-only-lower'] },
  { workspace: 'packages/monitoring', imported: '@margrave/runtime', rules: ['monitoring-imports-nothing'] },
  {
    workspace: 'packages/account-engine',
    imported: '@margrave/testkit',
    rules: ['account-engine-imports-only-lower', 'no-test-code-in-product'],
  },
  {
    workspace: 'packages/provider-desk',
    imported: '@margrave/simulation',
    rules: ['provider-desk-imports-only-lower', 'no-test-code-in-product'],
  },
  { workspace: 'packages/testkit', imported: '@margrave/store-postgres', rules: ['testkit-knows-no-product-code'] },
  { workspace: 'services/market-data', imported: '@margrave/testkit', rules: ['no-test-code-in-product'] },
  { workspace: 'services/market-data', imported: '../../order-gateway/src/config.ts', rules: ['no-service-to-service'] },
  {
    workspace: 'packages/runtime',
    imported: '../../../services/order-gateway/src/config.ts',
    rules: ['nothing-imports-a-service', 'runtime-imports-only-lower'],
  },
  { workspace: 'packages/domain', imported: '../../vocabulary/src/amount.ts', rules: ['no-deep-path-into-package'] },
  {
    workspace: 'services/market-data',
    imported: '../../../packages/domain/src/account.ts',
    rules: ['no-deep-path-into-package'],
  },
  { workspace: 'packages/domain', imported: '@margrave/vocabulary/src/amount.ts', rules: ['not-to-unresolvable'] },
  { workspace: 'packages/domain', imported: 'fast-check', rules: ['no-libraries-in-pure-code', 'not-to-undeclared'] },
  { workspace: 'packages/runtime', imported: '@margrave/no-such-package', rules: ['not-to-unresolvable'] },
];

const KINDS = {
  value: (imported: string) => `import * as planted from '${imported}';\nexport { planted };\n`,
  type: (imported: string) => `import type * as planted from '${imported}';\nexport type Planted = typeof planted;\n`,
} as const;

const fileOf = ({ workspace, place = '' }: Plant, index: number, kind: string) =>
  `${workspace}/src/${place}planted-${index}-${kind}.ts`;

interface Cruise {
  readonly summary: { readonly violations: readonly { readonly from: string; readonly rule: { readonly name: string } }[] };
}

async function violations(tree: PlantedTree): Promise<{ from: string; rule: string }[]> {
  const args = ['packages', 'services', 'scripts', '--config', '.dependency-cruiser.cjs', '--output-type', 'json'];
  const { summary } = JSON.parse(await tree.run('depcruise', args)) as Cruise;
  return summary.violations.map(({ from, rule }) => ({ from, rule: rule.name }));
}

/** What the tool may take on a machine with other work to do. */
const TOOL_TIME_MS_MAX = 180_000;

const FILES = [
  '{packages,services}/*/package.json',
  '{packages,services}/*/src',
  'scripts',
  'package.json',
  'tsconfig*.json',
  '.dependency-cruiser.cjs',
];

describe('the arrows between packages', () => {
  let tree: PlantedTree;
  let found: { from: string; rule: string }[];

  beforeAll(async () => {
    tree = plantTree(FILES);
    PLANTS.forEach((plant, index) => {
      const [, packageName] = /^@margrave\/([^/]+)/.exec(plant.imported) ?? [];
      if (packageName !== undefined) tree.declareDependency(plant.workspace, packageName);
      for (const [kind, text] of Object.entries(KINDS)) tree.write(fileOf(plant, index, kind), text(plant.imported));
    });
    tree.write('packages/domain/src/planted-circle-a.ts', `import './planted-circle-b.ts';\n`);
    tree.write('packages/domain/src/planted-circle-b.ts', `import './planted-circle-a.ts';\n`);
    found = await violations(tree);
  }, TOOL_TIME_MS_MAX);
  afterAll(() => tree.remove());

  it.each(PLANTS.map((plant, index) => [plant.workspace, plant.place ?? '', plant.imported, plant, index] as const))(
    'forbid %s/src/%s to import %s',
    (_workspace, _place, _imported, plant, index) => {
      for (const kind of Object.keys(KINDS)) {
        const file = fileOf(plant, index, kind);
        const rules = found.filter(({ from }) => from === file).map(({ rule }) => rule);
        expect({ kind, rules: rules.sort() }).toEqual({ kind, rules: [...plant.rules].sort() });
      }
    },
  );

  it('forbid circles', () => {
    expect(found).toContainEqual({ from: 'packages/domain/src/planted-circle-a.ts', rule: 'no-circular' });
  });

  it('are kept by the tree as it is', () => {
    expect(found.filter(({ from }) => !from.includes('/planted-'))).toEqual([]);
  });
});
