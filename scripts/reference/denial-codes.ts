import { PROBLEMS, PROTOCOL_CODES, type ProblemCode } from '@margrave/contracts';
import { DENIAL_CODES, SETTLEMENT_CODES } from '@margrave/vocabulary';
import { code, table } from './markdown.ts';
import { GENERATED_NOTE } from './page.ts';

/** docs/reference/denial-codes.md: every code that an answer can carry, for a person. */
export const denialCodesPage = (): string =>
  [
    GENERATED_NOTE,
    '# Problem codes',
    'Errors are `application/problem+json` (RFC 9457). The list is closed. `retryable`: `never`, the same request will be refused again; `same-key`, send the very same request again with the same key; `after`, later it may pass.',
    '## Refused by a rule',
    'The order is kept and listed as `denied`, and its key is used up: to try again, take a new one.',
    overview(DENIAL_CODES),
    ...DENIAL_CODES.map(section),
    '## An operator’s word not taken',
    'Of the settlement of an unknown order, on the listener for staff. Nothing is changed, and the key is not used up.',
    overview(SETTLEMENT_CODES),
    ...SETTLEMENT_CODES.map(section),
    '## Refused by the protocol',
    overview(PROTOCOL_CODES),
    ...PROTOCOL_CODES.map(section),
    '',
  ].join('\n\n');

const overview = (codes: readonly ProblemCode[]): string =>
  table(
    ['code', 'status', 'title', 'retryable', 'outcome'],
    codes.map((name) => {
      const { status, title, retryable, outcome } = PROBLEMS[name];
      return [`[${name}](#${name.toLowerCase()})`, String(status), title, retryable, outcome];
    }),
  );

function section(name: ProblemCode): string {
  const { explanation, numbers } = PROBLEMS[name];
  const meanings = Object.entries(numbers);
  return [
    `### ${name}`,
    explanation,
    ...(meanings.length === 0
      ? []
      : [
          table(
            ['number', 'meaning'],
            meanings.map(([number, meaning]) => [code(number), meaning]),
          ),
        ]),
  ].join('\n\n');
}
