import { DENIAL_CODES, SETTLEMENT_CODES } from '@margrave/vocabulary';

/** What goes wrong before or around a decision, by the face's own rules. Closed. */
export const PROTOCOL_CODES = [
  'MALFORMED',
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'NOT_FOUND',
  'METHOD_NOT_ALLOWED',
  'REQUEST_TIMEOUT',
  'IDEMPOTENCY_KEY_REUSED',
  'PAYLOAD_TOO_LARGE',
  'UNSUPPORTED_MEDIA_TYPE',
  'RATE_LIMITED',
  'OUTCOME_UNKNOWN',
  'INTERNAL',
  'ACCOUNT_BUSY',
  'DEPENDENCY_UNAVAILABLE',
] as const;
export type ProtocolCode = (typeof PROTOCOL_CODES)[number];

/** Every code that an answer can carry: refusals by a rule, of an operator's word, and by the protocol. */
export const PROBLEM_CODES = [...DENIAL_CODES, ...SETTLEMENT_CODES, ...PROTOCOL_CODES] as const;
export type ProblemCode = (typeof PROBLEM_CODES)[number];

export const RETRYABLES = ['never', 'same-key', 'after'] as const;
export type Retryable = (typeof RETRYABLES)[number];

export const OUTCOMES = ['not-placed', 'placed', 'unknown'] as const;
export type Outcome = (typeof OUTCOMES)[number];

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
/** Of a body: a basket of a hundred legs is within it. */
export const REQUEST_BYTES_MAX = 65_536;
/** Of an address with all headers. */
export const HEAD_BYTES_MAX = 16_384;
/** Objects and lists inside one another in a body. No body of ours needs more than three. */
export const REQUEST_DEPTH_MAX = 8;

export type ProblemStatus = 202 | 400 | 401 | 403 | 404 | 405 | 408 | 409 | 413 | 415 | 422 | 429 | 500 | 503;

/** All that an edge needs to answer with a code, and a person needs to understand it. */
export interface ProblemEntry<Status extends ProblemStatus = ProblemStatus> {
  readonly status: Status;
  readonly title: string;
  readonly retryable: Retryable;
  readonly outcome: Outcome;
  readonly logLevel: LogLevel;
  /** The sentence of one problem; `{name}` stands for a number. */
  readonly detail: string;
  /** What it means and what to do, for a person. */
  readonly explanation: string;
  /** The numbers it may carry, each with its meaning and unit. */
  readonly numbers: Readonly<Record<string, string>>;
}
