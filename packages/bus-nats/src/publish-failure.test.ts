import { errors } from '@nats-io/transport-node';
import { describePublishError } from './publish-failure.ts';

it.each<[string, Error, string]>([
  ['the connection is closed already', new errors.ClosedConnectionError(), 'not_stored not_connected'],
  ['the connection is being closed', new errors.DrainingConnectionError(), 'not_stored not_connected'],
  ['the payload is too large for the server', new errors.InvalidArgumentError('max_payload'), 'not_stored payload_too_large'],
  ['it is an error nobody has heard of', new Error('?'), 'unknown connection_lost'],
])('when %s', (_case, error, expected) => {
  const { outcome, reason } = describePublishError(error);
  expect(`${outcome} ${reason}`).toBe(expected);
});
