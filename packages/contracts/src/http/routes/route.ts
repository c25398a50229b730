import type { StaffRole } from '@margrave/vocabulary';
import type { TObject, TSchema } from 'typebox';
import type { Body } from '../body.ts';
import { ProblemV1 } from '../problem.v1.ts';
import type { ProblemCode } from '../../problems/problem-terms.ts';
import { PROBLEMS } from '../../problems/problems.ts';

/** What a token must permit; `public` needs none, `staff` one of the roles that the route names. */
export type RouteScope = 'public' | 'read' | 'trade' | 'staff';

export interface Answer {
  readonly description: string;
  readonly contentType: 'application/json' | 'application/problem+json';
  readonly schema: TSchema;
  /** Names of `RESPONSE_HEADERS` that it may carry. */
  readonly headers: readonly ResponseHeader[];
}

/** One address of the HTTP face. The gateway serves these and no others; its OpenAPI document says the same. */
export interface Route {
  readonly operationId: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Parameters as `:name`. */
  readonly path: string;
  readonly scope: RouteScope;
  /** Of a `staff` route: who may use it; nobody else may. */
  readonly roles?: readonly StaffRole[];
  readonly tag: string;
  readonly summary: string;
  readonly description: string;
  readonly parameters: TObject | null;
  readonly query: TObject | null;
  /** Headers that the request must have, in lower case. */
  readonly headers?: TObject;
  readonly body: Body<TSchema> | null;
  /** By HTTP status; refusals included. */
  readonly answers: Readonly<Record<number, Answer>>;
}

export const RESPONSE_HEADERS = {
  'Idempotent-Replayed': '`true` when this is the stored answer to an earlier command with the same key.',
  'Server-Timing': 'The stages of an order in milliseconds: receive, load, price, decide, commit.',
  'Retry-After': 'Seconds to wait before the request is sent again.',
  'RateLimit-Limit': 'Requests allowed at once: the burst.',
  'RateLimit-Remaining': 'Requests left now.',
  'RateLimit-Reset': 'Seconds until the whole burst is there again.',
  'Accept-Encoding': '`identity`, where the body came with a content encoding.',
  Allow: 'The methods that this address knows.',
} as const;
export type ResponseHeader = keyof typeof RESPONSE_HEADERS;

const HEADERS_OF_STATUS: Readonly<Record<number, readonly ResponseHeader[]>> = {
  405: ['Allow'],
  415: ['Accept-Encoding'],
  429: ['Retry-After', 'RateLimit-Limit', 'RateLimit-Remaining', 'RateLimit-Reset'],
  503: ['Retry-After'],
};

/** An answer that carries what was asked for. */
export const answer = (description: string, schema: TSchema, headers: readonly ResponseHeader[] = []): Answer => ({
  description,
  contentType: 'application/json',
  schema,
  headers,
});

/** The refusals of a route, one answer a status, each naming its codes. */
export function refusals(
  codes: readonly ProblemCode[],
  headers: readonly ResponseHeader[] = [],
): Readonly<Record<number, Answer>> {
  const byStatus = Map.groupBy(codes, (code) => PROBLEMS[code].status);
  return Object.fromEntries(
    [...byStatus].map(([status, same]) => [
      status,
      {
        description: `One of: ${same.map((code) => `\`${code}\``).join(', ')}.`,
        contentType: 'application/problem+json',
        schema: ProblemV1.schema,
        headers: [...(HEADERS_OF_STATUS[status] ?? []), ...(status === 422 ? headers : [])],
      } satisfies Answer,
    ]),
  );
}

/** What any address may answer. */
export const PUBLIC_PROBLEMS = [
  'MALFORMED',
  'RATE_LIMITED',
  'INTERNAL',
  'DEPENDENCY_UNAVAILABLE',
] as const satisfies readonly ProblemCode[];

/** What any address behind a token may answer. */
export const READ_PROBLEMS = ['UNAUTHENTICATED', 'FORBIDDEN', ...PUBLIC_PROBLEMS] as const satisfies readonly ProblemCode[];
