import { ok, refuse, type Result } from '@margrave/vocabulary';
import type { ApiError, PubAck } from '@nats-io/jetstream';
import type { Msg } from '@nats-io/transport-node';
import { describeRefusal, type PublishFailure } from './publish-failure.ts';

/** The stream has the message. */
export interface Stored {
  readonly stream: string;
  readonly sequence: number;
  /** It was there already, under the same message id, and was not stored again. */
  readonly duplicate: boolean;
}

export type PublishOutcome = Result<Stored, PublishFailure>;

/** The status of the server's own answer where nobody listens: no stream keeps the subject, or there is no JetStream at all. */
const NO_RESPONDERS = 503;
const NO_STREAM: PublishFailure = { outcome: 'not_stored', reason: 'no_stream', detail: 'no stream keeps this subject' };

const UNREADABLE: PublishFailure = {
  outcome: 'unknown',
  reason: 'server_trouble',
  detail: 'what came back is no answer of a stream',
};

/** What came back for a published message. Never throws: who throws where a message is heard ends the reading of the connection. */
export function readAnswer(message: Pick<Msg, 'data' | 'headers' | 'string'>): PublishOutcome {
  try {
    if (message.data.length === 0 && message.headers?.code === NO_RESPONDERS) return refuse(NO_STREAM);
    const { error, stream, seq, duplicate } = JSON.parse(message.string()) as Partial<PubAck> & { readonly error?: ApiError };
    if (error !== undefined) return refuse(describeRefusal(error));
    // Nothing is stored at zero.
    return stream && seq ? ok({ stream, sequence: seq, duplicate: duplicate ?? false }) : refuse(UNREADABLE);
  } catch {
    return refuse(UNREADABLE);
  }
}
