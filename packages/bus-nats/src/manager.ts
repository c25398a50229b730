import { jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';

const ANSWER_WITHIN_MS = 3_000;

/** The administration of JetStream. That it is there is seen by the first question, not asked beforehand. */
export const managerOf = (client: NatsConnection): Promise<JetStreamManager> =>
  jetstreamManager(client, { checkAPI: false, timeout: ANSWER_WITHIN_MS });
