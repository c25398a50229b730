import { SCALE_E8, type AccountId, type Currency, type GroupId, type MoneyE8 } from '@margrave/vocabulary';
import { openAccountsAs, type NewAccount } from '../admin/open-accounts.ts';
import type { Connection } from '../connection/connection.ts';
import { withAdminConnection } from '../migrate.ts';
import { DEMO_INSTRUMENTS, demoSessions, type DemoSessions } from './instruments.ts';

export interface SeedDemoOptions {
  readonly sessions?: DemoSessions;
}

const PROVIDERS = ['lp-a', 'lp-b'];

const POLICIES = {
  hedgingMargin: { kind: 'larger_leg' },
  leverageTiers: [],
  floating: 'use_all',
  conversion: 'conservative',
  moneyRounding: 'half_away',
};
const NO_COMMISSION = { kind: 'none' };

/** `raw` trades with lp-a; `raw-b` is the same with lp-b, since a provider is a group's. */
const RAW = {
  flow: 'provider',
  fxMarkupPoints: 0,
  commission: { kind: 'per_lot', perLotE8: '350000000', on: 'both', minimumE8: '0' },
  policies: POLICIES,
};

const GROUPS = [
  { groupId: 'standard', flow: 'local', provider: null, fxMarkupPoints: 10, commission: NO_COMMISSION, policies: POLICIES },
  { ...RAW, groupId: 'raw', provider: 'lp-a' },
  { ...RAW, groupId: 'raw-b', provider: 'lp-b' },
  {
    groupId: 'pro',
    flow: 'local',
    provider: null,
    fxMarkupPoints: 0,
    commission: NO_COMMISSION,
    policies: {
      ...POLICIES,
      hedgingMargin: { kind: 'hedged_rate', hedgedRate: { numerator: '1', denominator: '2' } },
      leverageTiers: [
        { upToLotsE8: '500000000', leverage: '500' },
        { upToLotsE8: '2000000000', leverage: '200' },
        { upToLotsE8: null, leverage: '100' },
      ],
    },
  },
];

type AccountTerms = Pick<NewAccount, 'type' | 'leverage' | 'mode'>;
const account = (accountId: string, groupId: string, currency: string, deposit: bigint, terms: AccountTerms): NewAccount => ({
  accountId: accountId as AccountId,
  ownerId: `owner-${accountId}`,
  groupId: groupId as GroupId,
  currency: currency as Currency,
  depositE8: (deposit * SCALE_E8) as MoneyE8,
  ...terms,
});

const ACCOUNTS = [
  account('1000000001', 'standard', 'USD', 10_000n, { type: 'demo', leverage: 100n, mode: 'hedging' }),
  account('1000000002', 'raw', 'USD', 10_000n, { type: 'live', leverage: 100n, mode: 'hedging' }),
  account('1000000003', 'raw-b', 'EUR', 5_000n, { type: 'live', leverage: 30n, mode: 'netting' }),
  account('1000000004', 'standard', 'JPY', 1_000_000n, { type: 'live', leverage: 25n, mode: 'hedging' }),
];

const INSERT_PROVIDERS = 'insert into providers (provider) select json_array_elements_text($1::json) on conflict do nothing';

const INSERT_INSTRUMENTS = `
insert into instruments as i (symbol, class, base_currency, quote_currency, contract_size, digits, tick_e8, volume_min_e8,
    volume_max_e8, volume_step_e8, leverage_cap, trade_mode, sessions, stale_limit_ms, spike_limit_numerator,
    spike_limit_denominator, default_deviation_points, stop_distance_min_points, freeze_distance_points)
  select symbol, class, "baseCurrency", "quoteCurrency", "contractSize", digits, "tickE8", "volumeMinE8", "volumeMaxE8",
      "volumeStepE8", "leverageCap", "tradeMode", sessions, "staleLimitMs", ("spikeLimit" ->> 'numerator')::bigint,
      ("spikeLimit" ->> 'denominator')::bigint, "defaultDeviationPoints", "stopDistanceMinPoints", "freezeDistancePoints"
    from json_to_recordset($1::json) as t (symbol text, class text, "baseCurrency" text, "quoteCurrency" text,
      "contractSize" bigint, digits smallint, "tickE8" bigint, "volumeMinE8" bigint, "volumeMaxE8" bigint, "volumeStepE8" bigint,
      "leverageCap" bigint, "tradeMode" text, sessions jsonb, "staleLimitMs" integer, "spikeLimit" json,
      "defaultDeviationPoints" bigint, "stopDistanceMinPoints" bigint,
      "freezeDistancePoints" bigint)
  on conflict (symbol) do update set sessions = excluded.sessions where i.sessions <> excluded.sessions`;

const INSERT_PROVIDER_INSTRUMENTS = `
insert into provider_instruments (provider, symbol, provider_symbol, contract_size)
  select p.provider, t.symbol, t."providerSymbol", i.contract_size
    from json_to_recordset($1::json) as t (symbol text, "providerSymbol" text)
    join instruments i using (symbol) cross join providers p
  on conflict do nothing`;

const INSERT_GROUPS = `
insert into groups (group_id, flow, provider, commission, policies, margin_call_level_numerator, margin_call_level_denominator,
    stop_out_level_numerator, stop_out_level_denominator)
  select "groupId", flow, provider, commission, policies, 1, 1, 1, 2
    from json_to_recordset($1::json) as t ("groupId" text, flow text, provider text, commission jsonb, policies jsonb)
  on conflict do nothing`;

const INSERT_GROUP_INSTRUMENTS = `
insert into group_instruments (group_id, symbol, markup_points, exposure_max_e8)
  select t."groupId", i.symbol, case when i.class = 'fx' then t."fxMarkupPoints" else 0 end, 10 * i.volume_max_e8
    from json_to_recordset($1::json) as t ("groupId" text, "fxMarkupPoints" bigint) cross join instruments i
  on conflict do nothing`;

/**
 * Puts the demo's data into a migrated database: instruments, groups, providers, and four accounts with their deposits.
 * Called again, it changes nothing but the sessions, if others are asked for.
 *
 * @param adminDatabaseUrl of the database's administrator.
 */
export async function seedDemo(adminDatabaseUrl: string, { sessions = 'exchange' }: SeedDemoOptions = {}): Promise<void> {
  await withAdminConnection(adminDatabaseUrl, async (connection) => {
    await seedConfiguration(connection, sessions);
    await openAccountsAs(connection, ACCOUNTS);
  });
}

async function seedConfiguration(connection: Connection, sessions: DemoSessions): Promise<void> {
  const instruments = DEMO_INSTRUMENTS.map(({ row, providerSymbol }) => ({
    ...row,
    providerSymbol,
    sessions: demoSessions(row, sessions),
  }));
  const json = (value: unknown): string =>
    JSON.stringify(value, (_, held: unknown) => (typeof held === 'bigint' ? held.toString() : held));
  await connection.query(INSERT_PROVIDERS, [json(PROVIDERS)]);
  await connection.query(INSERT_INSTRUMENTS, [json(instruments)]);
  await connection.query(INSERT_PROVIDER_INSTRUMENTS, [
    json(instruments.map(({ symbol, providerSymbol }) => ({ symbol, providerSymbol }))),
  ]);
  await connection.query(INSERT_GROUPS, [json(GROUPS)]);
  await connection.query(INSERT_GROUP_INSTRUMENTS, [json(GROUPS)]);
}
