import { asError } from '@margrave/runtime';
import type { ApiError } from '@nats-io/jetstream';
import { errors } from '@nats-io/transport-node';

/** Why a message was definitely not stored. Sending it again under the same id is safe, and of use once the cause is gone. */
export const NOT_STORED_REASONS = ['not_connected', 'no_stream', 'stream_full', 'payload_too_large', 'refused'] as const;
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
/** `JSStreamDuplicateMessageConflict` of nats-server: 409, "duplicate message id is in process". */
const IN_PROCESS = 10_158;

/** What the client threw at a publish, which it does before anything is sent. In doubt the outcome is `unknown`. */
export function describePublishError(thrown: unknown): PublishFailure {
  const error = asError(thrown);
  const detail = error.message;
  if (error instanceof errors.InvalidArgumentError) return { outcome: 'not_stored', reason: 'payload_too_large', detail };
  if (error instanceof errors.ClosedConnectionError || error instanceof errors.DrainingConnectionError) {
    return { outcome: 'not_stored', reason: 'not_connected', detail };
  }
  return { outcome: 'unknown', reason: 'connection_lost', detail };
}

/** The error that a stream answered with. In doubt the outcome is `unknown`. */
export function describeRefusal({ code, err_code: errorCode, description }: ApiError): PublishFailure {
  const detail = `${description} (${errorCode})`;
  if (TOO_LARGE.test(description)) return { outcome: 'not_stored', reason: 'payload_too_large', detail };
  if (NO_ROOM.test(description)) return { outcome: 'not_stored', reason: 'stream_full', detail };
  // The same message is on its way through the stream's cluster, and may still fail to get through.
  if (errorCode === IN_PROCESS) return { outcome: 'unknown', reason: 'server_trouble', detail };
  if (code >= 400 && code < 500) return { outcome: 'not_stored', reason: 'refused', detail };
  // The rest is the server's own trouble, a disk that fails in the middle of a write among it.
  return { outcome: 'unknown', reason: 'server_trouble', detail };
}
