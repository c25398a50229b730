import { testServers } from '@margrave/testkit';
import { audit, untilSettled } from './audit.ts';
import { ChaosClient } from './client.ts';
import type { ServiceProcess } from './process.ts';
import { setStage, type GatewayProcess, type Stage } from './stage.ts';

/**
 * What a busy server does to a commit, done to it by a trigger in the midst of it: a serialization failure, a deadlock, a key
 * that another one used at the same moment, and a session that ends. A sequence is not rolled back, so that each has its turn.
 */
const CONTENTION = `
create table contention (every_turns integer not null, kinds integer not null);
insert into contention values (1000000000, 4);
create sequence contention_turns;
create sequence contention_strikes;
create function contend() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
declare
  given contention;
  turn bigint := nextval('contention_turns');
begin
  select * into given from contention;
  if turn % given.every_turns <> 0 then
    return null;
  end if;
  case nextval('contention_strikes') % given.kinds
    when 0 then raise exception using errcode = '40001', message = 'injected: could not serialize access';
    when 1 then raise exception using errcode = '40P01', message = 'injected: deadlock detected';
    when 2 then raise exception using errcode = '23505', constraint = 'command_keys_pkey', message = 'injected: duplicate key';
    else
      perform pg_terminate_backend(pg_backend_pid());
      perform pg_sleep(1);
  end case;
  return null;
end
$$;
create trigger contend after update on accounts for each statement execute function contend()`;

let stage: Stage;
let gateways: readonly GatewayProcess[];
let worker: ServiceProcess;
let client: ChaosClient;
let local: readonly string[];
let atProvider: readonly string[];

beforeAll(async () => {
  stage = await setStage({ ...(await testServers()), seed: 23 });
  [local, atProvider] = [await stage.openAccounts(3, 'local'), await stage.openAccounts(3, 'provider')];
  client = new ChaosClient('contend', stage.token([...local, ...atProvider]));
  [gateways, worker] = await Promise.all([Promise.all([stage.startGateway(), stage.startGateway()]), stage.startWorker()]);
  await stage.sql.unsafe(CONTENTION);
}, 200_000);
afterAll(() => stage?.stop(), 60_000);

const strike = (everyTurns: number, kinds: number): Promise<unknown> =>
  stage.sql`update contention set every_turns = ${everyTurns}, kinds = ${kinds}`;
const gateway = (turn: number): string => gateways[turn % gateways.length]!.url;

async function retriesOf({ metricsUrl }: ServiceProcess): Promise<number> {
  const text = await (await fetch(`${metricsUrl}/metrics`)).text();
  return Number(/^margrave_commit_retries_total(?:\{[^}]*\})? (\d+)$/m.exec(text)?.[1] ?? Number.NaN);
}

it('one commit in five that fails for others’ sake is nobody’s failure: all is booked once, through two gateways (P23)', async () => {
  await strike(5, 4);
  for (let round = 0; round < 20; round += 1) {
    for (const accountId of [...local, ...atProvider]) client.place(accountId, 'EURUSD', '0.01');
    await client.insist(() => gateway(round));
  }
  await untilSettled(stage);
  await strike(1_000_000_000, 4);
  expect(client.commands.filter(({ told }) => told[0]?.status !== 201)).toEqual([]);
  expect(await audit(stage, [client])).toEqual([]);
  const [struck] = await stage.sql<{ count: string }[]>`select last_value::text count from contention_strikes`;
  expect(Number(struck?.count)).toBeGreaterThan(8);
  const retries = await Promise.all([...gateways, worker].map(retriesOf));
  expect(retries.every((count) => count > 0)).toBe(true);
}, 120_000);

it('a commit that never gets through is given up in time: 503, nothing reserved, and the key is still free (P23)', async () => {
  const [accountId = ''] = local;
  const state = () => stage.sql`
    select version, margin_total_e8, balance_e8 from accounts where account_id = ${accountId}`;
  const before = await state();
  await strike(1, 3);
  const command = client.place(accountId, 'EURUSD', '0.01');
  const startedMs = performance.now();
  expect(await client.give(gateway(0), command)).toBe(false);
  expect(performance.now() - startedMs).toBeLessThan(6_000);
  expect(client.faults).toEqual([]);
  expect(await state()).toEqual(before);
  await strike(1_000_000_000, 3);
  expect(await client.give(gateway(1), command)).toBe(true);
  expect(command.told).toMatchObject([{ status: 201, orderStatus: 'filled' }]);
  expect(await audit(stage, [client])).toEqual([]);
}, 60_000);
