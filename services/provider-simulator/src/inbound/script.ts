import {
  decimal,
  oneOf,
  plainText,
  PROVIDER_REJECT_REASONS,
  providerSymbol,
  schemaCheck,
  wholeNumber,
  type ProviderRejectReason,
} from '@margrave/contracts';
import { refuse, type Result } from '@margrave/vocabulary';
import { Type } from 'typebox';
import { DISTORTIONS, type ScriptRule } from '../app/behaviour.ts';

const HOUR_MS = 3_600_000;
const KNOWN_REASONS = Object.keys(PROVIDER_REJECT_REASONS) as ProviderRejectReason[];

const flag = (description: string) => Type.Optional(Type.Boolean({ description }));
const closed = { additionalProperties: false } as const;

const when = Type.Object(
  {
    nth: Type.Optional(wholeNumber({ minimum: 1, maximum: 1_000_000_000 }, 'The how manieth order the provider takes.')),
    kind: Type.Optional(oneOf(['new', 'close'], 'Whether it opens or closes.')),
    symbol: Type.Optional(providerSymbol('The provider’s own symbol.')),
    volume: Type.Optional(decimal('Lots.')),
  },
  closed,
);

const then = Type.Object(
  {
    latencyMs: Type.Optional(wholeNumber({ minimum: 0, maximum: HOUR_MS }, 'From the arrival to the first execution.')),
    acknowledge: flag('Whether it says `new` at once.'),
    parts: Type.Optional(wholeNumber({ minimum: 1, maximum: 100 }, 'In how many parts it executes.')),
    reject: Type.Optional(plainText(200, `The reason of a refusal, one of ${KNOWN_REASONS.join(', ')} or another word.`)),
    short: flag('The last part is not to be had.'),
    silent: flag('It executes and says nothing until it is asked.'),
    lose: flag('It has never seen the request.'),
    late: flag('It executes after the time at which silence is noticed.'),
    reorder: flag('It says everything at the end, the last first.'),
    repeat: Type.Optional(Type.Array(oneOf(['same_id', 'new_id'], 'How each report is said again.'), { maxItems: 100 })),
    endFirst: Type.Optional(
      Type.Array(oneOf(['cancelled', 'rejected'], 'What it says has become of the order, before it executes it.'), {
        maxItems: 2,
      }),
    ),
    overfill: flag('The last part is twice what was left.'),
    distort: Type.Optional(Type.Array(oneOf(DISTORTIONS, 'How each fill is said again, falsely.'), { maxItems: 5 })),
    mute: flag('It executes and never says anything, whoever asks.'),
  },
  closed,
);

const checkScript = schemaCheck(Type.Array(Type.Object({ when, then }, closed)));

/** Reads the text of a script: a JSON array of rules. The refusal says where the fault is. */
export function readScript(text: string): Result<readonly ScriptRule[], string> {
  let unchecked: unknown;
  try {
    unchecked = JSON.parse(text);
  } catch (error) {
    return refuse(error instanceof Error ? error.message : 'not JSON');
  }
  return checkScript(unchecked);
}
