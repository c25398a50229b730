import { Type, type Static } from 'typebox';
import { body } from './body.ts';

const schema = Type.Object(
  {
    ok: Type.Boolean({ description: 'Whether all checks passed.' }),
    checks: Type.Array(
      Type.Object({
        name: Type.String({ description: 'What was checked.' }),
        ok: Type.Boolean(),
        reason: Type.Optional(Type.String({ description: 'Why not, for a person.' })),
        elapsedMs: Type.Integer({ minimum: 0, description: 'How long the check took, in milliseconds.' }),
      }),
    ),
  },
  { title: 'Health', description: 'What a service’s checks found.' },
);

export const HealthV1 = body(schema, { ok: true, checks: [{ name: 'database', ok: true, elapsedMs: 2 }] });

export type HealthV1 = Static<typeof schema>;
