import type { SymbolName } from '@margrave/vocabulary';
import type { Configuration } from './configuration.ts';
import { marketView } from './market-view.ts';
import { QuoteBook } from './quote-book.ts';

const EURUSD = 'EURUSD' as SymbolName;
const GOLD = 'GOLD' as SymbolName;
const configuration: Configuration = {
  version: 3n,
  instruments: new Map(),
  groups: new Map(),
  pair: () => undefined,
  providerInstrument: () => undefined,
  providers: [],
  symbolAt: () => undefined,
};

it('shows one price and one age of a symbol however often one looks, and another view what came since', () => {
  let nowMs = 0;
  const quotes = new QuoteBook(() => nowMs);
  const tell = (sequence: string, bid: string) => quotes.take({ symbol: EURUSD, sequence, bid, ask: '1.09000', ageMs: 4 });
  tell('1', '1.08450');
  const view = marketView(configuration, quotes, 1_770_000_000_000);
  const first = view.quote(EURUSD);
  expect([first?.bidE8, first?.ageMs, view.quote(GOLD)]).toEqual([108_450_000n, 4, undefined]);
  nowMs += 50;
  tell('2', '1.08500');
  quotes.take({ symbol: GOLD, sequence: '1', bid: '2300', ask: '2301', ageMs: 0 });
  expect([view.quote(EURUSD), view.quote(GOLD)]).toEqual([first, undefined]);
  const later = marketView(configuration, quotes, 1_770_000_000_050);
  expect([later.quote(EURUSD)?.bidE8, later.quote(GOLD)?.bidE8]).toEqual([108_500_000n, 230_000_000_000n]);
});
