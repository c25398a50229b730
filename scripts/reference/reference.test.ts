import {
  executionFault,
  MESSAGES,
  PROBLEM_CODES,
  PROVIDER_REJECT_REASONS,
  ProviderExecutionV1,
  type MessageName,
} from '@margrave/contracts';
import { EXECUTION_TYPES } from '@margrave/vocabulary';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asyncApiDocument } from './asyncapi.ts';
import { PARAMETERS } from './asyncapi-parameters.ts';
import { configurationPage } from './configuration.ts';
import { denialCodesPage } from './denial-codes.ts';
import { table } from './markdown.ts';
import { messagesPage } from './messages.ts';
import { metricsPage } from './metrics.ts';
import { EXAMPLE_DIALOGUE } from './provider-dialogue.ts';
import { providerGuide } from './provider-guide.ts';
import { shownCheck } from './tables.ts';
import { pagesOutOfSync, writePages } from './write-pages.ts';

const encode = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
const names = Object.keys(MESSAGES) as MessageName[];

describe('the AsyncAPI document', () => {
  const document = asyncApiDocument() as {
    channels: Record<string, { address: string; 'x-stream': string | null }>;
    operations: Record<string, { action: string }>;
    components: { messages: Record<string, { headers?: unknown }>; schemas: Record<string, unknown> };
  };

  it('has a channel for each message, with its address and its stream', () =>
    expect(Object.values(document.channels).map((channel) => [channel.address, channel['x-stream']])).toEqual(
      names.map((name) => [MESSAGES[name].subjectTemplate.address, MESSAGES[name].stream]),
    ));
  it('describes each parameter of each subject', () =>
    expect(
      names.flatMap((name) => [...MESSAGES[name].subjectTemplate.parameterNames]).filter((name) => !(name in PARAMETERS)),
    ).toEqual([]));
  it('receives executions and sends the rest', () => {
    const received = Object.entries(document.operations).filter(([, { action }]) => action === 'receive');
    expect(received.map(([name]) => name)).toEqual(['receiveProviderExecutionV1']);
  });
  it('asks for a message id wherever a stream keeps the message', () => {
    const withId = names.filter((name) => document.components.messages[name]?.headers !== undefined);
    expect(withId).toEqual(names.filter((name) => MESSAGES[name].stream !== null));
  });
  it('refers only to schemas that it holds', () => {
    const references = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name);
    expect(references.filter((name) => !Object.hasOwn(document.components.schemas, name ?? ''))).toEqual([]);
  });
});

describe('the guide for providers', () => {
  const guide = providerGuide();
  it.each(EXECUTION_TYPES)('says what a report of type %s carries', (type) => expect(guide).toContain(`| \`${type}\` |`));
  it.each(Object.keys(PROVIDER_REJECT_REASONS))('explains the reason %s', (reason) =>
    expect(guide).toContain(`| \`${reason}\` |`),
  );
  it('shows only messages that are read back without fault', () => {
    const reports = EXAMPLE_DIALOGUE.map(({ body }) => body).filter((body) => 'executionType' in body);
    expect(reports).toHaveLength(3);
    for (const report of reports) {
      const decoded = ProviderExecutionV1.decode(encode(report));
      expect(decoded.ok && executionFault(decoded.value)).toBe(undefined);
    }
  });
});

describe('the pages for people', () => {
  it('explain every problem code', () => {
    const page = denialCodesPage();
    expect(PROBLEM_CODES.filter((code) => !page.includes(`### ${code}\n`))).toEqual([]);
  });
  it('show every message', () => {
    const page = messagesPage();
    expect(names.filter((name) => !page.includes(`## ${name}\n`))).toEqual([]);
  });
  it('keep a bar inside its cell', () => expect(table(['a'], [['x|y\nz']])).toBe('| a |\n| --- |\n| x\\|y z |'));
});

describe('the pages of what services declare', () => {
  const setting = (environment: string, fallback: string, secret = false) => ({
    environment,
    kind: 'text' as const,
    allowed: 'any text',
    unit: '',
    fallback,
    secret,
    sentence: `What ${environment} sets.`,
  });
  const metric = (name: string, ...labels: readonly string[]) => ({
    name,
    kind: 'counter' as const,
    labels,
    sentence: 'Counted.',
  });
  const services = [
    {
      name: 'one',
      settings: [setting('BUS', 'required', true), setting('OWN', 'none')],
      metrics: [metric('lag'), metric('a', 'x', 'y')],
    },
    { name: 'two', settings: [setting('BUS', 'required', true), setting('OWN', '5s')], metrics: [metric('lag'), metric('b')] },
  ];
  /** The rows of each section's table. */
  const sections = (page: string) =>
    Object.fromEntries(
      page
        .split('\n## ')
        .slice(1)
        .map((section) => [section.split('\n')[0], section.split('\n').filter((line) => line.startsWith('| `'))]),
    );

  it('show once what all declare alike, and under each service what it declares otherwise', () => {
    expect(sections(configurationPage(services))).toEqual({
      'Every service': ['| `BUS` | What BUS sets. | any text | **must be set** | yes |'],
      one: ['| `OWN` | What OWN sets. | any text | none | no |'],
      two: ['| `OWN` | What OWN sets. | any text | `5s` | no |'],
    });
    expect(sections(metricsPage(services))).toEqual({
      'Every service': ['| `lag` | counter | none | Counted. |'],
      one: ['| `a` | counter | `x`, `y` | Counted. |'],
      two: ['| `b` | counter | none | Counted. |'],
    });
  });
});

describe('the page of tables', () => {
  it.each([
    ["CHECK (VALUE = ANY (ARRAY['buy'::text, 'sell'::text]))", "VALUE in ('buy', 'sell')"],
    ["CHECK (VALUE >= '-9000'::bigint AND VALUE <> 0)", 'VALUE >= -9000 AND VALUE <> 0'],
    [`CHECK (VALUE <= '1${'0'.repeat(200)}'::numeric)`, 'VALUE <= 1e200'],
    ["CHECK (length(VALUE) >= 3 AND VALUE ~ '^[0-9]+$'::text)", "length(VALUE) >= 3 AND VALUE ~ '^[0-9]+$'"],
  ])('writes %s as one would', (check, shown) => expect(shownCheck(check)).toBe(shown));
});

describe('generating the reference', () => {
  const page = (text: string) => ({ path: 'docs/page.md', render: () => text });
  let root = '';
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'reference-'));
  });
  afterEach(() => rm(root, { recursive: true }));

  it('writes what is missing, and then finds nothing to write', async () => {
    expect(await writePages(root, [page('# A')])).toEqual(['docs/page.md']);
    expect(await readFile(join(root, 'docs/page.md'), 'utf8')).toBe('# A\n');
    expect(await writePages(root, [page('# A')])).toEqual([]);
  });
  it('names a page that was edited by hand, and one that is missing', async () => {
    await writePages(root, [page('# A')]);
    await writeFile(join(root, 'docs/page.md'), '# B\n');
    expect(await pagesOutOfSync(root, [page('# A'), { ...page('# C'), path: 'docs/other.md' }])).toEqual([
      'docs/page.md',
      'docs/other.md',
    ]);
  });
  it('writes nothing while it only compares', async () => {
    await pagesOutOfSync(root, [page('# A')]);
    await expect(readFile(join(root, 'docs/page.md'))).rejects.toThrow('ENOENT');
  });
});
