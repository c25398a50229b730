import { subscribe, type BusConnection } from '@margrave/bus-nats';
import { ConfigChangedV1 } from '@margrave/contracts';
import type { Logger } from '@margrave/runtime';

export interface ConfigurationChangesInput {
  readonly bus: BusConnection;
  readonly onChange: () => void;
  readonly onBug: (error: Error) => void;
  readonly log: Logger;
}

const INTERESTING: ReadonlySet<string> = new Set(['instruments', 'groups']);

/** Hears that instruments or groups changed. A hint that got lost costs until the next reading of all. */
export function listenForConfigurationChanges({ bus, onChange, onBug, log }: ConfigurationChangesInput): () => void {
  return subscribe(bus, {
    contract: ConfigChangedV1,
    onMessage: ({ body }) => {
      if (INTERESTING.has(body.what)) onChange();
    },
    onUndecodable: (reason, subject) => log.warn({ reason, subject }, 'A hint of changed configuration cannot be read'),
    onBug,
    log,
  });
}
