import type { Connection } from '../connection/connection.ts';
import type { RegistryRows } from '../configuration-rows.ts';
import { decodeRows } from '../rows/table.ts';
import { GROUP_INSTRUMENTS, GROUPS, INSTRUMENTS, PROVIDER_INSTRUMENTS, PROVIDERS } from '../rows/configuration-tables.ts';
import { jsonOf } from './sql.ts';

const REGISTRY = `
select (select version::text from configuration_version) as version,
    (select json_agg(${INSTRUMENTS.selected('t')} order by t.symbol) from instruments t) as instruments,
    (select json_agg(${GROUPS.selected('t')} order by t.group_id) from groups t) as groups,
    (select json_agg(${GROUP_INSTRUMENTS.selected('t')} order by t.group_id, t.symbol) from group_instruments t) as group_instruments,
    (select json_agg(${PROVIDERS.selected('t')} order by t.provider) from providers t) as providers,
    (select json_agg(${PROVIDER_INSTRUMENTS.selected('t')} order by t.provider, t.symbol) from provider_instruments t)
      as provider_instruments`;

/** All configuration as of one moment, with its version. */
export async function loadRegistry(connection: Connection): Promise<RegistryRows> {
  const [row] = await connection.query(REGISTRY);
  return {
    configurationVersion: BigInt(row?.['version'] as string),
    instruments: decodeRows(INSTRUMENTS, jsonOf(row, 'instruments')),
    groups: decodeRows(GROUPS, jsonOf(row, 'groups')),
    groupInstruments: decodeRows(GROUP_INSTRUMENTS, jsonOf(row, 'group_instruments')),
    providers: decodeRows(PROVIDERS, jsonOf(row, 'providers')),
    providerInstruments: decodeRows(PROVIDER_INSTRUMENTS, jsonOf(row, 'provider_instruments')),
  };
}
