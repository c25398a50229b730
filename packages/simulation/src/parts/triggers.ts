import type { Outcome } from '@margrave/account-engine';
import { orderFromRow } from '@margrave/account-engine';
import {
  clientPrices,
  isResting,
  keptAnewE8,
  trailingLevelE8,
  trailingOf,
  waitOf,
  watchOf,
  type Command,
  type Watch,
} from '@margrave/domain';
import { asError } from '@margrave/runtime';
import type { OrderRow, PositionRow } from '@margrave/store-postgres';
import type { AccountId, PriceE8, SymbolName } from '@margrave/vocabulary';
import type { AccountAggregateRows } from '@margrave/store-postgres';
import { ACCOUNTS } from '../world/setting.ts';
import { groupOf, type Host } from './host.ts';

const LOOK_EVERY_MS = 200;
/** How old what it knows may be when it acts on it: others have changed the account meanwhile. */
const BEHIND_MS_MAX = 300;

interface Armed {
  readonly symbol: SymbolName;
  readonly watch: Watch;
  readonly priceE8: PriceE8;
  readonly command: Command;
}

/**
 * Two of these watch the same orders and positions without knowing of each other: what the price reaches is fired, by what was
 * known some time before, also twice.
 */
export function startTriggers(host: Host): void {
  const { process, world } = host;
  process.every(LOOK_EVERY_MS, 'looks at what waits', async () => {
    for (const { accountId } of ACCOUNTS) {
      const known = world.server.tables.aggregate(accountId);
      if (known === undefined) continue;
      process.after(process.draws.between(0, BEHIND_MS_MAX), 'fires what was reached', () => fireReached(host, known));
    }
    await Promise.resolve();
  });
}

function fireReached(host: Host, known: AccountAggregateRows): void {
  const { accountId } = known.account;
  for (const command of expired(host, known.orders)) submit(host, accountId, command);
  for (const armed of [...known.orders.flatMap(armedOrder), ...known.positions.flatMap(armedLevels)]) {
    if (isReached(host, known, armed)) submit(host, accountId, armed.command);
  }
}

const expired = (host: Host, orders: readonly OrderRow[]): readonly Command[] =>
  orders
    .filter(({ expiresAtMs }) => expiresAtMs !== null && expiresAtMs <= host.store.databaseNowMs())
    .map(({ orderId }) => ({ kind: 'expire', orderId }));

function armedOrder(row: OrderRow): readonly Armed[] {
  const order = orderFromRow(row);
  if (!isResting(order)) return [];
  const { symbol, orderId, version: armedVersion } = order;
  return [{ symbol, ...waitOf(order), command: { kind: 'trigger', orderId, armedVersion } }];
}

function armedLevels(position: PositionRow): readonly Armed[] {
  const { symbol, side, positionId, version, stopLossE8, takeProfitE8 } = position;
  const levels = [
    ['stop_loss', stopLossE8],
    ['take_profit', takeProfitE8],
  ] as const;
  const fixed = levels.flatMap(([level, priceE8]) => {
    if (priceE8 === null) return [];
    const command = { kind: 'trigger_protection', positionId, level, armedVersion: version } as const;
    return [{ symbol, watch: watchOf(level, side), priceE8, command }];
  });
  const trailing = trailingOf(position);
  if (trailing === undefined) return fixed;
  const [levelE8, bestE8] = [trailingLevelE8(side, trailing), keptAnewE8(side, trailing)];
  const stop = { kind: 'trigger_protection', positionId, level: 'trailing_stop', levelE8, armedVersion: version } as const;
  const kept = { kind: 'trail', positionId, bestE8, armedVersion: version } as const;
  return [
    ...fixed,
    { symbol, watch: watchOf('stop_loss', side), priceE8: levelE8, command: stop },
    { symbol, watch: watchOf('take_profit', side), priceE8: bestE8, command: kept },
  ];
}

function isReached({ engine }: Host, { account }: AccountAggregateRows, { symbol, watch, priceE8 }: Armed): boolean {
  const market = engine.market();
  const [instrument, quote] = [market.instrument(symbol), market.quote(symbol)];
  if (instrument === undefined || quote === undefined) return false;
  const prices = clientPrices({ market, group: groupOf(account) }, instrument, quote);
  if (prices === undefined) return false;
  const { bidE8, askE8 } = prices;
  const reached: { readonly [Of in Watch]: boolean } = {
    bid_at_most: bidE8 <= priceE8,
    bid_at_least: bidE8 >= priceE8,
    ask_at_most: askE8 <= priceE8,
    ask_at_least: askE8 >= priceE8,
  };
  return reached[watch];
}

/** Without patience's end, as a service does it; what comes of it is seen in the books. */
function submit({ engine, world }: Host, accountId: AccountId, command: Command): void {
  const heard = ({ kind }: Outcome): void => world.scheduler.note(`${command.kind}: ${kind}`);
  engine
    .submit({ accountId, command, client: null, executions: [], patienceMs: null })
    .then(heard, (error: unknown) => world.onBug(asError(error)));
}
