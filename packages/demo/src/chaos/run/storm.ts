import { createSeededRandom } from '@margrave/testkit';
import { ChaosClient } from '../client.ts';
import type { Arena } from './arena.ts';
import { passing } from './inflict.ts';

const SYMBOLS = ['EURUSD', 'GBPUSD', 'AUDUSD', 'USDJPY'] as const;
const LOTS = ['0.01', '0.02', '0.03'] as const;
const POSITIONS_MAX = 6;
const CLIENTS_PER_FLOW = 4;
/** Between two commands of one client, and before a command that was not answered is given again. */
const PAUSE_MS = 60;
const AGAIN_MS = 150;

/** One client and the account that it alone trades on. */
export interface Trader {
  readonly client: ChaosClient;
  readonly accountId: string;
  readonly flow: 'local' | 'provider';
}

export interface Storm {
  readonly traders: readonly Trader[];
  /** Ends the trading; resolves when every command has been answered. */
  readonly calm: () => Promise<void>;
}

/** Starts clients that trade in both flows through both gateways until they are told to stop. */
export async function stirUp(arena: Arena, seed: number): Promise<Storm> {
  const flows = ['local', 'provider'] as const;
  const opened = await Promise.all(flows.map(async (flow) => [flow, await arena.openAccounts(CLIENTS_PER_FLOW, flow)] as const));
  const traders = opened.flatMap(([flow, accounts]) =>
    accounts.map((accountId, index): Trader => ({
      flow,
      accountId,
      client: new ChaosClient(`${flow}-${index + 1}`, arena.token([accountId])),
    })),
  );
  const calm = new AbortController();
  const trading = traders.map((trader) => trade(arena, trader, seed, calm.signal));
  // One that fails is told of when the storm is over, and not before somebody asks.
  const settled = Promise.allSettled(trading);
  return {
    traders,
    calm: async () => {
      calm.abort();
      await settled;
      await Promise.all(trading);
      await Promise.all(traders.map(({ client }) => client.insist(() => arena.directUrl, 30_000)));
    },
  };
}

/** One command after the other, each under its key until it is answered, at whichever gateway. */
async function trade({ gatewayUrls }: Arena, { client, accountId }: Trader, seed: number, calm: AbortSignal): Promise<void> {
  const random = createSeededRandom(seed, accountId);
  const url = (): string => gatewayUrls[random.between(0, gatewayUrls.length - 1)] ?? '';
  for (let turn = 1; !calm.aborted; turn += 1) {
    const open = turn % 3 === 0 ? await client.idlePositions(url(), accountId) : [];
    const [oldest] = open;
    const command =
      oldest !== undefined && (open.length > POSITIONS_MAX || random.chance(0.5))
        ? client.close(accountId, oldest)
        : client.place(accountId, random.pick(SYMBOLS), random.pick(LOTS), random.chance(0.5) ? 'buy' : 'sell');
    while (!(await client.give(url(), command)) && !calm.aborted) await passing(AGAIN_MS);
    await passing(PAUSE_MS);
  }
}
