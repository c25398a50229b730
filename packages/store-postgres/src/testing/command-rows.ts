import type {
  Currency,
  DealId,
  DecisionId,
  EntryId,
  JournalId,
  LotsE8,
  MoneyE8,
  OrderId,
  PositionId,
  PriceE8,
  ProviderName,
  RequestId,
  SymbolName,
} from '@margrave/vocabulary';
import type {
  AccountRow,
  CommandRows,
  DealRow,
  DecisionRow,
  EventRow,
  LedgerRow,
  OrderRow,
  PositionRow,
  RequestRow,
} from '../rows.ts';

/** Rows as the account engine makes them, for tests and measurements. */
export interface RowMaker {
  readonly nextId: () => string;
  readonly nowMs: number;
}

export function createRowMaker(firstId = 5_000_000_000n): RowMaker {
  let id = firstId;
  return { nowMs: Date.parse('2026-01-05T10:00:00.123Z'), nextId: () => (id++).toString() };
}

/** A command that changes nothing but the account's version. */
export const emptyCommand = (account: AccountRow): CommandRows => ({
  accountId: account.accountId,
  expectedVersion: account.version,
  account: { ...account, version: account.version + 1n },
  commandKeys: [],
  appliedExecutions: [],
  operatorAction: null,
  decision: null,
  newOrders: [],
  newPositions: [],
  newRequests: [],
  orders: [],
  positions: [],
  requests: [],
  deals: [],
  ledger: [],
  events: [],
  messages: [],
});

export const decisionRow = ({ nextId, nowMs }: RowMaker, account: AccountRow, orderId: OrderId): DecisionRow => ({
  decisionId: nextId() as DecisionId,
  accountId: account.accountId,
  orderId,
  command: 'place',
  outcome: 'accepted',
  code: null,
  accountVersion: account.version,
  engineVersion: '1',
  configurationVersion: 1n,
  recordJson: JSON.stringify({
    orderId,
    quotes: [{ symbol: 'EURUSD', bidE8: '108446000', askE8: '108454000', ageMs: 12 }],
    padding: 'x'.repeat(900),
  }),
  decidedAtMs: nowMs,
});

export const orderRow = ({ nextId, nowMs }: RowMaker, account: AccountRow, changed: Partial<OrderRow> = {}): OrderRow => {
  const orderId = nextId() as OrderId;
  return {
    orderId,
    accountId: account.accountId,
    clientOrderId: null,
    symbol: 'EURUSD' as SymbolName,
    side: 'buy',
    type: 'market',
    timeInForce: 'ioc',
    limitPriceE8: null,
    stopPriceE8: null,
    expiresAtMs: null,
    triggeredAtMs: null,
    reduceOnly: false,
    protectionJson: null,
    origin: 'client',
    volumeE8: 10_000_000n as LotsE8,
    filledVolumeE8: 10_000_000n as LotsE8,
    filledNotionalE16: 10_000_000n * 108_457_000n,
    status: 'filled',
    flow: 'local',
    provider: null,
    closesPositionId: null,
    maxDeviationE8: null,
    markupE8: 10_000n as PriceE8,
    reservedPriceE8: null,
    reservedRateNumerator: null,
    reservedRateDenominator: null,
    requestId: null,
    reason: null,
    flags: [],
    decisionId: '4000000000' as DecisionId,
    version: account.version + 1n,
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
    ...changed,
  };
};

export const positionRow = ({ nowMs }: RowMaker, order: OrderRow, changed: Partial<PositionRow> = {}): PositionRow => ({
  positionId: order.orderId as unknown as PositionId,
  accountId: order.accountId,
  symbol: order.symbol,
  side: order.side,
  openVolumeE8: order.volumeE8,
  openNotionalE16: order.filledNotionalE16,
  marginBasisNumerator: 10_000_000n * 108_457_000n,
  marginBasisDenominator: 100_000_000n,
  commissionJson: '{"kind":"none"}',
  flow: order.flow,
  provider: order.provider,
  realisedProfitE8: 0n as MoneyE8,
  profitRemainderE16: 0n,
  stopLossE8: null,
  takeProfitE8: null,
  trailingDistanceE8: null,
  trailingBestE8: null,
  openingRequestId: order.requestId,
  closingOrderId: null,
  openedAtMs: nowMs,
  closedAtMs: null,
  version: order.version,
  ...changed,
});

export const dealRow = ({ nextId, nowMs }: RowMaker, order: OrderRow, sequence: bigint): DealRow => ({
  dealId: nextId() as DealId,
  accountId: order.accountId,
  orderId: order.orderId,
  positionId: order.orderId as unknown as PositionId,
  symbol: order.symbol,
  side: order.side,
  entry: 'in',
  volumeE8: order.volumeE8,
  priceE8: 108_457_000n as PriceE8,
  providerPriceE8: null,
  levelE8: null,
  profitE8: 0n as MoneyE8,
  commissionE8: 35_000_000n as MoneyE8,
  currency: 'USD' as Currency,
  provider: null,
  executionId: null,
  flags: [],
  sequence,
  executedAtMs: nowMs,
});

export const eventRow = (
  { nowMs }: RowMaker,
  account: AccountRow,
  index: number,
  type: EventRow['type'],
  orderId: OrderId | null = null,
): EventRow => ({
  accountId: account.accountId,
  sequence: account.lastSequence + BigInt(index) + 1n,
  version: account.version + 1n,
  type,
  atMs: nowMs,
  by: 'client',
  dataJson: JSON.stringify({
    type,
    orderId,
    symbol: 'EURUSD',
    side: 'buy',
    volume: '0.10',
    averagePrice: '1.08457',
    padding: 'x'.repeat(150),
  }),
  orderId,
});

/** A booking on the account and its counter-entry on a house account. */
export function journalRows({ nextId, nowMs }: RowMaker, account: AccountRow, amountE8: bigint, sequence: bigint): LedgerRow[] {
  const common = {
    journalId: nextId() as JournalId,
    currency: account.currency,
    kind: 'commission',
    dealId: null,
    bookedAtMs: nowMs,
  } as const;
  return [
    {
      ...common,
      entryId: nextId() as EntryId,
      accountId: account.accountId,
      house: null,
      amountE8: amountE8 as MoneyE8,
      sequence,
    },
    {
      ...common,
      entryId: nextId() as EntryId,
      accountId: null,
      house: 'commission',
      amountE8: -amountE8 as MoneyE8,
      sequence: null,
    },
  ];
}

/** A market order filled in house: an order, a position, a deal, a commission, five events, a decision and a key. */
export function localFill(maker: RowMaker, account: AccountRow, key: string | null = null): CommandRows {
  const order = orderRow(maker, account, { clientOrderId: key as OrderRow['clientOrderId'] });
  const types = ['order.accepted', 'order.filled', 'position.opened', 'ledger.entry', 'margin.changed'] as const;
  const events = types.map((type, index) =>
    eventRow(maker, account, index, type, type === 'margin.changed' ? null : order.orderId),
  );
  const commissionE8 = -35_000_000n;
  const decision = decisionRow(maker, account, order.orderId);
  return {
    ...emptyCommand(account),
    account: {
      ...account,
      balanceE8: (account.balanceE8 + commissionE8) as MoneyE8,
      version: account.version + 1n,
      lastSequence: events.at(-1)!.sequence,
    },
    commandKeys:
      key === null
        ? []
        : [{ key, requestHash: 'a'.repeat(64), answerStatus: 201, answerBody: JSON.stringify({ padding: 'x'.repeat(700) }) }],
    decision,
    newOrders: [{ ...order, decisionId: decision.decisionId }],
    newPositions: [positionRow(maker, order)],
    deals: [dealRow(maker, order, events[2]!.sequence)],
    ledger: journalRows(maker, account, commissionE8, events[3]!.sequence),
    events,
  };
}

/** A market order sent to a provider: an order, a request, a message, three events, a decision and a key. */
export function providerOrder(maker: RowMaker, account: AccountRow, key: string): CommandRows {
  const requestId = maker.nextId() as RequestId;
  const provider = 'lp-a' as ProviderName;
  const order = orderRow(maker, account, {
    clientOrderId: key as NonNullable<OrderRow['clientOrderId']>,
    filledVolumeE8: 0n as LotsE8,
    filledNotionalE16: 0n,
    status: 'queued',
    flow: 'provider',
    provider,
    requestId,
  });
  const events = (['order.accepted', 'order.queued', 'margin.changed'] as const).map((type, index) =>
    eventRow(maker, account, index, type, type === 'margin.changed' ? null : order.orderId),
  );
  const request: RequestRow = {
    requestId,
    accountId: account.accountId,
    orderId: order.orderId,
    provider,
    kind: 'new',
    originalRequestId: null,
    sendBeforeMs: maker.nowMs + 2_000,
    endedAtMs: null,
    askedAtMs: null,
    createdAtMs: maker.nowMs,
  };
  return {
    ...emptyCommand(account),
    account: { ...account, version: account.version + 1n, lastSequence: events.at(-1)!.sequence },
    commandKeys: [{ key, requestHash: 'a'.repeat(64), answerStatus: 201, answerBody: '{}' }],
    decision: decisionRow(maker, account, order.orderId),
    newOrders: [order],
    newRequests: [request],
    events,
    messages: [
      {
        messageId: requestId,
        subject: 'provider.lp-a.orders.v1.new',
        bodyJson: '{"volume":"0.10"}',
        requestId,
        sendBeforeMs: maker.nowMs + 2_000,
      },
    ],
  };
}
