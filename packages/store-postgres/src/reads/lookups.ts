import type { AccountId, ClientOrderId, DecisionId, OrderId, ProviderName, RequestId } from '@margrave/vocabulary';
import type { Connection, Parameter } from '../connection/connection.ts';
import type { AppliedExecutionRow, CommandKeyRow, DecisionRow, OrderRow, RequestRow } from '../rows.ts';
import type { ReadTable } from '../rows/table.ts';
import { APPLIED_EXECUTIONS, COMMAND_KEYS, DECISIONS, ORDERS, REQUESTS } from '../rows/tables.ts';
import { idArray, jsonOfEach } from './sql.ts';

const select = <Row>(table: ReadTable<Row>, condition: string): string =>
  `select ${table.selected('t')} as row from ${table.name} t where ${condition}`;

async function find<Row>(
  connection: Connection,
  table: ReadTable<Row>,
  text: string,
  parameters: readonly Parameter[],
): Promise<Row[]> {
  return jsonOfEach(await connection.query(text, parameters), 'row').map(table.decode);
}

// One look into the index for each: joined, the planner may prefer to read the whole table.
const COMMAND_KEYS_OF_ACCOUNT = `
select t.row from json_array_elements_text($2::json) e (key) cross join lateral (
  ${select(COMMAND_KEYS, 't.account_id = $1 and t.key = e.key')} limit 1
) t`;
const EXECUTIONS = `
select t.row from json_array_elements($1::json) e cross join lateral (
  ${select(APPLIED_EXECUTIONS, 't.provider = e ->> 0 and t.execution_id = e ->> 1')} limit 1
) t`;
const REQUESTS_BY_ID = select(REQUESTS, 't.request_id = any($1::bigint[])');
const ORDER = select(ORDERS, 't.account_id = $1 and t.order_id = $2');
const ORDER_BY_CLIENT_KEY = select(ORDERS, 't.account_id = $1 and t.client_order_id = $2');
const DECISION = select(DECISIONS, 't.account_id = $1 and t.decision_id = $2');

/** The stored answers of commands, of those keys that were used. */
export const findCommandKeys = (
  connection: Connection,
  accountId: AccountId,
  keys: readonly string[],
): Promise<CommandKeyRow[]> => find(connection, COMMAND_KEYS, COMMAND_KEYS_OF_ACCOUNT, [accountId, JSON.stringify(keys)]);

/** Those of the executions that were applied. */
export const findAppliedExecutions = (
  connection: Connection,
  executions: readonly { readonly provider: ProviderName; readonly executionId: string }[],
): Promise<AppliedExecutionRow[]> => {
  const pairs = JSON.stringify(executions.map(({ provider, executionId }) => [provider, executionId]));
  return find(connection, APPLIED_EXECUTIONS, EXECUTIONS, [pairs]);
};

export const findRequests = (connection: Connection, requestIds: readonly RequestId[]): Promise<RequestRow[]> =>
  find(connection, REQUESTS, REQUESTS_BY_ID, [idArray(requestIds)]);

export const findOrder = async (connection: Connection, accountId: AccountId, orderId: OrderId): Promise<OrderRow | undefined> =>
  (await find(connection, ORDERS, ORDER, [accountId, orderId]))[0];

export const findOrderByClientKey = async (
  connection: Connection,
  accountId: AccountId,
  clientOrderId: ClientOrderId,
): Promise<OrderRow | undefined> => (await find(connection, ORDERS, ORDER_BY_CLIENT_KEY, [accountId, clientOrderId]))[0];

export const findDecision = async (
  connection: Connection,
  accountId: AccountId,
  decisionId: DecisionId,
): Promise<DecisionRow | undefined> => (await find(connection, DECISIONS, DECISION, [accountId, decisionId]))[0];
