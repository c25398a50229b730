import { subscribe, type BusConnection } from '@margrave/bus-nats';
import { ConfigChangedV1 } from '@margrave/contracts';
import type { Logger } from '@margrave/runtime';

export interface MovedAccountsInput {
  readonly bus: BusConnection;
  readonly onMoved: () => void;
  readonly onBug: (error: Error) => void;
  readonly log: Logger;
}

/** Hears that accounts may be of other groups. A hint that got lost costs until the next sweep. */
export const listenForMovedAccounts = ({ bus, onMoved, onBug, log }: MovedAccountsInput): (() => void) =>
  subscribe(bus, {
    contract: ConfigChangedV1,
    only: { what: 'accounts' },
    onMessage: onMoved,
    onUndecodable: (reason, subject) => log.warn({ reason, subject }, 'A hint of changed configuration cannot be read'),
    onBug,
    log,
  });
