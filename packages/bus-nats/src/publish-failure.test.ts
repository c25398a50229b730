import { JetStreamApiError } from '@nats-io/jetstream';
import { errors } from '@nats-io/transport-node';
import { describePublishError } from './publish-failure.ts';

const api = (code: number, description: string): Error => new JetStreamApiError({ code, err_code: 10_077, description });
const denied = (operation: 'publish' | 'subscription'): Error => {
  const cause = new errors.PermissionViolationError('denied', operation, 'subject');
  return new errors.RequestError('denied', { cause });
};

it.each<[string, Error, string]>([
  ['an answer in time did not come', new errors.TimeoutError(), 'unknown timeout'],
  ['the connection closed while it was in flight', new errors.RequestError('connection closed'), 'unknown connection_lost'],
  ['an error nobody has heard of', new Error('?'), 'unknown connection_lost'],
  ['the server fails in the middle of a write', api(503, 'write /data/1.blk: input/output error'), 'unknown server_trouble'],
  ['we may not hear the answer', denied('subscription'), 'unknown connection_lost'],
  ['we may not publish there', denied('publish'), 'not_stored permission_denied'],
  ['the stream is full', api(503, 'maximum bytes exceeded'), 'not_stored stream_full'],
  ['one subject of the stream is full', api(503, 'maximum messages per subject exceeded'), 'not_stored stream_full'],
  ['the whole store is full', api(503, 'resource limits exceeded for account'), 'not_stored stream_full'],
  ['the stream takes no message so large', api(400, 'message size exceeds maximum allowed'), 'not_stored payload_too_large'],
  ['the stream expected something else', api(400, 'wrong last sequence: 5'), 'not_stored refused'],
  [
    'no stream listens',
    new Error('jetstream is not enabled', { cause: new errors.NoRespondersError('s') }),
    'not_stored no_stream',
  ],
  ['the connection is closed already', new errors.ClosedConnectionError(), 'not_stored not_connected'],
  ['the payload is too large for the server', new errors.InvalidArgumentError('max_payload'), 'not_stored payload_too_large'],
])('when %s', (_case, error, expected) => {
  const { outcome, reason } = describePublishError(error);
  expect(`${outcome} ${reason}`).toBe(expected);
});
