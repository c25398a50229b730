import { providerOrdersConsumer } from '@margrave/contracts';
import { setting, sharedSettings, type Configuration, type ConfigurationFault, type ConfigurationRule } from '@margrave/runtime';
import { checkProviderName, ok, parseE8, refuse, SCALE_E8, type ProviderName, type Result } from '@margrave/vocabulary';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { MISBEHAVIOURS, type Misbehaviour, type ScriptRule } from './app/behaviour.ts';
import type { ProviderProfile } from './app/decision.ts';
import { readListings } from './inbound/listings.ts';
import { readScript } from './inbound/script.ts';

interface Rate {
  readonly misbehaviour: Misbehaviour;
  readonly probabilityE8: bigint;
  /** As it was written. */
  readonly probability: string;
}

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const { ackWaitMs } = providerOrdersConsumer('provider' as ProviderName);

/** The settings of the provider simulator: one process a provider. */
export const configurationDeclaration = {
  natsUrl: sharedSettings.natsUrl,
  natsCredentials: sharedSettings.natsCredentials,
  metricsPort: sharedSettings.metricsPort,
  logLevel: sharedSettings.logLevel,
  logLevels: sharedSettings.logLevels,
  providerName: setting.text({
    environment: 'PROVIDER_NAME',
    sentence: 'The provider that this process is: it hears the requests to that name and signs its reports with it.',
    pattern: /^[a-z0-9][a-z0-9-]{0,31}$/,
    allowed: 'up to 32 small letters, digits and hyphens, such as lp-a',
  }),
  providerSymbols: setting.text({
    environment: 'PROVIDER_SYMBOLS',
    sentence: 'What the provider trades: its own symbols, each with the symbol of the quotes it fills at, and its volume step.',
    allowed: 'JSON such as {"EUR/USD":"EURUSD","SPX500":{"symbol":"US500","volumeStep":"0.1","volumeMax":"200"}}',
  }),
  stateFolder: setting.text({
    environment: 'STATE_FOLDER',
    sentence: 'The folder of the journal, which is all that the provider knows: it must outlive the process.',
    allowed: 'the path of a folder; it is made if it is not there',
  }),
  seed: setting.integer({
    environment: 'SEED',
    sentence: 'What latencies and misbehaviour are drawn from, together with the id of each request.',
    unit: 'seed',
    min: 0,
    max: 4_294_967_295,
    default: 1,
  }),
  latencyMinMs: setting.duration({
    environment: 'LATENCY_MIN',
    sentence: 'The shortest time from the arrival of an order to its execution; also the time between its parts.',
    minMs: 0,
    maxMs: MINUTE_MS,
    default: 5,
  }),
  latencyMaxMs: setting.duration({
    environment: 'LATENCY_MAX',
    sentence: 'The longest time from the arrival of an order to its execution.',
    minMs: 0,
    maxMs: MINUTE_MS,
    default: 40,
  }),
  fillParts: setting.integer({
    environment: 'FILL_PARTS',
    sentence: 'In how many parts an order is executed, where its volume has as many steps.',
    unit: 'parts',
    min: 1,
    max: 100,
    default: 1,
  }),
  acknowledge: setting.flag({
    environment: 'ACKNOWLEDGE',
    sentence: 'Whether an order is acknowledged by a report of its own before it is executed; one that rests always is.',
    default: true,
  }),
  lateMs: setting.duration({
    environment: 'LATE_BY',
    sentence: 'How much later than usual a late execution is: longer than the time after which silence is noticed.',
    minMs: 0,
    maxMs: HOUR_MS,
    default: 6_000,
  }),
  misbehave: setting.list<Rate>({
    environment: 'MISBEHAVE',
    sentence: 'How often the provider misbehaves, in which way.',
    allowed: `pairs such as reject=0.05,repeat=0.1, each word one of ${MISBEHAVIOURS.join(', ')}, each probability from 0 to 1`,
    default: [],
    item: readRate,
    writeItem: ({ misbehaviour, probability }) => `${misbehaviour}=${probability}`,
  }),
  script: setting.text({
    environment: 'SCRIPT',
    sentence: 'A file that says how certain orders are treated; the first rule that fits an order decides, and then no chance.',
    allowed: 'the path of a file with a JSON array of rules such as {"when":{"nth":3},"then":{"silent":true}}',
    optional: true,
  }),
  quoteAgeMsMax: setting.duration({
    environment: 'QUOTE_AGE_MAX',
    sentence: 'How old a quote may be to be filled at.',
    minMs: 100,
    maxMs: HOUR_MS,
    default: MINUTE_MS,
  }),
  ackWaitMs: setting.duration({
    environment: 'ACK_WAIT',
    sentence:
      'How long the bus waits with a request that is not acknowledged before it delivers it again, as the broker set it: of one in hand it is told three times as often.',
    minMs: 1_000,
    maxMs: HOUR_MS,
    default: ackWaitMs,
  }),
  ordersInHandMax: setting.integer({
    environment: 'ORDERS_IN_HAND_MAX',
    sentence: 'How many orders may wait for their execution at once; others wait at the bus.',
    unit: 'orders',
    min: 1,
    max: 10_000,
    default: 256,
  }),
} as const;

type Declared = typeof configurationDeclaration;

function readRate(unchecked: string): Result<Rate, void> {
  const [word, probability, ...more] = unchecked.split('=');
  const misbehaviour = MISBEHAVIOURS.find((candidate) => candidate === word);
  const probabilityE8 = parseE8(probability ?? '');
  const isRate = misbehaviour !== undefined && probabilityE8 !== undefined && more.length === 0;
  if (!isRate || probabilityE8 < 0n || probabilityE8 > SCALE_E8) return refuse<void>(undefined);
  return ok({ misbehaviour, probabilityE8, probability: probability ?? '' });
}

const fault = ({ environment, allowed }: ConfigurationFault, value: string, why: string): ConfigurationFault => ({
  environment,
  value,
  allowed: `${allowed} (${why})`,
});

/** What must fit together, what the settings point to included. */
export const configurationRules: readonly ConfigurationRule<Declared>[] = [
  ({ providerSymbols }) => {
    const read = readListings(providerSymbols);
    return read.ok ? undefined : fault(configurationDeclaration.providerSymbols, providerSymbols, read.refusal);
  },
  ({ script }) => {
    const read = readScriptFile(script);
    return read.ok ? undefined : fault(configurationDeclaration.script, script ?? '', read.refusal);
  },
  ({ latencyMinMs, latencyMaxMs }) =>
    latencyMinMs <= latencyMaxMs
      ? undefined
      : { environment: 'LATENCY_MAX', value: `${latencyMaxMs}ms`, allowed: `at least LATENCY_MIN, ${latencyMinMs}ms` },
  ({ misbehave }) => {
    const words = misbehave.map(({ misbehaviour }) => misbehaviour);
    const twice = words.find((word, index) => words.indexOf(word) !== index);
    return twice === undefined ? undefined : { environment: 'MISBEHAVE', value: twice, allowed: 'one rate for each word' };
  },
];

function readScriptFile(path: string | undefined): Result<readonly ScriptRule[], string> {
  if (path === undefined) return ok([]);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error));
  }
  return readScript(text);
}

/** The provider that checked settings describe. */
export function profileOf(settings: Configuration<Declared>): ProviderProfile & { readonly name: ProviderName } {
  const name = checkProviderName(settings.providerName);
  const listings = readListings(settings.providerSymbols);
  const script = readScriptFile(settings.script);
  assert(name !== undefined && listings.ok && script.ok, 'settings that were checked can be read again');
  const ratesE8 = Object.fromEntries(settings.misbehave.map(({ misbehaviour, probabilityE8 }) => [misbehaviour, probabilityE8]));
  const manners = {
    seed: settings.seed,
    latencyMinMs: settings.latencyMinMs,
    latencyMaxMs: settings.latencyMaxMs,
    acknowledge: settings.acknowledge,
    parts: settings.fillParts,
    lateMs: settings.lateMs,
    ratesE8,
    script: script.value,
  };
  return { name, listings: listings.value, manners };
}
