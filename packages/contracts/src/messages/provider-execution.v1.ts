import { checkProviderName, EXECUTION_TYPES, SIDES } from '@margrave/vocabulary';
import { Type, type Static } from 'typebox';
import { decimal, foreignId, oneOf, orNull, plainText, providerSymbol, requestId, time } from '../fields.ts';
import { streamMessage } from '../message.ts';
import { subjectTemplate } from '../subject.ts';
import { PROVIDER_ORDER_STATUSES } from '../terms.ts';

const schema = Type.Object(
  {
    executionId: foreignId(
      'The provider’s id of this report, unique for ever: put the trade date in front of a counter that restarts.',
    ),
    requestId: requestId(
      'The request that this report answers: of an order its `new` request, also after it was replaced, of a close the `close` request.',
    ),
    originalRequestId: Type.Optional(
      orNull(
        requestId('For answers to cancel, replace, protect and status: the request that was cancelled, changed or asked for.'),
      ),
    ),
    providerOrderId: Type.Optional(orNull(plainText(64, 'The provider’s own id of the order.'))),
    executionType: oneOf(EXECUTION_TYPES, 'What happened. Which fields each type must carry stands in “Writing a provider”.'),
    symbol: providerSymbol('The provider’s own symbol, as in the request.'),
    side: oneOf(SIDES, 'As in the request.'),
    lastVolume: Type.Optional(orNull(decimal('Lots executed by this report alone, not the running total.'))),
    lastPrice: Type.Optional(orNull(decimal('The price of this execution alone, raw.'))),
    cumulativeVolume: Type.Optional(orNull(decimal('Lots executed so far, this report included.'))),
    leavesVolume: Type.Optional(
      orNull(
        decimal(
          'Lots not executed: still open, or, in `cancelled`, `expired` and `rejected`, given up; in `replaced`, of the new volume. With cumulativeVolume it makes the volume of the order.',
        ),
      ),
    ),
    orderStatus: Type.Optional(orNull(oneOf(PROVIDER_ORDER_STATUSES, 'Of a `status` report: how the original request stands.'))),
    originalExecutionId: Type.Optional(
      orNull(foreignId('Of `trade_cancel` and `trade_correct`: the execution that is taken back or put right.')),
    ),
    reason: Type.Optional(orNull(plainText(200, 'Why: a word of the list in “Writing a provider” where one fits.'))),
    transactTime: time('When it happened at the provider.'),
  },
  { title: 'ProviderExecutionV1', additionalProperties: true }, // a newer provider may say more than we know
);

/**
 * A provider reports what happened to a request. Untrusted input: read it with `decode`, then ask `executionFault`.
 *
 * From: provider systems. To: provider-worker.
 * Frozen after its first release: a field may be added as optional; anything else is `provider-execution.v2.ts`.
 */
export const ProviderExecutionV1 = streamMessage({
  name: 'provider.execution',
  version: 1,
  summary: 'What happened to a request.',
  description:
    'One report an event: acknowledged, executed in part or whole, refused, cancelled. Reports may arrive repeated and in any order; each execution id is applied once.',
  from: 'the provider named in the subject',
  to: 'provider-worker',
  subjectTemplate: subjectTemplate('provider.{provider}.executions.v1', { provider: checkProviderName }),
  stream: 'EXECUTIONS',
  deduplicationId: ({ provider }, execution) => `${provider}:${execution.executionId}`,
  deduplicationRule:
    '`{provider}:{executionId}:{secret}`, or `{provider}:{executionId}:{statusRequestId}:{secret}` for a report that is said again as the answer to a status request; the secret is a word of the provider’s that nobody can guess',
  // All fields at their longest are half of it. The stream counts on it: one provider's reports must leave room for the others'.
  bytesMax: 4 * 1024,
  schema,
  example: {
    executionId: 'lp-a-20260105-991',
    requestId: '1000000470',
    providerOrderId: '77120',
    executionType: 'partial_fill',
    symbol: 'EUR/USD',
    side: 'buy',
    lastVolume: '0.04',
    lastPrice: '1.08455',
    cumulativeVolume: '0.04',
    leavesVolume: '0.06',
    reason: null,
    transactTime: '2026-01-05T10:00:00.140Z',
  },
});

export type ProviderExecutionV1 = Static<typeof schema>;
