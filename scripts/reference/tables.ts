import type { Right, SchemaDescription, TableDescription } from '@margrave/store-postgres';
import { code, table } from './markdown.ts';

/** Where the page stands. It takes a migrated database to make it: `tables.it.test.ts` compares it, and writes it when asked to. */
export const TABLES_PAGE = 'docs/reference/tables.md';

const NOTE =
  '<!-- Generated from the catalog of a migrated database. Change the migrations, then run: WRITE_REFERENCE=1 node scripts/test.ts --selectProjects integration --testPathPatterns scripts/reference/tables -->';

/** docs/reference/tables.md: the tables, and who may do what with them. */
export const tablesPage = ({ tables, domains, sequences, functions }: SchemaDescription): string =>
  [
    NOTE,
    '# Tables',
    'What each table holds, which package owns it and which migration makes it stands in [ARCHITECTURE.md](../../ARCHITECTURE.md#who-owns-what); checks and indexes stand in the migrations. Amounts end in `_e8` or `_e16`: integers, of 1e-8 or 1e-16.',
    'Services log in as members of `margrave_service`, market-data of `margrave_market`. `margrave_books` is nobody’s login: it owns the functions that write the books, and whoever may call these writes with its rights. The administrator owns the schema and may do everything. Where a role is not named, it may do nothing.',
    ...tables.flatMap(tableSection),
    '## Functions',
    'Functions that only triggers call are left out.',
    table(
      ['function', 'may be called by', 'runs with the rights of'],
      functions.map(({ name, callers, runsAs }) => [
        code(name),
        callers.length === 0 ? 'the administrator' : callers.map(code).join(', '),
        runsAs === null ? 'its caller' : code(runsAs),
      ]),
    ),
    '## Sequences',
    table(
      ['sequence', 'rights'],
      sequences.map(({ name, rights }) => [code(name), rights.map(({ role, may }) => `${code(role)}: ${may}`).join('; ')]),
    ),
    '## Types',
    'Limits and closed lists that several columns share.',
    table(
      ['type', 'is', 'such that'],
      domains.map(({ name, type, check }) => [code(name), code(type), code(shownCheck(check))]),
    ),
    '',
  ].join('\n\n');

/** A check as one would write it, instead of as PostgreSQL keeps it. */
export const shownCheck = (check: string): string =>
  check
    .replace(/^CHECK \((.*)\)$/, '$1')
    .replaceAll(/::(text|bigint|numeric|smallint)\b/g, '')
    .replace(/= ANY \(ARRAY\[(.*)\]\)/, 'in ($1)')
    .replaceAll(/'(-?\d+)'/g, '$1')
    .replaceAll(/\b10{20,}\b/g, (digits) => `1e${digits.length - 1}`);

const tableSection = ({ name, columns, keys, rights }: TableDescription): readonly string[] => [
  `## ${name}`,
  table(
    ['column', 'type', 'may be null', 'default'],
    columns.map((column) => [
      code(column.name),
      code(column.type),
      column.nullable ? 'yes' : 'no',
      column.fallback === '' ? 'none' : code(column.fallback),
    ]),
  ),
  ...(keys.length === 0 ? [] : [`Keys: ${keys.map(code).join(', ')}.`]),
  rightsSentence(rights),
];

const rightsSentence = (rights: readonly Right[]): string =>
  `Rights: ${rights.map(({ role, may }) => `${code(role)} ${may}`).join('; ')}.`;
