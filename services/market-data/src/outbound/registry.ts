import type { GroupInstrumentRow, RegistryRows } from '@margrave/store-postgres';
import type { GroupId, SymbolName } from '@margrave/vocabulary';
import type { MarketRegistry } from '../app/market-registry.ts';

/** The part of the configuration that prices are made by. */
export const marketRegistryOf = ({ instruments, groups, groupInstruments }: RegistryRows): MarketRegistry => ({
  instruments,
  groups: groups.map(({ groupId }) => ({ groupId, symbols: permittedSymbols(groupId, groupInstruments) })),
});

const permittedSymbols = (
  groupId: GroupId,
  rows: readonly GroupInstrumentRow[],
): ReadonlyMap<SymbolName, { readonly markupPoints: bigint }> =>
  new Map(
    rows.filter((row) => row.groupId === groupId && row.permitted).map(({ symbol, markupPoints }) => [symbol, { markupPoints }]),
  );
