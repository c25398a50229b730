import { asError } from '@margrave/runtime';
import { JetStreamApiError } from '@nats-io/jetstream';
import { errors, NoRespondersError } from '@nats-io/transport-node';

/** Why a message was definitely not stored. Sending it again under the same id is safe, and of use once the cause is gone. */
export const NOT_STORED_REASONS = [
  'not_connected',
  'no_stream',
  'stream_full',
  'payload_too_large',
  'permission_denied',
  'refused',
] as const;
export type NotStoredReason = (typeof NOT_STORED_REASONS)[number];

/** Why it is not known whether a message was stored. It must be sent again under the same id, and may turn out a duplicate. */
export const UNKNOWN_REASONS = ['timeout', 'connection_lost', 'server_trouble'] as const;
export type UnknownReason = (typeof UNKNOWN_REASONS)[number];

export type PublishFailure =
  | { readonly outcome: 'not_stored'; readonly reason: NotStoredReason; readonly detail: string }
  | { readonly outcome: 'unknown'; readonly reason: UnknownReason; readonly detail: string };

/** Descriptions with which a server says that the limits of a stream, or of the whole store, leave no room. */
const NO_ROOM = /maximum (?:bytes|messages)|resource limits? exceeded|insufficient (?:storage )?resources/i;
const TOO_LARGE = /message size exceeds/i;

/**
 * What the client threw at a publish, as an outcome. In doubt the outcome is `unknown`: only what the server or the client
 * says before anything is stored counts as not stored.
 */
export function describePublishError(thrown: unknown): PublishFailure {
  const error = asError(thrown);
  const detail = error.message;
  const chain = causes(error);
  const is = (kind: new (...given: never[]) => Error): boolean => chain.some((link) => link instanceof kind);

  const refused = chain.find((link) => link instanceof JetStreamApiError);
  if (refused !== undefined) return describeApiError(refused);
  // Nobody listens to this subject: no stream keeps it, or there is no JetStream at all.
  if (is(NoRespondersError)) return { outcome: 'not_stored', reason: 'no_stream', detail: 'no stream keeps this subject' };
  if (is(errors.InvalidArgumentError)) return { outcome: 'not_stored', reason: 'payload_too_large', detail };
  if (is(errors.ClosedConnectionError) || is(errors.DrainingConnectionError)) {
    return { outcome: 'not_stored', reason: 'not_connected', detail };
  }
  // Where it is the answer that may not be heard, not the message that may not be sent, it may well be stored.
  if (chain.some((link) => link instanceof errors.PermissionViolationError && link.operation === 'publish')) {
    return { outcome: 'not_stored', reason: 'permission_denied', detail };
  }
  if (is(errors.TimeoutError)) return { outcome: 'unknown', reason: 'timeout', detail };
  return { outcome: 'unknown', reason: 'connection_lost', detail };
}

/** An error, its cause, the cause of that, and so on. */
function causes(error: Error): readonly Error[] {
  const chain: Error[] = [];
  for (let link: unknown = error; link instanceof Error && !chain.includes(link); link = link.cause) chain.push(link);
  return chain;
}

function describeApiError(error: JetStreamApiError): PublishFailure {
  const detail = `${error.message} (${error.code})`;
  if (TOO_LARGE.test(error.message)) return { outcome: 'not_stored', reason: 'payload_too_large', detail };
  if (NO_ROOM.test(error.message)) return { outcome: 'not_stored', reason: 'stream_full', detail };
  if (error.status >= 400 && error.status < 500) return { outcome: 'not_stored', reason: 'refused', detail };
  // The rest is the server's own trouble, a disk that fails in the middle of a write among it.
  return { outcome: 'unknown', reason: 'server_trouble', detail };
}
