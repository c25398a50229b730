import {
  CLIENT_ORDER_ID_PATTERN,
  COUNT_PATTERN,
  CURSOR_PATTERN,
  DECIMAL_PATTERN,
  ID_PATTERN,
  POSITIVE_DECIMAL_PATTERN,
  SYMBOL_PATTERN,
  TIME_PATTERN,
} from '@margrave/contracts';
import type { TSchema } from 'typebox';
import { shownText, shownValue } from './shown-text.ts';

/** One thing wrong with a request. */
export interface Fault {
  /** JSON pointer into the body, or the name of a parameter. */
  readonly place: string;
  /** What was expected there. */
  readonly rule: string;
  /** Both, with what was found, for a person. */
  readonly sentence: string;
}

/** What a validator says of a value that does not fit. */
export interface SchemaError {
  readonly keyword: string;
  readonly schemaPath: string;
  readonly instancePath: string;
  readonly params: unknown;
}

/** What is wrong with a request that is refused: something always is. */
export type Faults = readonly [Fault, ...Fault[]];

/** A part of a request as people speak of it, and its schema. */
export interface CheckedPart {
  readonly kind: 'body' | 'path' | 'query' | 'header';
  readonly schema: TSchema;
}

const FAULTS_MAX = 20;

/** What patterns mean, in words that say what to send. */
const FORMS: Readonly<Record<string, string>> = {
  [DECIMAL_PATTERN]: 'a string of at most 10 digits and at most 8 decimals, such as "0.10"',
  [POSITIVE_DECIMAL_PATTERN]: 'a string of at most 10 digits and at most 8 decimals, more than zero, such as "1.08000"',
  [CLIENT_ORDER_ID_PATTERN]: 'a string of 1 to 48 letters, digits, "_", ".", ":" or "-"',
  [SYMBOL_PATTERN]: 'a symbol such as "EURUSD"',
  [ID_PATTERN]: 'an id: a string of 10 to 18 digits',
  [COUNT_PATTERN]: 'a whole number of at most 19 digits',
  [TIME_PATTERN]: 'a time in UTC such as "2026-01-05T10:00:00Z"',
  [CURSOR_PATTERN]: 'the nextCursor of the page before',
};

/** The faults of a value that its schema refused, each place once; always at least one. The validator names the first eight. */
export function faultsOf(part: CheckedPart, value: unknown, errors: readonly SchemaError[]): Faults {
  const faults = errors.flatMap((error) => describe(part, value, error));
  const places = new Set<string>();
  const [first, ...more] = faults.filter(({ place }) => !places.has(place) && places.add(place)).slice(0, FAULTS_MAX);
  if (first !== undefined) return [first, ...more];
  return [
    fault(
      part,
      '',
      'must have the form that this address expects',
      `${nameOf(part, '')} does not have the form that this address expects.`,
    ),
  ];
}

/** All of a malformed request in a sentence or two. */
export function faultsDetail([first, ...more]: Faults): string {
  if (more.length === 0) return first.sentence;
  const others = more.length === 1 ? 'is one more fault' : `are ${more.length} more faults`;
  return `${first.sentence} There ${others}, listed under faults.`;
}

function describe(
  part: CheckedPart,
  value: unknown,
  { keyword, schemaPath, instancePath, params }: SchemaError,
): readonly Fault[] {
  switch (keyword) {
    case 'required':
      return listOf(params, 'requiredProperties').map((name) => missing(part, schemaPath, instancePath, name));
    case 'boolean': {
      // The schema of properties that are not declared is `false`.
      const end = instancePath.lastIndexOf('/');
      const name = instancePath
        .slice(end + 1)
        .replaceAll('~1', '/')
        .replaceAll('~0', '~');
      return [unknownName(part, schemaPath.replace(/\/additionalProperties$/, ''), instancePath.slice(0, end), name)];
    }
    case 'additionalProperties':
      return []; // says again what was said of each of them
    default: {
      const schema = at(part.schema, schemaPath);
      const rule = `must be ${expectation(schema)}`;
      const found = shownValue(at(value, instancePath));
      return [fault(part, instancePath, rule, `${nameOf(part, instancePath)} is ${found}; it ${rule}.`)];
    }
  }
}

function missing(part: CheckedPart, schemaPath: string, instancePath: string, name: string): Fault {
  const path = `${instancePath}/${name}`;
  const rule = `must be ${expectation(at(part.schema, `${schemaPath}/properties/${name}`))}`;
  return fault(part, path, rule, `${nameOf(part, path)} is missing; it ${rule}.`);
}

function unknownName(part: CheckedPart, schemaPath: string, instancePath: string, name: string): Fault {
  const known = Object.keys(propertiesOf(at(part.schema, schemaPath)));
  const rule = known.length === 0 ? 'takes none' : `takes ${known.join(', ')}`;
  const what = part.kind === 'query' ? 'parameter' : 'field';
  const shown = shownText(name);
  return fault(part, `${instancePath}/${shown}`, rule, `This request has no ${what} ${shown}; it ${rule}.`);
}

const fault = (part: CheckedPart, path: string, rule: string, sentence: string): Fault => ({
  place: part.kind === 'body' ? path.slice(0, 200) : path.slice(1, 200),
  rule: rule.slice(0, 300),
  sentence,
});

const nameOf = (part: CheckedPart, path: string): string =>
  path === '' ? (part.kind === 'body' ? 'The body' : 'The request') : path.slice(1).replaceAll('/', '.');

interface Expected {
  readonly type?: string;
  readonly pattern?: string;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly description?: string;
}

function expectation(schema: unknown): string {
  const { type, pattern, enum: words, minimum, maximum, description = '' } = (schema ?? {}) as Expected;
  if (words !== undefined) return words.length === 1 ? `"${words[0]}"` : `one of ${words.map((word) => `"${word}"`).join(', ')}`;
  if (pattern !== undefined) return FORMS[pattern] ?? `as documented (${description.replace(/\.$/, '')})`;
  if (type === 'integer') return `a whole number from ${minimum} to ${maximum}`;
  return type === 'object' ? 'an object' : `a ${type ?? 'value of another form'}`;
}

const listOf = (params: unknown, name: string): readonly string[] =>
  (params as Readonly<Record<string, readonly string[] | undefined>>)[name] ?? [];

const propertiesOf = (schema: unknown): object => (schema as { readonly properties?: object } | undefined)?.properties ?? {};

/** What a JSON pointer (`/a/b`, or `#/a/b`) leads to; only own properties are followed. */
function at(root: unknown, pointer: string): unknown {
  let found = root;
  for (const step of pointer.split('/').slice(1)) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, step)) return undefined;
    found = (found as Readonly<Record<string, unknown>>)[step];
  }
  return found;
}
