import { problemCodeOfSlug, problemType, PROBLEMS, type ProblemCode, type ProblemExplanationV1 } from '@margrave/contracts';
import type { Handler } from '../call.ts';
import { problemReply } from '../problem.ts';
import { jsonReply } from '../reply.ts';

/** `GET /problems/{code}` */
export const explainProblem: Handler = ({ parameters }) => {
  const code = problemCodeOfSlug((parameters as { readonly code: string }).code);
  return code === undefined ? problemReply('NOT_FOUND', false) : jsonReply(200, explanationOf(code));
};

function explanationOf(code: ProblemCode): ProblemExplanationV1 {
  const { title, status, retryable, outcome, explanation, numbers } = PROBLEMS[code];
  return { code, type: problemType(code), title, status, retryable, outcome, explanation, numbers };
}
