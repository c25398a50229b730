import { Type, type Static } from 'typebox';
import { count, wholeNumber } from '../fields.ts';
import { body } from './body.ts';
import { PlacedAnswerV1 } from './placed-answer.v1.ts';
import { ProblemV1 } from './problem.v1.ts';

const leg = Type.Object(
  {
    status: wholeNumber({ minimum: 200, maximum: 499 }, 'The status that the leg would have got by itself.'),
    answer: Type.Union([PlacedAnswerV1.schema, ProblemV1.schema], {
      description: 'The answer that the leg would have got by itself, and gets again under its own key.',
    }),
  },
  { title: 'BasketLeg' },
);

const schema = Type.Object(
  {
    legs: Type.Array(leg, { description: 'What became of each leg, in their order.' }),
    lastEventSequence: count('Follow from here: `GET events?after=`.'),
  },
  { title: 'BasketAnswer', description: 'What became of several commands that were committed together.' },
);

export const BasketAnswerV1 = body(schema, {
  legs: [
    { status: 201, answer: PlacedAnswerV1.example },
    { status: 422, answer: ProblemV1.example },
  ],
  lastEventSequence: '12',
});

export type BasketAnswerV1 = Static<typeof schema>;
