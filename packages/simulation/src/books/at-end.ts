import { replayHistory } from '@margrave/verify-books';
import type { EventRow } from '@margrave/store-postgres';
import { formatE8 } from '@margrave/vocabulary';
import { hasKey } from '../parts/wishes.ts';
import { isLive, keyOf } from '../store/tables.ts';
import type { World } from '../world/world.ts';
import type { Checked } from './auditor.ts';
import { logged } from './auditor.ts';
import { replayCommands, stateText } from './replay.ts';

/** What still has to happen before the world is at rest; the first thing of each kind. */
export function unfinished({ server: { tables }, executions, clients, providers, underway }: World): readonly string[] {
  const left: string[] = [];
  const [waiting] = tables.unpublished;
  if (waiting !== undefined) left.push(`outbox row ${waiting.outboxId} of account ${waiting.accountId} is not published`);
  if (underway > 0) left.push(`${underway} messages between the house and its providers are on their way`);
  if (executions.unacknowledged > 0) left.push(`${executions.unacknowledged} reports are not acknowledged`);
  const asking = clients.find(({ isWaiting }) => isWaiting);
  if (asking !== undefined) left.push(`a client of account ${asking.accountId} waits for an answer`);
  const live = [...tables.orders.values()].find((order) => isLive(order));
  if (live !== undefined) left.push(`order ${live.orderId} of account ${live.accountId} is ${live.status}`);
  const [owed] = tables.openRequests;
  if (owed !== undefined) left.push(`a word on request ${owed} is owed`);
  for (const { name, handled, unsaid } of providers.values()) {
    if (unsaid > 0) left.push(`${name} still says ${unsaid} reports`);
    for (const { pending, request } of handled.values()) {
      if (pending > 0) left.push(`${name} still works on ${request.requestId}`);
    }
  }
  return left;
}

/** 1, 2, 8 and 10 when everything has come to rest. */
export async function checkAtEnd(world: World, checked: Checked): Promise<void> {
  checkClients(world, checked);
  checkProviders(world, checked);
  checkTold(world, checked);
  await checkEvents(world, checked);
  checked['10'] += world.server.tables.journal.length;
  const [replayed, stored] = [replayCommands(world.server.tables.journal, world.recorder), stateText(world)];
  if (replayed !== stored)
    world.breaks('10', 'all commands, decided again, come to the same state', firstDifference(stored, replayed));
}

/** 1: what a client was told is what is stored under its key, and the order is there. */
function checkClients(world: World, checked: Checked): void {
  const { tables } = world.server;
  for (const { accountId, asked } of world.clients) {
    for (const { key, wish, answers } of asked) {
      if (!hasKey(wish)) continue;
      for (const { status, body } of answers) {
        if (status === 404) continue;
        checked['1'] += 1;
        const stored = tables.keys.get(keyOf(accountId, key));
        if (stored?.answerStatus !== status || stored.answerBody !== body) {
          world.breaks('1', `key ${key} keeps the answer ${status} ${body}`, `${stored?.answerStatus} ${stored?.answerBody}`);
        }
        const { orderId } = JSON.parse(body) as { readonly orderId: string };
        const order = tables.orders.get(orderId);
        if (order?.accountId !== accountId || order.clientOrderId !== key) {
          world.breaks('1', `order ${orderId}, of which a client was told under ${key}, exists`, 'it does not');
        }
      }
    }
  }
}

/** 2 and 8: what a provider executed is booked, no more and no less; and it saw each request as new at most once. */
function checkProviders(world: World, checked: Checked): void {
  const { tables } = world.server;
  const orderOf = new Map([...tables.orders.values()].map((order) => [order.requestId, order]));
  for (const { name, handled, refused, seenAgain } of world.providers.values()) {
    checked['8'] += handled.size + refused.size;
    if (seenAgain > 0) world.breaks('8', `${name} sees nothing that was withdrawn or denied`, `${seenAgain} requests`);
    for (const { request, executedE8 } of handled.values()) {
      checked['2'] += 1;
      const bookedE8 = orderOf.get(request.requestId)?.filledVolumeE8 ?? 0n;
      if (bookedE8 !== executedE8) {
        const expected = `request ${request.requestId}, of which ${name} executed ${formatE8(executedE8)} lots, is booked so`;
        world.breaks('2', expected, `${formatE8(bookedE8)} lots`);
      }
    }
  }
}

/** 8: the stream of events holds each event of each account's sequence, and no other. An account is opened without a word. */
function checkTold(world: World, checked: Checked): void {
  const { toldEvents, server } = world;
  const owed = new Set([...server.tables.events.values()].flatMap(([, ...later]) => later.map(eventId)));
  checked['8'] += owed.size;
  const silent = [...owed].find((id) => !toldEvents.has(id));
  if (silent !== undefined) world.breaks('8', `event ${silent} is told`, 'its stream never had it');
  const strange = [...toldEvents].find((id) => !owed.has(id));
  if (strange !== undefined) world.breaks('8', 'only what happened is told', `event ${strange}`);
}

const eventId = ({ accountId, sequence }: EventRow): string => `${accountId}:${sequence}`;

/** 3 and 10: the whole event log, replayed by `packages/verify-books`, comes to every row. */
async function checkEvents(world: World, checked: Checked): Promise<void> {
  const { accounts, orders, positions, events } = world.server.tables;
  const findings = await replayHistory(
    (async function* () {
      for (const log of events.values()) for (const event of log) yield logged(event);
    })(),
    {
      accounts: (ids) => found(ids, accounts, (row) => ({ ...texts(row), id: row.accountId })),
      orders: (ids) => found(ids, orders, (row) => ({ ...texts(row), id: row.orderId })),
      positions: (ids) =>
        found(ids, positions, (row) => ({ ...texts(row), id: row.positionId, isClosed: row.closedAtMs !== null })),
      totals: () => Promise.resolve({ accounts: accounts.size, orders: orders.size, positions: positions.size }),
    },
  );
  for (const { invariant, checked: count, breaks } of findings) {
    const number = invariant.startsWith('3') ? '3' : '10';
    checked[number] += count;
    for (const what of breaks) world.breaks(number, invariant, what);
  }
}

function found<Row, Stored>(
  ids: readonly string[],
  rows: ReadonlyMap<string, Row>,
  stored: (row: Row) => object,
): Promise<Stored[]> {
  return Promise.resolve(
    ids.flatMap((id) => {
      const row = rows.get(id);
      return row === undefined ? [] : [stored(row) as Stored];
    }),
  );
}

/** As the database gives them: integers as text. */
const texts = (row: object): object =>
  Object.fromEntries(Object.entries(row).map(([name, value]) => [name, typeof value === 'bigint' ? `${value}` : value]));

function firstDifference(stored: string, replayed: string): string {
  let at = 0;
  while (at < stored.length && stored[at] === replayed[at]) at += 1;
  return `stored …${stored.slice(Math.max(0, at - 80), at + 40)}…, replayed …${replayed.slice(Math.max(0, at - 80), at + 40)}…`;
}
