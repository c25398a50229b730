import type { Result } from '@margrave/vocabulary';
import type { Static, TSchema } from 'typebox';
import { schemaCheck, type Unbranded } from './schema.ts';
import type { StreamName } from './streams.ts';
import { parseStrictJson } from './strict-json.ts';
import type { SubjectTemplate } from './subject.ts';

type Parameters = Readonly<Record<string, string>>;

interface Declaration<Schema extends TSchema, Subject extends Parameters> {
  /** Stable name without the version, e.g. `provider.execution`. */
  readonly name: string;
  readonly version: number;
  readonly summary: string;
  /** For the reader who has only the generated document. */
  readonly description: string;
  readonly from: string;
  readonly to: string;
  readonly subjectTemplate: SubjectTemplate<Subject>;
  readonly schema: Schema;
  readonly example: Unbranded<Static<Schema>>;
  /** Larger messages are refused unread. */
  readonly bytesMax: number;
}

interface Contract<Schema extends TSchema, Subject extends Parameters> extends Omit<Declaration<Schema, Subject>, 'example'> {
  readonly example: Static<Schema>;
  readonly subject: (parameters: Subject) => string;
  /** Reads what a wire carried. The refusal is a short sentence for a log and a dead letter; it repeats nothing of the message. */
  readonly decode: (bytes: Uint8Array) => Result<Static<Schema>, string>;
}

interface Kept<Schema extends TSchema, Subject extends Parameters> {
  readonly stream: StreamName;
  /** The `Nats-Msg-Id`. */
  readonly deduplicationId: (parameters: Subject, body: Static<Schema>) => string;
  /** The same in words, for the reference. */
  readonly deduplicationRule: string;
}

/** A message that a stream keeps: published with its id, acknowledged by the server, consumed at least once. */
export interface StreamMessage<Schema extends TSchema, Subject extends Parameters>
  extends Contract<Schema, Subject>, Kept<Schema, Subject> {}

/** A message that nobody keeps: only the latest matters, or it is a hint. */
export interface PlainMessage<Schema extends TSchema, Subject extends Parameters> extends Contract<Schema, Subject> {
  readonly stream: null;
}

const DEPTH_MAX = 16;

function contract<const Schema extends TSchema, Subject extends Parameters>(
  declaration: Declaration<Schema, Subject>,
): Contract<Schema, Subject> {
  const check = schemaCheck(declaration.schema);
  return {
    ...declaration,
    example: declaration.example as Static<Schema>,
    subject: declaration.subjectTemplate.build,
    decode: (bytes) => {
      const parsed = parseStrictJson(bytes, { bytesMax: declaration.bytesMax, depthMax: DEPTH_MAX });
      return parsed.ok ? check(parsed.value) : parsed;
    },
  };
}

export const streamMessage = <const Schema extends TSchema, Subject extends Parameters>(
  declaration: Declaration<Schema, Subject> & Kept<Schema, Subject>,
): StreamMessage<Schema, Subject> => ({
  ...contract(declaration),
  stream: declaration.stream,
  deduplicationId: declaration.deduplicationId,
  deduplicationRule: declaration.deduplicationRule,
});

export const plainMessage = <const Schema extends TSchema, Subject extends Parameters>(
  declaration: Declaration<Schema, Subject>,
): PlainMessage<Schema, Subject> => ({ ...contract(declaration), stream: null });
