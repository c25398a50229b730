import { problemDetail, PROBLEMS, problemType, type ProblemCode, type ProblemV1 } from '@margrave/contracts';
import { PROBLEM_TYPE, type Reply } from './reply.ts';

/** The facts of one problem, besides what its code says. */
export type ProblemFacts = Pick<
  ProblemV1,
  'detail' | 'orderId' | 'decisionId' | 'numbers' | 'statusUrl' | 'faults' | 'correlationId'
>;

/** A problem as it is sent. `ofCommand`: whether the request was one that changes something, so that it has an outcome. */
export function problemBody(code: ProblemCode, ofCommand: boolean, facts: Partial<ProblemFacts> = {}): ProblemV1 {
  const { title, status, retryable, outcome } = PROBLEMS[code];
  const { detail = problemDetail(code, facts.numbers), ...rest } = facts;
  return { type: problemType(code), title, status, code, detail, retryable, ...(ofCommand ? { outcome } : {}), ...rest };
}

/** Seconds after which to come back: the server is busy or loses a dependency for moments, not for minutes. */
const RETRY_AFTER_S = '1';

export function problemReply(code: ProblemCode, ofCommand: boolean, facts?: Partial<ProblemFacts>): Reply {
  const { status } = PROBLEMS[code];
  return {
    status,
    contentType: PROBLEM_TYPE,
    body: JSON.stringify(problemBody(code, ofCommand, facts)),
    ...(status === 503 ? { headers: { 'retry-after': RETRY_AFTER_S } } : {}),
  };
}
