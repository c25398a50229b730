import type { Migration } from './migration.ts';

const configurationTables = ['instruments', 'groups', 'group_instruments', 'providers', 'provider_instruments'];

const versionTrigger = (table: string): string => `
create trigger ${table}_changed after insert or update or delete or truncate on ${table}
  for each statement execute function configuration_changed();`;

export const configuration: Migration = {
  version: 2,
  name: 'configuration',
  note: 'What is traded, by whom and on which terms. Every change of these tables raises configuration_version.',
  statements: `
create table configuration_version (
  one boolean primary key default true check (one),
  version bigint not null
);
insert into configuration_version (version) values (1);

create function configuration_changed() returns trigger language plpgsql as $$
begin
  update configuration_version set version = version + 1;
  return null;
end
$$;

create table instruments (
  symbol text primary key check (symbol ~ '^[A-Z0-9][A-Z0-9_-]{0,23}$'),
  class instrument_class not null,
  base_currency text not null check (base_currency ~ '^[A-Z0-9]{3,8}$'),
  quote_currency currency not null,
  contract_size bigint not null check (contract_size between 1 and 1000000000000),
  unique (symbol, contract_size),
  digits smallint not null check (digits between 0 and 8),
  tick_e8 price_e8 not null,
  volume_min_e8 lots_e8 not null,
  volume_max_e8 lots_e8 not null check (volume_max_e8 >= volume_min_e8),
  volume_step_e8 lots_e8 not null,
  leverage_cap bigint check (leverage_cap > 0),
  trade_mode trade_mode not null default 'full',
  -- {"timeZone": …, "weekly": [{"fromMinute", "toMinute"}], "holidays": ["YYYY-MM-DD"]}, minutes since Sunday 00:00 local time
  sessions jsonb not null check (
    coalesce(jsonb_typeof(sessions -> 'timeZone') = 'string' and jsonb_typeof(sessions -> 'weekly') = 'array'
      and jsonb_typeof(sessions -> 'holidays') = 'array', false)),
  stale_limit_ms integer not null check (stale_limit_ms > 0),
  spike_limit_numerator bigint not null check (spike_limit_numerator > 0),
  spike_limit_denominator bigint not null check (spike_limit_denominator > 0),
  default_deviation_points bigint not null check (default_deviation_points >= 0),
  -- How far from the market a stop, a stop loss and a take profit must be when they are set.
  stop_distance_min_points bigint not null default 0 check (stop_distance_min_points >= 0),
  -- How near to the market a level that is waited for can be neither changed nor taken back any more.
  freeze_distance_points bigint not null default 0 check (freeze_distance_points >= 0)
);

create table providers (
  provider text primary key check (provider ~ '^[a-z0-9][a-z0-9-]{0,31}$'),
  silence_limit_ms integer not null default 5000 check (silence_limit_ms > 0)
);

create table groups (
  group_id text primary key check (group_id ~ '^[a-z0-9][a-z0-9-]{0,31}$'),
  flow flow not null,
  provider text references providers,
  -- Terms and policies by name; amounts and other big integers in them are decimal strings.
  commission jsonb not null check (coalesce(jsonb_typeof(commission -> 'kind') = 'string', false)),
  policies jsonb not null check (jsonb_typeof(policies) = 'object'),
  margin_call_level_numerator bigint not null check (margin_call_level_numerator >= 0),
  margin_call_level_denominator bigint not null check (margin_call_level_denominator > 0),
  stop_out_level_numerator bigint not null check (stop_out_level_numerator >= 0),
  stop_out_level_denominator bigint not null check (stop_out_level_denominator > 0),
  -- Of an account: orders in flight and open positions. An account is loaded and decided on whole.
  orders_max integer not null default 200 check (orders_max between 1 and 10000),
  check ((flow = 'provider') = (provider is not null))
);

create table group_instruments (
  group_id text not null references groups,
  symbol text not null references instruments,
  markup_points bigint not null check (markup_points >= 0),
  -- Of an account on one side, orders in flight included; null: whatever its margin allows.
  exposure_max_e8 lots_e8,
  permitted boolean not null default true,
  primary key (group_id, symbol)
);
create index group_instruments_by_symbol on group_instruments (symbol);

create table provider_instruments (
  provider text not null references providers,
  symbol text not null references instruments,
  provider_symbol text not null check (provider_symbol <> ''),
  -- Units per lot at the provider, which are ours: volumes are sent as they are.
  contract_size bigint not null,
  foreign key (symbol, contract_size) references instruments (symbol, contract_size),
  primary key (provider, symbol),
  unique (provider, provider_symbol)
);
create index provider_instruments_by_symbol on provider_instruments (symbol);
${configurationTables.map(versionTrigger).join('')}

grant select on configuration_version, ${configurationTables.join(', ')} to margrave_service;
`,
  check: `select count(*) = ${configurationTables.length} from pg_trigger where tgname like '%_changed' and not tgisinternal`,
};
