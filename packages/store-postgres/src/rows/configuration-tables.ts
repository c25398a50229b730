import type { GroupInstrumentRow, GroupRow, InstrumentRow, ProviderInstrumentRow, ProviderRow } from '../configuration-rows.ts';
import { booleanColumn, fractionColumn, integerColumn, jsonColumn, numberColumn, textColumn, valueColumn } from './column.ts';
import { defineReadTable } from './table.ts';

export const INSTRUMENTS = defineReadTable<InstrumentRow>('instruments', {
  symbol: textColumn('symbol'),
  class: textColumn('class'),
  baseCurrency: textColumn('base_currency'),
  quoteCurrency: textColumn('quote_currency'),
  contractSize: integerColumn('contract_size'),
  digits: numberColumn('digits'),
  tickE8: integerColumn('tick_e8'),
  volumeMinE8: integerColumn('volume_min_e8'),
  volumeMaxE8: integerColumn('volume_max_e8'),
  volumeStepE8: integerColumn('volume_step_e8'),
  leverageCap: integerColumn('leverage_cap'),
  tradeMode: textColumn('trade_mode'),
  sessions: valueColumn('sessions'),
  staleLimitMs: numberColumn('stale_limit_ms'),
  spikeLimit: fractionColumn('spike_limit'),
  defaultDeviationPoints: integerColumn('default_deviation_points'),
  stopDistanceMinPoints: integerColumn('stop_distance_min_points'),
  freezeDistancePoints: integerColumn('freeze_distance_points'),
});

export const GROUPS = defineReadTable<GroupRow>('groups', {
  groupId: textColumn('group_id'),
  flow: textColumn('flow'),
  provider: textColumn('provider'),
  commissionJson: jsonColumn('commission'),
  policiesJson: jsonColumn('policies'),
  marginCallLevel: fractionColumn('margin_call_level'),
  stopOutLevel: fractionColumn('stop_out_level'),
  ordersMax: numberColumn('orders_max'),
});

export const GROUP_INSTRUMENTS = defineReadTable<GroupInstrumentRow>('group_instruments', {
  groupId: textColumn('group_id'),
  symbol: textColumn('symbol'),
  markupPoints: integerColumn('markup_points'),
  exposureMaxE8: integerColumn('exposure_max_e8'),
  permitted: booleanColumn('permitted'),
});

export const PROVIDERS = defineReadTable<ProviderRow>('providers', {
  provider: textColumn('provider'),
  silenceLimitMs: numberColumn('silence_limit_ms'),
});

export const PROVIDER_INSTRUMENTS = defineReadTable<ProviderInstrumentRow>('provider_instruments', {
  provider: textColumn('provider'),
  symbol: textColumn('symbol'),
  providerSymbol: textColumn('provider_symbol'),
  contractSize: integerColumn('contract_size'),
});
