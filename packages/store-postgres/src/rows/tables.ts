import type {
  AccountRow,
  AppliedExecutionRow,
  CommandKeyRow,
  DealRow,
  DecisionRow,
  EventRow,
  LedgerRow,
  MessageRow,
  OperatorActionRow,
  OrderRow,
  PositionRow,
  RequestRow,
} from '../rows.ts';
import {
  booleanColumn,
  idColumn,
  integerColumn,
  jsonColumn,
  numberColumn,
  textColumn,
  timeColumn,
  wordsColumn,
} from './column.ts';
import type { ChangeRow } from './changes.ts';
import type { OutboxRow } from './outbox-rows.ts';
import { defineReadTable, defineTable } from './table.ts';

// The columns of each table, in the order in which the function of migration 7 takes them.

export const ACCOUNTS = defineTable<AccountRow>('accounts', {
  accountId: idColumn('account_id'),
  ownerId: textColumn('owner_id'),
  type: textColumn('type'),
  groupId: textColumn('group_id'),
  currency: textColumn('currency'),
  leverage: integerColumn('leverage'),
  mode: textColumn('mode'),
  status: textColumn('status'),
  balanceE8: integerColumn('balance_e8'),
  creditE8: integerColumn('credit_e8'),
  marginExecutedE8: integerColumn('margin_executed_e8'),
  marginTotalE8: integerColumn('margin_total_e8'),
  version: integerColumn('version'),
  lastSequence: integerColumn('last_sequence'),
});

export const ORDERS = defineTable<OrderRow>('orders', {
  orderId: idColumn('order_id'),
  accountId: idColumn('account_id'),
  clientOrderId: textColumn('client_order_id'),
  symbol: textColumn('symbol'),
  side: textColumn('side'),
  type: textColumn('type'),
  timeInForce: textColumn('time_in_force'),
  limitPriceE8: integerColumn('limit_price_e8'),
  stopPriceE8: integerColumn('stop_price_e8'),
  expiresAtMs: timeColumn('expires_at'),
  triggeredAtMs: timeColumn('triggered_at'),
  protectionJson: textColumn('protection'),
  origin: textColumn('origin'),
  volumeE8: integerColumn('volume_e8'),
  filledVolumeE8: integerColumn('filled_volume_e8'),
  filledNotionalE16: integerColumn('filled_notional_e16'),
  status: textColumn('status'),
  flow: textColumn('flow'),
  provider: textColumn('provider'),
  closesPositionId: idColumn('closes_position_id'),
  maxDeviationE8: integerColumn('max_deviation_e8'),
  markupE8: integerColumn('markup_e8'),
  reservedPriceE8: integerColumn('reserved_price_e8'),
  reservedRateNumerator: integerColumn('reserved_rate_numerator'),
  reservedRateDenominator: integerColumn('reserved_rate_denominator'),
  requestId: idColumn('request_id'),
  reason: textColumn('reason'),
  flags: wordsColumn('flags'),
  decisionId: idColumn('decision_id'),
  version: integerColumn('version'),
  createdAtMs: timeColumn('created_at'),
  updatedAtMs: timeColumn('updated_at'),
  reduceOnly: booleanColumn('reduce_only'),
});

export const POSITIONS = defineTable<PositionRow>('positions', {
  positionId: idColumn('position_id'),
  accountId: idColumn('account_id'),
  symbol: textColumn('symbol'),
  side: textColumn('side'),
  openVolumeE8: integerColumn('open_volume_e8'),
  openNotionalE16: integerColumn('open_notional_e16'),
  marginBasisNumerator: integerColumn('margin_basis_numerator'),
  marginBasisDenominator: integerColumn('margin_basis_denominator'),
  commissionJson: textColumn('commission'),
  flow: textColumn('flow'),
  provider: textColumn('provider'),
  realisedProfitE8: integerColumn('realised_profit_e8'),
  profitRemainderE16: integerColumn('profit_remainder_e16'),
  stopLossE8: integerColumn('stop_loss_e8'),
  takeProfitE8: integerColumn('take_profit_e8'),
  openingRequestId: idColumn('opening_request_id'),
  closingOrderId: idColumn('closing_order_id'),
  openedAtMs: timeColumn('opened_at'),
  closedAtMs: timeColumn('closed_at'),
  version: integerColumn('version'),
  trailingDistanceE8: integerColumn('trailing_distance_e8'),
  trailingBestE8: integerColumn('trailing_best_e8'),
});

export const REQUESTS = defineTable<RequestRow>('provider_requests', {
  requestId: idColumn('request_id'),
  accountId: idColumn('account_id'),
  orderId: idColumn('order_id'),
  provider: textColumn('provider'),
  kind: textColumn('kind'),
  originalRequestId: idColumn('original_request_id'),
  sendBeforeMs: timeColumn('send_before'),
  endedAtMs: timeColumn('ended_at'),
  askedAtMs: timeColumn('asked_at'),
  createdAtMs: timeColumn('created_at'),
});

export const DEALS = defineTable<DealRow>('deals', {
  dealId: idColumn('deal_id'),
  accountId: idColumn('account_id'),
  orderId: idColumn('order_id'),
  positionId: idColumn('position_id'),
  symbol: textColumn('symbol'),
  side: textColumn('side'),
  entry: textColumn('entry'),
  volumeE8: integerColumn('volume_e8'),
  priceE8: integerColumn('price_e8'),
  providerPriceE8: integerColumn('provider_price_e8'),
  levelE8: integerColumn('level_e8'),
  profitE8: integerColumn('profit_e8'),
  commissionE8: integerColumn('commission_e8'),
  currency: textColumn('currency'),
  provider: textColumn('provider'),
  executionId: textColumn('execution_id'),
  flags: wordsColumn('flags'),
  sequence: integerColumn('sequence'),
  executedAtMs: timeColumn('executed_at'),
});

export const LEDGER = defineTable<LedgerRow>('ledger_entries', {
  entryId: idColumn('entry_id'),
  journalId: idColumn('journal_id'),
  accountId: idColumn('account_id'),
  house: textColumn('house'),
  currency: textColumn('currency'),
  amountE8: integerColumn('amount_e8'),
  kind: textColumn('kind'),
  dealId: idColumn('deal_id'),
  sequence: integerColumn('sequence'),
  bookedAtMs: timeColumn('booked_at'),
});

export const CHANGES = defineTable<ChangeRow>('account_changes', {
  accountId: idColumn('account_id'),
  firstSequence: integerColumn('first_sequence'),
  lastSequence: integerColumn('last_sequence'),
  version: integerColumn('version'),
  atMs: timeColumn('at'),
  by: textColumn('by'),
  orderId: idColumn('order_id'),
  eventsJson: textColumn('events'),
});

export const EVENTS = defineReadTable<EventRow>('account_events', {
  accountId: idColumn('account_id'),
  sequence: integerColumn('sequence'),
  version: integerColumn('version'),
  type: textColumn('type'),
  atMs: timeColumn('at'),
  by: textColumn('by'),
  dataJson: jsonColumn('data'),
  orderId: idColumn('order_id'),
});

export const DECISIONS = defineTable<DecisionRow>('decisions', {
  decisionId: idColumn('decision_id'),
  accountId: idColumn('account_id'),
  orderId: idColumn('order_id'),
  command: textColumn('command'),
  outcome: textColumn('outcome'),
  code: textColumn('code'),
  accountVersion: integerColumn('account_version'),
  engineVersion: textColumn('engine_version'),
  configurationVersion: integerColumn('configuration_version'),
  recordJson: textColumn('record'),
  decidedAtMs: timeColumn('decided_at'),
});

export const COMMAND_KEYS = defineTable<CommandKeyRow>('command_keys', {
  key: textColumn('key'),
  requestHash: textColumn('request_hash'),
  answerStatus: numberColumn('answer_status'),
  answerBody: textColumn('answer_body'),
});

export const APPLIED_EXECUTIONS = defineTable<AppliedExecutionRow>('applied_executions', {
  provider: textColumn('provider'),
  executionId: textColumn('execution_id'),
  contentHash: textColumn('content_hash'),
});

export const OPERATOR_ACTIONS = defineTable<OperatorActionRow>('operator_actions', {
  actionId: idColumn('action_id'),
  atMs: timeColumn('at'),
  operator: textColumn('operator'),
  role: textColumn('role'),
  kind: textColumn('kind'),
  reason: textColumn('reason'),
  accountId: idColumn('account_id'),
  orderId: idColumn('order_id'),
  accountVersion: integerColumn('account_version'),
  decisionId: idColumn('decision_id'),
  detailsJson: textColumn('details'),
});

/** The fields of a provider message. */
export const MESSAGES = defineReadTable<MessageRow>('outbox', {
  messageId: textColumn('message_id'),
  subject: textColumn('subject'),
  bodyJson: textColumn('body'),
  requestId: idColumn('request_id'),
  sendBeforeMs: timeColumn('send_before'),
});

export const OUTBOX = defineTable<OutboxRow>('outbox', {
  messageId: textColumn('message_id'),
  subject: textColumn('subject'),
  bodyJson: textColumn('body'),
  requestId: idColumn('request_id'),
  sendBeforeMs: timeColumn('send_before'),
  firstSequence: integerColumn('first_sequence'),
  lastSequence: integerColumn('last_sequence'),
});
