import type { Group, GroupSymbol, HedgingMargin, Instrument, MarginPolicies } from '@margrave/domain';
import type { GroupRow, RegistryRows } from '@margrave/store-postgres';
import type { Currency, GroupId, LotsE8, ProviderName, SymbolName } from '@margrave/vocabulary';
import { commissionFromJson } from './from-rows.ts';
import type { ProviderInstrument } from './provider-messages.ts';

/** All configuration of one version, as the domain reads it. */
export interface Configuration {
  readonly version: bigint;
  readonly instruments: ReadonlyMap<SymbolName, Instrument>;
  readonly groups: ReadonlyMap<GroupId, Group>;
  readonly providers: readonly ProviderName[];
  readonly pair: (base: Currency, quote: Currency) => Instrument | undefined;
  readonly providerInstrument: (provider: ProviderName, symbol: SymbolName) => ProviderInstrument | undefined;
  /** Our name of what a provider calls by its own. */
  readonly symbolAt: (provider: ProviderName, providerSymbol: string) => SymbolName | undefined;
}

export function configurationFromRows(rows: RegistryRows): Configuration {
  const instruments = new Map<SymbolName, Instrument>(rows.instruments.map((row) => [row.symbol, row]));
  const pairs = new Map(
    [...instruments.values()].map((instrument) => [`${instrument.baseCurrency}/${instrument.quoteCurrency}`, instrument]),
  );
  const listed = new Map(
    rows.providerInstruments.map((row) => [
      `${row.provider} ${row.symbol}`,
      { providerSymbol: row.providerSymbol, contractSize: row.contractSize },
    ]),
  );
  const symbols = new Map(rows.providerInstruments.map((row) => [`${row.provider} ${row.providerSymbol}`, row.symbol]));
  return {
    version: rows.configurationVersion,
    instruments,
    groups: new Map(rows.groups.map((row) => [row.groupId, groupFromRow(row, rows)])),
    providers: rows.providers.map(({ provider }) => provider),
    pair: (base, quote) => pairs.get(`${base}/${quote}`),
    providerInstrument: (provider, symbol) => listed.get(`${provider} ${symbol}`),
    symbolAt: (provider, providerSymbol) => symbols.get(`${provider} ${providerSymbol}`),
  };
}

function groupFromRow(row: GroupRow, rows: RegistryRows): Group {
  const symbols = new Map<SymbolName, GroupSymbol>();
  for (const { groupId, symbol, permitted, markupPoints, exposureMaxE8 } of rows.groupInstruments) {
    if (groupId === row.groupId && permitted) symbols.set(symbol, { markupPoints, exposureMaxE8 });
  }
  return {
    groupId: row.groupId,
    flow: row.flow,
    provider: row.provider,
    symbols,
    commission: commissionFromJson(row.commissionJson),
    policies: policiesFromJson(row.policiesJson),
    marginCallLevel: row.marginCallLevel,
    stopOutLevel: row.stopOutLevel,
    ordersMax: row.ordersMax,
  };
}

interface FractionJson {
  readonly numerator: string;
  readonly denominator: string;
}
interface PoliciesJson extends Omit<MarginPolicies, 'hedgingMargin' | 'leverageTiers' | 'pendingMargin'> {
  readonly pendingMargin?: MarginPolicies['pendingMargin'];
  readonly hedgingMargin: { readonly kind: HedgingMargin['kind']; readonly hedgedRate?: FractionJson };
  readonly leverageTiers: readonly { readonly upToLotsE8: string | null; readonly leverage: string }[];
}

/** Big integers in it are strings of digits. */
function policiesFromJson(json: string): MarginPolicies {
  const { hedgingMargin, leverageTiers, floating, conversion, pendingMargin, moneyRounding } = JSON.parse(json) as PoliciesJson;
  const { hedgedRate } = hedgingMargin;
  return {
    hedgingMargin:
      hedgedRate === undefined
        ? { kind: 'larger_leg' }
        : {
            kind: 'hedged_rate',
            hedgedRate: { numerator: BigInt(hedgedRate.numerator), denominator: BigInt(hedgedRate.denominator) },
          },
    leverageTiers: leverageTiers.map((tier) => ({
      upToLotsE8: tier.upToLotsE8 === null ? null : (BigInt(tier.upToLotsE8) as LotsE8),
      leverage: BigInt(tier.leverage),
    })),
    floating,
    conversion,
    pendingMargin: pendingMargin ?? 'none',
    moneyRounding,
  };
}
