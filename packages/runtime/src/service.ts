import { configurationRows, describeFaults, readConfiguration, secretValues } from './configuration.ts';
import type { Configuration, ConfigurationDeclaration, ConfigurationRow, ConfigurationRule } from './configuration.ts';
import { createCrashPoints, type CrashAt } from './crash-point.ts';
import { createHealth, type Health } from './health.ts';
import { createLifecycle, type Lifecycle, type ProcessHost } from './lifecycle.ts';
import { createLogging, type LogDestination, type Logger } from './logging.ts';
import { createMetricRegistry, createMetrics, metricRows } from './metrics.ts';
import type { MetricDeclarations, MetricRow, Metrics } from './metrics.ts';
import { listenForObservation } from './observation.ts';
import { measureProcess, processMetricDeclarations } from './process-metrics.ts';
import type { sharedSettings } from './shared-settings.ts';

type Shared = typeof sharedSettings;

/** What every service declares; one that has crash points declares `crashAt` and `testBuild` as well. */
export type ServiceDeclaration = ConfigurationDeclaration &
  Pick<Shared, 'metricsPort' | 'logLevel' | 'logLevels'> &
  Partial<Pick<Shared, 'crashAt' | 'testBuild'>>;

/** What opening a service needs of the process; `process` itself fits. */
export interface ServiceHost extends ProcessHost {
  readonly argv: readonly string[];
  readonly pid: number;
  readonly stdout: { write(text: string, onWritten: () => void): unknown };
  kill(pid: number, signal: 'SIGKILL'): unknown;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export interface ServiceOptions<Declaration extends ServiceDeclaration, Declarations extends MetricDeclarations> {
  /** The service, as logs, the bus and the database name it. */
  readonly name: string;
  /** Where each process of the service is somebody else, such as one provider each: who this one is. The log says so. */
  readonly instance?: (configuration: Configuration<Declaration>) => string;
  readonly configuration: Declaration;
  readonly rules?: readonly ConfigurationRule<Declaration>[];
  readonly metrics: Declarations;
  readonly host?: ServiceHost;
  /** Where the log goes: by default standard output. */
  readonly logDestination?: LogDestination;
}

/** A service that is open: it can be watched, is not ready yet, and stops when it is told to. */
export interface Service<Settings, Measured> {
  readonly name: string;
  readonly configuration: Settings;
  /** The log of the service itself; its parts write to a `component` of their own. */
  readonly log: Logger;
  readonly component: (name: string) => Logger;
  readonly metrics: Measured;
  readonly health: Health;
  readonly crashAt: CrashAt;
  readonly lifecycle: Lifecycle;
  /** Aborted when stopping begins, before the first part is stopped. */
  readonly stopping: AbortSignal;
  /** Where the service is watched: the port that was chosen, where the setting left the choice. */
  readonly metricsPort: number;
}

/** What a part of a service needs of it, whatever it measures and however else it is set. */
export type ServiceOf<Settings> = Pick<Service<Settings, unknown>, 'name' | 'configuration' | 'component' | 'lifecycle'>;

/** What a service declares of itself, for documentation. */
export interface ServiceDescription {
  readonly name: string;
  readonly settings: readonly ConfigurationRow[];
  readonly metrics: readonly MetricRow[];
}

/** As an argument of a service: it prints its `ServiceDescription` as JSON, and nothing is read, started or measured. */
const DESCRIBE = '--describe';

/** The exit code of a process whose environment must be mended before it can start. */
const MISCONFIGURED = 2;

/**
 * Opens a service, the same for all: settings, log, metrics, health, crash points, the life of the process, and the listener
 * for those who watch it. What is left to the caller is to start the parts in order and to say that it is `serving`.
 *
 * With the argument `--describe` it prints what the service declares, a `ServiceDescription`, and the process ends with 0.
 * When the environment is at fault, every fault stands on standard error and the process ends with 2. Secret settings never
 * appear in the log, nor in what health says.
 */
export async function openService<const Declaration extends ServiceDeclaration, const Declarations extends MetricDeclarations>(
  options: ServiceOptions<Declaration, Declarations>,
): Promise<Service<Configuration<Declaration>, Metrics<Declarations>>> {
  const { name, instance, configuration: declaration, host = process } = options;
  if (host.argv.includes(DESCRIBE)) {
    const metrics = metricRows({ ...processMetricDeclarations, ...options.metrics });
    const description: ServiceDescription = { name, settings: configurationRows(declaration), metrics };
    host.stdout.write(`${JSON.stringify(description)}\n`, () => host.exit(0));
    return new Promise(() => undefined);
  }
  const read = readConfiguration(declaration, host.env, options.rules);
  if (!read.ok) {
    host.stderr.write(`${describeFaults(read.refusal)}\n`);
    host.exit(MISCONFIGURED);
    return new Promise(() => undefined);
  }
  const configuration = read.value;
  const { metricsPort, logLevel, logLevels, crashAt, testBuild } = configuration as Configuration<ServiceDeclaration>;

  const logging = createLogging({
    service: instance === undefined ? name : `${name}-${instance(configuration)}`,
    level: logLevel,
    levels: logLevels,
    secrets: secretValues(declaration, configuration),
    ...(options.logDestination === undefined ? {} : { destination: options.logDestination }),
  });
  const registry = createMetricRegistry();
  const metrics = createMetrics(options.metrics, registry);
  const health = createHealth({ redact: logging.redact });
  const stopping = new AbortController();
  const lifecycle = createLifecycle({
    log: logging.component('lifecycle'),
    flushLog: logging.flush,
    host,
    onStopping: () => {
      health.setPhase('stopping');
      stopping.abort();
    },
  });

  await lifecycle.part(
    'process metrics',
    () => measureProcess(registry, health),
    (stop) => stop(),
  );
  const observation = await lifecycle.part(
    'observation',
    () => listenForObservation({ port: metricsPort, registry, health, log: logging.component('observation') }),
    (listened) => listened.stop(),
  );

  return {
    name,
    configuration,
    log: logging.component(name),
    component: logging.component,
    metrics,
    health,
    crashAt: createCrashPoints({ crashAt, testBuild: testBuild ?? '0' }, () => void host.kill(host.pid, 'SIGKILL')),
    lifecycle,
    stopping: stopping.signal,
    metricsPort: observation.port,
  };
}
