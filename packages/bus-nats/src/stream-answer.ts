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

/** What came back for a published message. */
export function readAnswer(message: Pick<Msg, 'data' | 'headers' | 'string'>): PublishOutcome {
  if (message.data.length === 0 && message.headers?.code === NO_RESPONDERS) return refuse(NO_STREAM);
  const text = message.string();
  const answer = parsed(text);
  if (answer?.error !== undefined) return refuse(describeRefusal(answer.error));
  if (!answer?.stream || answer.seq === undefined) {
    return refuse({ outcome: 'unknown', reason: 'server_trouble', detail: `no answer of a stream: ${text.slice(0, 100)}` });
  }
  return ok({ stream: answer.stream, sequence: answer.seq, duplicate: answer.duplicate ?? false });
}

function parsed(text: string): (Partial<PubAck> & { readonly error?: ApiError }) | undefined {
  try {
    return JSON.parse(text) as Partial<PubAck>;
  } catch {
    return undefined;
  }
}
