import assert from 'node:assert/strict';
import type { CommandRows, DecisionRow, EventRow, LedgerRow, OrderRow, PositionRow } from '../rows.ts';

/**
 * What the rows of one command must have in common, and what two columns of a row must. The tables check each column by
 * itself: a check of two columns would be compiled anew with every statement.
 *
 * @throws AssertionError, which is a bug of who made the rows.
 */
export function checkCommand(command: CommandRows): void {
  const { accountId, account, expectedVersion } = command;
  assert.equal(account.accountId, accountId, 'a command changes its own account');
  assert.equal(account.version, expectedVersion + 1n, 'a command raises its account by one version');
  const orders = [...command.newOrders, ...command.orders];
  const positions = [...command.newPositions, ...command.positions];
  const decisions = command.decision === null ? [] : [command.decision];
  const actions = command.operatorAction === null ? [] : [command.operatorAction];
  const { newRequests, requests, deals, events } = command;
  for (const rows of [orders, positions, newRequests, requests, deals, events, decisions, actions])
    for (const row of rows) assert.equal(row.accountId, accountId, 'a row belongs to the account of its command');
  checkEvents(command.events, account.version);
  orders.forEach(checkOrder);
  positions.forEach(checkPosition);
  command.ledger.forEach(checkEntry);
  decisions.forEach(checkDecision);
}

function checkEvents(events: readonly EventRow[], version: bigint): void {
  const [first] = events;
  events.forEach((event, index) => {
    assert.equal(event.version, version, 'an event has the version of its command');
    assert.equal(event.sequence, first!.sequence + BigInt(index), 'the events of a command follow each other without a gap');
    assert(event.atMs === first!.atMs && event.by === first!.by, 'the events of a command have one time and one cause');
  });
}

function checkOrder(order: OrderRow): void {
  assert(order.volumeE8 !== 0n || order.status === 'denied', `order ${order.orderId}, which was not denied, has no volume`);
  const reserved = [order.reservedPriceE8, order.reservedRateNumerator, order.reservedRateDenominator];
  const count = reserved.filter((value) => value !== null).length;
  assert(count === 0 || count === 3, `order ${order.orderId} has a part of a reservation`);
}

function checkPosition({ positionId, openVolumeE8, openNotionalE16, closedAtMs }: PositionRow): void {
  const closed = openVolumeE8 === 0n;
  assert.equal(closedAtMs !== null, closed, `position ${positionId} has the time of its closing exactly when nothing is open`);
  assert(!closed || openNotionalE16 === 0n, `position ${positionId} is closed and has a notional`);
}

function checkEntry({ entryId, accountId, house, sequence }: LedgerRow): void {
  assert.notEqual(accountId === null, house === null, `entry ${entryId} is of a client's account or of the house`);
  assert.equal(sequence === null, accountId === null, `entry ${entryId} has a sequence exactly when it is a client's`);
}

const checkDecision = ({ decisionId, outcome, code }: DecisionRow): void =>
  assert.equal(code !== null, outcome === 'denied', `decision ${decisionId} has a code exactly when it denies`);
