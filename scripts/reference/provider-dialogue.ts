import { ProviderExecutionV1, ProviderOrderNewV1, ProviderOrderStatusV1 } from '@margrave/contracts';

interface Line {
  readonly sentence: string;
  readonly body: object;
}

const partial = ProviderExecutionV1.example;

/** An order of 0.10 lots of which 0.04 could be had, then a question about it: every line is a message that validates. */
export const EXAMPLE_DIALOGUE: readonly Line[] = [
  {
    sentence: 'Heard on `provider.lp-a.orders.v1.new`:',
    body: ProviderOrderNewV1.example,
  },
  {
    sentence: 'Said on `provider.lp-a.executions.v1` with `Nats-Msg-Id: lp-a:lp-a-20260105-991:q7XkT`:',
    body: partial,
  },
  {
    sentence: 'The rest could not be had. Said with `Nats-Msg-Id: lp-a:lp-a-20260105-992:q7XkT`:',
    body: {
      executionId: 'lp-a-20260105-992',
      requestId: '1000000470',
      providerOrderId: '77120',
      executionType: 'cancelled',
      symbol: 'EUR/USD',
      side: 'buy',
      cumulativeVolume: '0.04',
      leavesVolume: '0.06',
      reason: 'no_liquidity',
      transactTime: '2026-01-05T10:00:00.142Z',
    },
  },
  {
    sentence: 'Had we heard none of this, we would ask on `provider.lp-a.orders.v1.status`:',
    body: ProviderOrderStatusV1.example,
  },
  {
    sentence:
      'Then both reports above are said again, unchanged, with `Nats-Msg-Id: lp-a:lp-a-20260105-991:1000000474:q7XkT` and `Nats-Msg-Id: lp-a:lp-a-20260105-992:1000000474:q7XkT`, and this after them, with `Nats-Msg-Id: lp-a:lp-a-20260105-993:q7XkT`:',
    body: {
      executionId: 'lp-a-20260105-993',
      requestId: '1000000474',
      originalRequestId: '1000000470',
      providerOrderId: '77120',
      executionType: 'status',
      symbol: 'EUR/USD',
      side: 'buy',
      orderStatus: 'cancelled',
      cumulativeVolume: '0.04',
      leavesVolume: '0.06',
      transactTime: '2026-01-05T10:00:05.200Z',
    },
  },
];
