import type { ConfigurationRow, ServiceDescription } from '@margrave/runtime';
import { code, table } from './markdown.ts';
import { GENERATED_NOTE } from './page.ts';
import { sharedAndOwn } from './services.ts';

/** docs/reference/configuration.md: every setting of every service, for who runs them. */
export function configurationPage(services: readonly ServiceDescription[]): string {
  const { shared, own } = sharedAndOwn(services.map(({ name, settings }) => ({ name, rows: settings })));
  return [
    GENERATED_NOTE,
    '# Settings',
    'Services are set by environment variables alone. A variable that is empty counts as not set. At the start all faults are reported together, on standard error, and the process ends with 2. The value of a secret is never shown: not in such a report, not in a log. `node services/<name>/src/main.ts --describe` prints what a service takes, as JSON.',
    '## Every service',
    settingTable(shared),
    ...own.flatMap(({ name, rows }) => [`## ${name}`, settingTable(rows)]),
    '',
  ].join('\n\n');
}

const settingTable = (rows: readonly ConfigurationRow[]): string =>
  table(
    ['variable', 'meaning', 'may be', 'default', 'secret'],
    rows.map(({ environment, sentence, allowed, fallback, secret }) => [
      code(environment),
      sentence,
      allowed,
      shownFallback(fallback),
      secret ? 'yes' : 'no',
    ]),
  );

const shownFallback = (fallback: string): string => {
  if (fallback === 'required') return '**must be set**';
  return fallback === 'none' || fallback === '' ? 'none' : code(fallback);
};
