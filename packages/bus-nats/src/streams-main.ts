/**
 * Makes the streams be what the contracts say and ends: the operator's step before services of a new release start.
 *
 *   NATS_URL=nats://operator:…@host:4222 node packages/bus-nats/src/streams-main.ts
 */
import { STREAMS } from '@margrave/contracts';
import { connect } from '@nats-io/transport-node';
import { addressOptions, credentialOptions } from './server-address.ts';
import { ensureStreams } from './streams.ts';

const { NATS_URL: urls, NATS_CREDENTIALS: credentials } = process.env;
const say = (sentence: string): boolean => process.stderr.write(`${sentence}\n`);

if (urls === undefined || urls === '') {
  say('NATS_URL is missing: the NATS servers, with the user and the password of the operator.');
  process.exitCode = 2;
} else {
  const client = await connect({
    ...addressOptions(urls.split(',').map((url) => url.trim())),
    ...(credentials ? credentialOptions(credentials) : {}),
    name: 'streams',
    waitOnFirstConnect: true,
    maxReconnectAttempts: 60,
  });
  try {
    for (const { name, done, faults } of await ensureStreams(client, Object.values(STREAMS))) {
      say([`${name}: ${done}`, ...faults].join('. '));
      if (faults.length > 0) process.exitCode = 1;
    }
  } catch (error) {
    say(`The streams could not be seen to: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  } finally {
    await client.close();
  }
}
