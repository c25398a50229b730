import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';

/**
 * Whether a NATS server answers for its streams within so long: what a liveness probe asks. One that stands still does not, nor one
 * whose disk was full: it accepts connections and never stores again until it is started anew (seen with 2.9).
 */
export async function busAnswers(natsUrl: string, withinMs: number): Promise<boolean> {
  const { host, username, password } = new URL(natsUrl);
  try {
    const options = { servers: host, user: username, pass: password, reconnect: false, timeout: withinMs };
    const connection = await connect(options);
    try {
      const manager = await jetstreamManager(connection, { timeout: withinMs });
      for (const stream of await manager.streams.list().next()) await manager.streams.info(stream.config.name);
      return true;
    } finally {
      // An orderly end would wait for an answer, too.
      void connection.close();
    }
  } catch {
    return false;
  }
}
