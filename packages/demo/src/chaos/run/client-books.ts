import type { AccountV1, DealPageV1, DealV1, OrderPageV1, OrderV1, PlacedAnswerV1 } from '@margrave/contracts';
import { formatE8, parseE8 } from '@margrave/vocabulary';
import type { Command } from '../client.ts';
import { DEPOSIT_E8 } from '../open-accounts.ts';
import type { Arena } from './arena.ts';
import type { Trader } from './storm.ts';

interface StoredOrder {
  readonly orderId: string;
  readonly status: string;
  readonly volume: string;
  readonly filled: string;
}

/**
 * Compares what a client has in its own books with what the broker shows it and with what is stored, when all is at rest: each
 * order that it was told of with its end state and volumes, each deal that it was told of, no deal and no order beside its own,
 * and its money, added up from its own deals.
 *
 * @returns what differs, in sentences.
 */
export async function compareBooks(arena: Pick<Arena, 'sql' | 'directUrl'>, trader: Trader): Promise<readonly string[]> {
  const { accountId, client } = trader;
  const [orders, deals, account] = await Promise.all([
    pages<OrderV1, OrderPageV1>(arena, trader, 'orders'),
    pages<DealV1, DealPageV1>(arena, trader, 'deals'),
    shown<AccountV1>(arena, trader, ''),
  ]);
  const stored = await arena.sql<StoredOrder[]>`
    select order_id::text "orderId", status::text, volume_e8::text volume, filled_volume_e8::text filled
      from orders where account_id = ${accountId}`;
  const [money] = await arena.sql<{ balance: string; entries: string }[]>`
    select balance_e8::text balance,
        (select sum(amount_e8) from ledger_entries l where l.account_id = a.account_id)::text entries
      from accounts a where account_id = ${accountId}`;
  return [
    ...client.commands.flatMap((command) => compareOrder(command, orders, deals, stored)),
    ...compareLists(client.commands, orders, deals, stored),
    ...compareMoney(trader, deals, account, money),
  ];
}

function compareOrder(
  command: Command,
  orders: readonly OrderV1[],
  deals: readonly DealV1[],
  stored: readonly StoredOrder[],
): readonly string[] {
  const { key, told } = command;
  const answer = told[0] && (JSON.parse(told[0].body) as Partial<PlacedAnswerV1>);
  const orderId = told[0]?.orderId;
  const order = orders.find((each) => each.orderId === orderId);
  const row = stored.find((each) => each.orderId === orderId);
  if (order === undefined || row === undefined) return [`${key} was told of order ${orderId}, which nobody shows`];
  const faults: string[] = [];
  const must = (what: string, one: unknown, other: unknown): void => {
    if (one !== other)
      faults.push(`${key}, order ${orderId}: ${what} is ${String(one)} to the client and ${String(other)} stored`);
  };
  must('the end state', order.status, row.status);
  must('the volume shown', parseE8(order.volume), BigInt(row.volume));
  if (answer?.order !== undefined) must('the volume told', parseE8(answer.order.volume), BigInt(row.volume));
  must('the filled volume', parseE8(order.filledVolume), BigInt(row.filled));
  const own = deals.filter((deal) => deal.orderId === orderId);
  must('what its deals come to', sum(own.map(({ volume }) => volume)), BigInt(row.filled));
  for (const deal of answer?.deals ?? []) {
    const later = own.find(({ dealId }) => dealId === deal.dealId);
    must(`deal ${deal.dealId}`, JSON.stringify(deal), JSON.stringify(later));
  }
  return faults;
}

/** Nothing that the client did not ask for, and nothing twice. */
function compareLists(
  commands: readonly Command[],
  orders: readonly OrderV1[],
  deals: readonly DealV1[],
  stored: readonly StoredOrder[],
): readonly string[] {
  const told = new Set(commands.flatMap(({ told: [first] }) => first?.orderId ?? []));
  const strangers = [...orders, ...deals].filter(({ orderId }) => !told.has(orderId)).map(({ orderId }) => orderId);
  const twice = deals.map(({ dealId }) => dealId).filter((dealId, index, all) => all.indexOf(dealId) !== index);
  return [
    ...strangers.map((orderId) => `order ${orderId} is shown to a client that was never told of it`),
    ...twice.map((dealId) => `deal ${dealId} is shown twice`),
    ...(stored.length === commands.length
      ? []
      : [`${commands.length} commands were given and ${stored.length} orders are stored`]),
  ];
}

function compareMoney(
  { accountId }: Trader,
  deals: readonly DealV1[],
  account: AccountV1,
  money: { readonly balance: string; readonly entries: string } | undefined,
): readonly string[] {
  const own = DEPOSIT_E8 + sum(deals.flatMap(({ profit, commission }) => [profit, commission]));
  const others = { shown: parseE8(account.balance), stored: BigInt(money?.balance ?? 0), booked: BigInt(money?.entries ?? 0) };
  return Object.entries(others)
    .filter(([, balance]) => balance !== own)
    .map(([what, balance]) => `account ${accountId} has ${formatE8(own)} by its client’s books and ${balance} e8 ${what}`);
}

const sum = (amounts: readonly string[]): bigint =>
  amounts.reduce((total, amount) => {
    const value = parseE8(amount);
    if (value === undefined) throw new Error(`${amount} is no amount`);
    return total + value;
  }, 0n);

async function pages<Item, Page extends { readonly items: readonly Item[]; readonly nextCursor: string | null }>(
  arena: Pick<Arena, 'directUrl'>,
  trader: Trader,
  list: string,
): Promise<readonly Item[]> {
  const items: Item[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: Page = await shown<Page>(arena, trader, `/${list}?limit=200${cursor === '' ? '' : `&cursor=${cursor}`}`);
    items.push(...page.items);
    cursor = page.nextCursor;
  }
  return items;
}

async function shown<Body>({ directUrl }: Pick<Arena, 'directUrl'>, { client, accountId }: Trader, path: string): Promise<Body> {
  const body = await client.look<Body>(directUrl, `/v1/accounts/${accountId}${path}`);
  if (body === undefined) throw new Error(`account ${accountId} is not shown when all is at rest`);
  return body;
}
