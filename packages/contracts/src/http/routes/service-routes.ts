import { HealthV1 } from '../health.v1.ts';
import { ProblemExplanationV1 } from '../pages.v1.ts';
import { ofProblem } from './parameters.ts';
import { answer, PUBLIC_PROBLEMS, refusals, type Route } from './route.ts';

const open = { method: 'GET', scope: 'public', tag: 'Service', query: null, body: null } as const;

const explainProblem: Route = {
  ...open,
  operationId: 'explainProblem',
  path: '/problems/:code',
  summary: 'Explain a problem code',
  description: 'What the `type` of a problem points to: what the code means and what to do.',
  parameters: ofProblem,
  answers: {
    200: answer('The code, explained.', ProblemExplanationV1.schema),
    ...refusals([...PUBLIC_PROBLEMS, 'NOT_FOUND']),
  },
};

const getLiveness: Route = {
  ...open,
  operationId: 'getLiveness',
  path: '/health/live',
  summary: 'Is the process alive?',
  description: 'Whether a restart would help. A dependency that is away does not count.',
  parameters: null,
  answers: { 200: answer('Alive.', HealthV1.schema), 503: answer('A restart would help.', HealthV1.schema) },
};

const getReadiness: Route = {
  ...open,
  operationId: 'getReadiness',
  path: '/health/ready',
  summary: 'Can it take work?',
  description: 'Whether this instance should be sent requests.',
  parameters: null,
  answers: { 200: answer('Ready.', HealthV1.schema), 503: answer('Not ready.', HealthV1.schema) },
};

export const SERVICE_ROUTES = { explainProblem, getLiveness, getReadiness };
