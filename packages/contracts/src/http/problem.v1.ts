import { Type, type Static } from 'typebox';
import { decisionId, oneOf, orderId, plainText } from '../fields.ts';
import { OUTCOMES, PROBLEM_CODES, RETRYABLES } from '../problems/problem-terms.ts';
import { body } from './body.ts';

const fault = Type.Object(
  {
    place: plainText(200, 'JSON pointer into the body, or the name of a parameter.'),
    rule: plainText(300, 'What was expected there.'),
  },
  { title: 'Fault' },
);

const schema = Type.Object(
  {
    type: Type.String({
      pattern: '^/problems/[a-z-]{1,64}$',
      description: 'A path of this server that explains the code to a person.',
    }),
    title: plainText(100, 'The same for every problem of this code.'),
    status: Type.Integer({ minimum: 200, maximum: 599, description: 'The HTTP status.' }),
    code: oneOf(PROBLEM_CODES, 'Closed list; each explained at `/problems/{code}`.'),
    detail: plainText(1000, 'This problem, for a person.'),
    retryable: oneOf(
      RETRYABLES,
      '`never`: the same request will be refused again. `same-key`: send the very same request again, with the same key. `after`: later it may pass; a refused order has used up its key, so take a new one.',
    ),
    outcome: Type.Optional(
      oneOf(OUTCOMES, 'Of a command. `not-placed`: it changed nothing. `placed`: it is committed. `unknown`: it may be.'),
    ),
    orderId: Type.Optional(
      orderId('The order: a refused one is kept and listed as `denied`. Of a key that was used before: the order that has it.'),
    ),
    decisionId: Type.Optional(decisionId('Why: `GET decisions/{decisionId}`.')),
    numbers: Type.Optional(
      Type.Record(Type.String({ pattern: '^[A-Za-z][A-Za-z0-9]{0,31}$' }), plainText(200, 'A decimal string, an id or a word.'), {
        description: 'The facts of this one problem; which ones a code has stands at `/problems/{code}`.',
      }),
    ),
    statusUrl: Type.Optional(
      plainText(300, 'A path of this server: where to read what became of the command, or the order that has its key.'),
    ),
    faults: Type.Optional(Type.Array(fault, { maxItems: 20, description: 'Of a malformed request.' })),
    correlationId: Type.Optional(plainText(64, 'Name it when you ask for help.')),
  },
  { title: 'Problem', description: 'An error (RFC 9457), sent as `application/problem+json`.' },
);

export const ProblemV1 = body(schema, {
  type: '/problems/margin-exceeds-free',
  title: 'Not enough free margin',
  status: 422,
  code: 'MARGIN_EXCEEDS_FREE',
  detail: 'The order needs 2169.14 USD of margin; 1890.04 USD is free. The largest volume that would pass is 1.74 lots.',
  retryable: 'never',
  outcome: 'not-placed',
  orderId: '1000000460',
  decisionId: '1000000461',
  numbers: {
    required: '2169.14',
    free: '1890.04',
    currency: 'USD',
    largestVolume: '1.74',
    price: '1.08457',
    priceAgeMs: '84',
  },
});

export type ProblemV1 = Static<typeof schema>;
