import type {
  Currency,
  Flow,
  Fraction,
  GroupId,
  InstrumentClass,
  LotsE8,
  PriceE8,
  ProviderName,
  SymbolName,
  TradeMode,
} from '@margrave/vocabulary';

/** When an instrument trades: minutes since Sunday 00:00 in a time zone, `toMinute` exclusive, and local dates without trading. */
export interface SessionsRow {
  readonly timeZone: string;
  readonly weekly: readonly { readonly fromMinute: number; readonly toMinute: number }[];
  readonly holidays: readonly string[];
}

/** What can be traded. The fields are those of the domain's `Instrument`. */
export interface InstrumentRow {
  readonly symbol: SymbolName;
  readonly class: InstrumentClass;
  readonly baseCurrency: Currency;
  readonly quoteCurrency: Currency;
  readonly contractSize: bigint;
  readonly digits: number;
  readonly tickE8: PriceE8;
  readonly volumeMinE8: LotsE8;
  readonly volumeMaxE8: LotsE8;
  readonly volumeStepE8: LotsE8;
  readonly leverageCap: bigint | null;
  readonly tradeMode: TradeMode;
  readonly sessions: SessionsRow;
  readonly staleLimitMs: number;
  readonly spikeLimit: Fraction;
  readonly defaultDeviationPoints: bigint;
  /** How far from the market a stop, a stop loss and a take profit must be when they are set. */
  readonly stopDistanceMinPoints: bigint;
  /** How near to the market a level that is waited for can be neither changed nor taken back any more. */
  readonly freezeDistancePoints: bigint;
}

/** What a group's accounts have in common, but for its symbols. */
export interface GroupRow {
  readonly groupId: GroupId;
  readonly flow: Flow;
  readonly provider: ProviderName | null;
  /** Commission terms, opaque to the store; amounts in it are strings of digits. */
  readonly commissionJson: string;
  /** Margin policies by name, opaque to the store; amounts and fractions in it are strings of digits. */
  readonly policiesJson: string;
  readonly marginCallLevel: Fraction;
  readonly stopOutLevel: Fraction;
  /** The most orders in flight and open positions that an account may have. */
  readonly ordersMax: number;
}

/** A symbol as a group sees it. A symbol without a row, or with one that says so, is not permitted. */
export interface GroupInstrumentRow {
  readonly groupId: GroupId;
  readonly symbol: SymbolName;
  readonly markupPoints: bigint;
  /** The most lots that an account may hold on one side, orders in flight included; null where only margin bounds it. */
  readonly exposureMaxE8: LotsE8 | null;
  readonly permitted: boolean;
}

export interface ProviderRow {
  readonly provider: ProviderName;
  /** A request unanswered for longer is asked about. */
  readonly silenceLimitMs: number;
}

/** A symbol as a provider calls and measures it. */
export interface ProviderInstrumentRow {
  readonly provider: ProviderName;
  readonly symbol: SymbolName;
  readonly providerSymbol: string;
  /** Units per lot at the provider. */
  readonly contractSize: bigint;
}

/** All configuration as of one moment. */
export interface RegistryRows {
  /** Raised by every change of any of it. */
  readonly configurationVersion: bigint;
  readonly instruments: readonly InstrumentRow[];
  readonly groups: readonly GroupRow[];
  readonly groupInstruments: readonly GroupInstrumentRow[];
  readonly providers: readonly ProviderRow[];
  readonly providerInstruments: readonly ProviderInstrumentRow[];
}
