import { decimal, providerSymbol, schemaCheck, symbolName } from '@margrave/contracts';
import { ok, parseE8, refuse, type LotsE8, type Result } from '@margrave/vocabulary';
import { Type, type Static } from 'typebox';
import type { Listing, Listings } from '../app/request.ts';

const traded = symbolName('The symbol of the quotes that the provider fills at.');
const detailed = Type.Object(
  {
    symbol: traded,
    volumeStep: Type.Optional(decimal('Lots; volumes are multiples of it.')),
    volumeMax: Type.Optional(decimal('Lots of the largest order.')),
  },
  { additionalProperties: false },
);
const checkListing = schemaCheck(Type.Union([traded, detailed]));
const checkName = schemaCheck(providerSymbol('The provider’s own symbol.'));

const VOLUME_STEP = '0.01';
const VOLUME_MAX = '1000';

/**
 * Reads what a provider trades from JSON: its own symbols with ours, `{"EUR/USD":"EURUSD"}`, or with more about them,
 * `{"SPX500":{"symbol":"US500","volumeStep":"0.1"}}`. The refusal says where the fault is.
 */
export function readListings(text: string): Result<Listings, string> {
  let unchecked: unknown;
  try {
    unchecked = JSON.parse(text);
  } catch (error) {
    return refuse(error instanceof Error ? error.message : 'not JSON');
  }
  if (typeof unchecked !== 'object' || unchecked === null || Array.isArray(unchecked)) return refuse('not a JSON object');
  const listings = new Map<string, Listing>();
  for (const [name, uncheckedListing] of Object.entries(unchecked)) {
    const checked = checkListing(uncheckedListing);
    const listing = checked.ok ? listingOf(checked.value) : undefined;
    if (!checkName(name).ok || listing === undefined) return refuse(`${JSON.stringify(name)} is not listed as it must be`);
    listings.set(name, listing);
  }
  return listings.size === 0 ? refuse('nothing is listed') : ok(listings);
}

function listingOf(listed: Static<typeof traded> | Static<typeof detailed>): Listing | undefined {
  const { symbol, volumeStep = VOLUME_STEP, volumeMax = VOLUME_MAX } = typeof listed === 'string' ? { symbol: listed } : listed;
  const [stepE8, maxE8] = [parseE8(volumeStep), parseE8(volumeMax)];
  if (stepE8 === undefined || maxE8 === undefined || stepE8 <= 0n || maxE8 < stepE8) return undefined;
  return { symbol, volumeStepE8: stepE8 as LotsE8, volumeMaxE8: maxE8 as LotsE8 };
}
