import { Type, type Static } from 'typebox';
import { count, oneOf, plainText, time } from '../fields.ts';
import { plainMessage } from '../message.ts';
import { subjectTemplate } from '../subject.ts';
import { CONFIGURATION_KINDS, type ConfigurationKind } from '../terms.ts';

const checkConfigurationKind = (unchecked: string): ConfigurationKind | undefined =>
  CONFIGURATION_KINDS.find((kind) => kind === unchecked);

const schema = Type.Object(
  {
    what: oneOf(CONFIGURATION_KINDS, 'Which part of the configuration, as in the subject.'),
    keys: Type.Union([Type.Array(plainText(64, 'A symbol, a group, an account …'), { maxItems: 1000 }), Type.Null()], {
      description: 'What changed in it; null: read all of it again.',
    }),
    configurationVersion: count('The configuration version that holds the change.'),
    at: time('When it was changed.'),
  },
  { title: 'ConfigChangedV1' },
);

/**
 * A hint that cached configuration is old. What must be prompt is compared at the commit, so a lost hint costs time, not money.
 *
 * From: the admin API. To: all caches.
 * Frozen after its first release: a field may be added as optional; anything else is `config-changed.v2.ts`.
 */
export const ConfigChangedV1 = plainMessage({
  name: 'config.changed',
  version: 1,
  summary: 'Cached configuration is old.',
  description: 'A hint: nobody keeps it, and nothing depends on its arrival.',
  from: 'admin',
  to: 'all caches',
  subjectTemplate: subjectTemplate('config.changed.v1.{what}', { what: checkConfigurationKind }),
  bytesMax: 128 * 1024,
  schema,
  example: {
    what: 'instruments',
    keys: ['EURUSD'],
    configurationVersion: '7',
    at: '2026-01-05T10:00:00.000Z',
  },
});

export type ConfigChangedV1 = Static<typeof schema>;
