import type { Route } from '@margrave/contracts';
import { ok, refuse, type Result } from '@margrave/vocabulary';
import { Type, type TObject, type TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { faultsOf, type CheckedPart, type Faults } from './faults.ts';

/** The parts of a request before they are checked. */
export interface UncheckedRequest {
  readonly parameters: unknown;
  readonly query: unknown;
  /** `undefined` when nothing was sent. */
  readonly body: unknown;
  readonly headers: unknown;
}

/** The same parts, each of the form that its route declares. */
export interface CheckedRequest {
  readonly parameters: unknown;
  readonly query: unknown;
  readonly body: unknown;
  /** Of the headers those that the route declares. */
  readonly headers: unknown;
}

export type RequestCheck = (unchecked: UncheckedRequest) => Result<CheckedRequest, Faults>;

/** `undefined` when nothing is wrong. */
type PartCheck = (unchecked: unknown) => Faults | undefined;

/** The check of a route's requests by the schemas of its contract, compiled when the route is registered. */
export function requestCheck({ parameters, query, headers, body }: Route): RequestCheck {
  const checkParameters = parameters === null ? undefined : partCheck({ kind: 'path', schema: parameters });
  const checkQuery = partCheck({ kind: 'query', schema: query ?? NO_QUERY });
  const readQuery = queryReader(query ?? NO_QUERY);
  const checkHeaders = headers === undefined ? undefined : partCheck({ kind: 'header', schema: headers });
  const headerNames = Object.keys(headers?.properties ?? {});
  const checkBody = body === null ? undefined : partCheck({ kind: 'body', schema: body.schema });
  return (unchecked) => {
    const readQueryValue = readQuery(unchecked.query as QueryText);
    const sent = unchecked.headers as Readonly<Record<string, unknown>>;
    const declared = Object.fromEntries(headerNames.flatMap((name) => (sent[name] === undefined ? [] : [[name, sent[name]]])));
    const [first, ...more] = [
      checkParameters?.(unchecked.parameters),
      checkQuery(readQueryValue),
      checkHeaders?.(declared),
      checkBody?.(unchecked.body),
    ].filter((faults) => faults !== undefined);
    if (first === undefined) return ok({ ...unchecked, query: readQueryValue, headers: declared });
    return refuse([...first, ...more.flat()]);
  };
}

const NO_QUERY: TObject = Type.Object({}, { additionalProperties: false });

/** Nothing is coerced, filled in or dropped. */
function partCheck(part: CheckedPart): PartCheck {
  const validator = Compile(part.schema);
  return (unchecked) => (validator.Check(unchecked) ? undefined : faultsOf(part, unchecked, validator.Errors(unchecked)));
}

/** A query as it was parsed: a name that is given twice has a list. */
type QueryText = Readonly<Record<string, string | readonly string[]>>;

const WHOLE_NUMBER = /^\d{1,9}$/;

/** A query is text: whole numbers that the schema wants are read, and its defaults filled in; all else stays for the check. */
function queryReader(schema: TObject): (query: QueryText) => Readonly<Record<string, unknown>> {
  const properties = Object.entries(
    schema.properties as Readonly<Record<string, TSchema & { type?: string; default?: unknown }>>,
  );
  const numeric = properties.filter(([, { type }]) => type === 'integer').map(([name]) => name);
  const defaults = properties.filter(([, property]) => property.default !== undefined);
  return (query) => {
    const read: Record<string, unknown> = { ...query };
    for (const name of numeric) {
      const text = query[name];
      if (typeof text === 'string' && WHOLE_NUMBER.test(text)) read[name] = Number.parseInt(text, 10);
    }
    for (const [name, property] of defaults) read[name] ??= property.default;
    return read;
  };
}
