import type { ClientQuotesV1, InstrumentsV1 } from '@margrave/contracts';
import { gatewayClient, signToken } from './gateway-client.ts';

const READY_MS_MAX = 120_000;
const LOOK_EVERY_MS = 100;

/** What is looked for, until it is there; `look` says what is missing, or nothing. */
async function until(what: string, hint: string, look: () => Promise<string | undefined>, stop?: AbortSignal): Promise<void> {
  const untilMs = performance.now() + READY_MS_MAX;
  for (;;) {
    stop?.throwIfAborted();
    const missing = await look().catch(String);
    if (missing === undefined) return;
    if (performance.now() >= untilMs) throw new Error(`${what} within ${READY_MS_MAX / 1_000} s: ${missing.trim()}${hint}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

/** Resolves when a service says that it is ready. */
export const untilReady = (service: {
  readonly name: string;
  readonly metricsUrl: string;
  readonly logFile: string;
}): Promise<void> =>
  until(`${service.name} was not ready`, `; its log is ${service.logFile}`, async () => {
    const answer = await fetch(`${service.metricsUrl}/health/ready`, { signal: AbortSignal.timeout(2_000) });
    return answer.ok ? undefined : answer.text();
  });

/** Resolves when a gateway has a price of every instrument: before that it refuses orders, and says why. */
export async function untilPriced(gatewayUrl: string, tokenSecret: string, stop?: AbortSignal): Promise<void> {
  const gateway = gatewayClient(gatewayUrl, signToken(tokenSecret, ['1000000001'], 3_600_000));
  const look = async (): Promise<string | undefined> => {
    const { body } = await gateway.get<InstrumentsV1>('/v1/instruments');
    const symbols = body.items.map(({ symbol }) => symbol).join(',');
    const { unavailable } = (await gateway.get<ClientQuotesV1>(`/v1/quotes?symbols=${symbols}`)).body;
    return unavailable.length === 0 ? undefined : `missing are ${unavailable.join(', ')}`;
  };
  await until(`${gatewayUrl} had no price of every symbol`, '', look, stop);
}
