import type {
  Account,
  AccountEvent,
  Change,
  Deal,
  DecisionRecord,
  LedgerEntry,
  OperatorAction,
  Order,
  Position,
  ProviderInstruction,
  RequestNote,
} from '@margrave/domain';
import type {
  AccountRow,
  CommandKeyRow,
  CommandRows,
  DealRow,
  DecisionRow,
  EventRow,
  LedgerRow,
  MessageRow,
  OperatorActionRow,
  OrderRow,
  PositionRow,
  RequestRow,
} from '@margrave/store-postgres';
import type { ProviderName } from '@margrave/vocabulary';
import assert from 'node:assert/strict';
import type { Answer, Keyed, Submission } from './api.ts';
import { eventData } from './event-data.ts';

/** A change as rows of the store. `messages` are what its instructions to providers read like on the wire. */
export function commandRows(change: Change, submission: Submission, messages: readonly MessageRow[]): CommandRows {
  const { accountId, account, before, decision } = change;
  // An order is recorded by the decision that made it, and by no later one.
  const [newOrders, orders] = partition(change.orders, ({ decisionId }) => decisionId === decision?.decisionId);
  const [positions, newPositions] = partition(change.positions, ({ positionId }) =>
    before.positions.some((held) => held.positionId === positionId),
  );
  const answer = submission.client?.answer(change);
  return {
    accountId,
    expectedVersion: before.version,
    account: accountRow(account),
    commandKeys: submission.client === null || answer === undefined ? [] : [keyRow(submission.client, answer)],
    appliedExecutions: submission.executions,
    operatorAction: change.operatorAction === null ? null : operatorActionRow(change, change.operatorAction),
    decision: decision === null ? null : decisionRow(change, decision),
    newOrders: newOrders.map((order) => orderRow(account, order)),
    newPositions: newPositions.map((position) => positionRow(account, position)),
    newRequests: change.instructions.map((instruction) => newRequestRow(change, instruction)),
    orders: orders.map((order) => orderRow(account, order)),
    positions: positions.map((position) => positionRow(account, position)),
    requests: change.requestNotes.map((note) => notedRequestRow(change, note)),
    deals: change.deals.map((deal) => dealRow(account, deal)),
    ledger: change.ledger.flatMap((entry) => ledgerRows(account, entry)),
    events: change.events.map((event) => eventRow(change, event)),
    messages,
  };
}

export const keyRow = ({ key, requestHash }: Keyed, answer: Answer): CommandKeyRow => ({
  key,
  requestHash,
  answerStatus: answer.status,
  answerBody: answer.body,
});

export const accountRow = (account: Account): AccountRow => ({
  accountId: account.accountId,
  ownerId: account.ownerId,
  type: account.type,
  groupId: account.groupId,
  currency: account.currency,
  leverage: account.leverage,
  mode: account.mode,
  status: account.status,
  balanceE8: account.balanceE8,
  creditE8: account.creditE8,
  marginExecutedE8: account.marginExecutedE8,
  marginTotalE8: account.marginTotalE8,
  version: account.version,
  lastSequence: account.lastSequence,
});

export const orderRow = (account: Account, order: Order): OrderRow => ({
  orderId: order.orderId,
  accountId: account.accountId,
  clientOrderId: order.clientOrderId,
  symbol: order.symbol,
  side: order.side,
  type: order.type,
  timeInForce: order.timeInForce,
  limitPriceE8: order.limitPriceE8,
  stopPriceE8: order.stopPriceE8,
  expiresAtMs: order.expiresAtMs,
  triggeredAtMs: order.triggeredAtMs,
  reduceOnly: order.reduceOnly,
  protectionJson: order.protection.stopLoss === null && order.protection.takeProfit === null ? null : jsonText(order.protection),
  origin: order.origin,
  volumeE8: order.volumeE8,
  filledVolumeE8: order.filledVolumeE8,
  filledNotionalE16: order.filledNotionalE16,
  status: order.status,
  flow: order.flow,
  provider: order.provider,
  closesPositionId: order.closesPositionId,
  maxDeviationE8: order.maxDeviationE8,
  markupE8: order.markupE8,
  reservedPriceE8: order.reservation?.priceE8 ?? null,
  reservedRateNumerator: order.reservation?.unitBasis.numerator ?? null,
  reservedRateDenominator: order.reservation?.unitBasis.denominator ?? null,
  requestId: order.requestId,
  reason: order.reason,
  flags: order.flags,
  decisionId: order.decisionId,
  version: order.version,
  createdAtMs: order.createdAtMs,
  updatedAtMs: order.updatedAtMs,
});

export const positionRow = (account: Account, position: Position): PositionRow => ({
  positionId: position.positionId,
  accountId: account.accountId,
  symbol: position.symbol,
  side: position.side,
  openVolumeE8: position.openVolumeE8,
  openNotionalE16: position.openNotionalE16,
  marginBasisNumerator: position.marginBasis.numerator,
  marginBasisDenominator: position.marginBasis.denominator,
  commissionJson: jsonText(position.commission),
  flow: position.flow,
  provider: position.provider,
  realisedProfitE8: position.realisedProfitE8,
  profitRemainderE16: position.profitRemainderE16,
  stopLossE8: position.stopLossE8,
  takeProfitE8: position.takeProfitE8,
  trailingDistanceE8: position.trailingDistanceE8,
  trailingBestE8: position.trailingBestE8,
  openingRequestId: position.openingRequestId,
  closingOrderId: position.closingOrderId,
  openedAtMs: position.openedAtMs,
  closedAtMs: position.closedAtMs,
  version: position.version,
});

const dealRow = (account: Account, deal: Deal): DealRow => ({ ...deal, accountId: account.accountId });

/** The client's entry and the house's other side of it. */
function ledgerRows(account: Account, entry: LedgerEntry): readonly LedgerRow[] {
  const { journalId, currency, kind, dealId, bookedAtMs } = entry;
  const shared = { journalId, currency, kind, dealId, bookedAtMs };
  const client = {
    entryId: entry.entryId,
    accountId: account.accountId,
    house: null,
    amountE8: entry.amountE8,
    sequence: entry.sequence,
  };
  const house = {
    entryId: entry.houseEntryId,
    accountId: null,
    house: entry.house,
    amountE8: -entry.amountE8 as LedgerRow['amountE8'],
    sequence: null,
  };
  return [
    { ...shared, ...client },
    { ...shared, ...house },
  ];
}

const eventRow = (change: Change, event: AccountEvent): EventRow => ({
  accountId: change.accountId,
  sequence: event.sequence,
  version: change.account.version,
  type: event.type,
  atMs: change.atMs,
  by: change.by,
  dataJson: JSON.stringify(eventData(change, event)),
  orderId: 'order' in event ? event.order.orderId : 'orderId' in event ? event.orderId : null,
});

const decisionRow = (change: Change, record: DecisionRecord): DecisionRow => ({
  decisionId: record.decisionId,
  accountId: change.accountId,
  orderId: record.orderId,
  command: record.command,
  outcome: record.denial === null ? 'accepted' : 'denied',
  code: record.denial?.code ?? null,
  accountVersion: record.accountVersion,
  engineVersion: record.engineVersion,
  configurationVersion: record.configurationVersion,
  recordJson: jsonText(record),
  decidedAtMs: record.decidedAtMs,
});

const operatorActionRow = ({ accountId, account, atMs }: Change, action: OperatorAction): OperatorActionRow => ({
  actionId: action.actionId,
  atMs,
  operator: action.operator.name,
  role: action.operator.role,
  kind: action.kind,
  reason: action.reason,
  accountId,
  orderId: action.orderId,
  accountVersion: account.version,
  decisionId: action.decisionId,
  detailsJson: jsonText({ executions: action.executions, confirmed: action.confirmed }),
});

const newRequestRow = ({ accountId, atMs }: Change, instruction: ProviderInstruction): RequestRow => ({
  requestId: instruction.requestId,
  accountId,
  orderId: instruction.order.orderId,
  provider: providerOf(instruction.order),
  kind: instruction.kind,
  originalRequestId: instruction.originalRequestId,
  sendBeforeMs: instruction.kind === 'status' ? null : instruction.sendBeforeMs,
  endedAtMs: null,
  askedAtMs: null,
  createdAtMs: atMs,
});

/** What became of an earlier request; the store changes nothing of it but the two times. */
const notedRequestRow = ({ accountId, atMs }: Change, { requestId, order, kind, note }: RequestNote): RequestRow => ({
  requestId,
  accountId,
  orderId: order.orderId,
  provider: providerOf(order),
  kind,
  originalRequestId: null,
  sendBeforeMs: null,
  endedAtMs: note === 'ended' ? atMs : null,
  askedAtMs: note === 'asked' ? atMs : null,
  createdAtMs: order.createdAtMs,
});

function providerOf({ orderId, provider }: Order): ProviderName {
  assert(provider !== null, `order ${orderId} has requests to a provider and names none`);
  return provider;
}

function partition<Value>(values: readonly Value[], belongs: (value: Value) => boolean): readonly [Value[], Value[]] {
  return [values.filter(belongs), values.filter((value) => !belongs(value))];
}

/** JSON with amounts as strings of digits, as everywhere outside the process. */
const jsonText = (value: unknown): string =>
  JSON.stringify(value, (_key, inner: unknown) => (typeof inner === 'bigint' ? inner.toString() : inner));
