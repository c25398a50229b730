import { globSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { MESSAGES } from '@margrave/contracts';

const root = resolve(import.meta.dirname, '../..');
const text = (path: string): string => readFileSync(join(root, path), 'utf8');
const captured = (pattern: RegExp, among: string): string[] => [...among.matchAll(pattern)].map(([, found = '']) => found);

const architecture = text('ARCHITECTURE.md');
const serviceReadmes = globSync('services/*/README.md', { cwd: root });

const PAGES = ['ARCHITECTURE.md', 'CONTRIBUTING.md', 'docs/connecting-a-provider.md', ...serviceReadmes];

/** What stands in backticks and is a path of this repository, `*` being anything. */
const namedPaths = (page: string): string[] =>
  captured(/`([^`\s]+)`/g, page.replaceAll(/^```.*?^```$/gms, '')).filter((span) =>
    /^(packages|services|scripts|docs|infra|\.ci)\/|^[\w.-]+\.(md|json|yml|cjs|mjs)$/.test(span),
  );

it.each(PAGES)('every path that %s names is there', (page) => {
  const paths = namedPaths(text(page));
  expect(paths.filter((path) => globSync(path, { cwd: root }).length === 0)).toEqual([]);
  expect(paths).not.toEqual([]);
});

it.each(PAGES)('every command of npm that %s names is one', (page) => {
  const { scripts } = JSON.parse(text('package.json')) as { readonly scripts: Readonly<Record<string, string>> };
  expect(captured(/npm run ([\w:-]+)/g, text(page)).filter((name) => scripts[name] === undefined)).toEqual([]);
});

it.each(['packages', 'services'])('all %s are described, each once', (folder) => {
  const described = captured(
    new RegExp(`^\\|[^\`]*\`(${folder}/[\\w-]+)\``, 'gm'),
    architecture.split('## Who owns what')[0] ?? '',
  );
  expect(described.sort()).toEqual(readdirSync(join(root, folder)).map((name) => `${folder}/${name}`));
});

const tables = globSync('packages/store-postgres/src/{migrate.ts,migrations/*.ts}', { cwd: root }).flatMap((path) =>
  captured(/^create table (?:if not exists )?(\w+)/gm, text(path)),
);
const owned = {
  'packages/store-postgres': tables,
  'packages/cache-redis': captured(/pattern: '(.+)'/g, text('packages/cache-redis/src/keys.ts')),
  'packages/contracts': Object.values(MESSAGES).map(({ subjectTemplate }) => subjectTemplate.address),
};

it.each(Object.entries(owned))('%s owns what is listed as its own, each table, key or subject once', (owner, names) => {
  const section = architecture.split('## Who owns what')[1]?.split('\n## ')[0] ?? '';
  expect(captured(new RegExp(`^\\| \`([^\`]+)\` +\\| \`${owner}\``, 'gm'), section).sort()).toEqual([...names].sort());
  expect(names.length).toBeGreaterThan(2);
});
