import { globSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { prometheusConfiguration, type ScrapedService } from '@margrave/monitoring';
import { startPrometheus, type PrometheusBinary, type RunningPrometheus } from '@margrave/testkit';

const RULES = fileURLToPath(new URL('../../../infra/prometheus/rules', import.meta.url));
/** A person who looks at the demo does not wait for a quarter of a minute. */
const EVERY_SECONDS = 5;

export interface WatchedService {
  /** Of several processes of one service each has more words than the service's own name. */
  readonly name: string;
  readonly metricsUrl: string;
}

/** The processes of each service as Prometheus is told of them. */
export function scrapedServices(services: readonly WatchedService[]): readonly ScrapedService[] {
  const jobs = Map.groupBy(services, ({ name }) => name.split(' ', 1)[0] ?? name);
  return [...jobs].map(([job, each]) => ({ job, targets: each.map(({ metricsUrl }) => new URL(metricsUrl).host) }));
}

/** A Prometheus that reads the services and looks at the alerts. The demo goes on without one, and says so. */
export async function startMonitoring(
  services: readonly WatchedService[],
  binary: PrometheusBinary | undefined,
  say: (sentence: string) => void,
): Promise<RunningPrometheus | undefined> {
  if (binary === undefined) {
    say('there is no Prometheus on this machine, so nobody watches the metrics (sudo apt-get install prometheus)');
    return undefined;
  }
  const rules = globSync('*.yml', { cwd: RULES }).map((name) => join(RULES, name));
  const configuration = prometheusConfiguration({ services: scrapedServices(services), rules, everySeconds: EVERY_SECONDS });
  try {
    return await startPrometheus(binary, { purpose: 'demo', configuration, onSignal: 'leave to caller' });
  } catch (error) {
    say(`Prometheus did not start, so nobody watches the metrics: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}
