import type { SubjectTemplate } from '@margrave/contracts';
import { ok, refuse, type Result } from '@margrave/vocabulary';

/** What is needed of a message of the contracts, of either kind, to read one that came in. */
export interface ReadableContract<Body, Subject extends Readonly<Record<string, string>>> {
  readonly name: string;
  readonly decode: (bytes: Uint8Array) => Result<Body, string>;
  readonly subjectTemplate: SubjectTemplate<Subject>;
}

/** A message as its contract has it: the body, and the names in its subject, both checked. */
export interface Decoded<Body, Subject> {
  readonly body: Body;
  readonly parameters: Subject;
}

export type Decoder<Body, Subject> = (message: {
  readonly subject: string;
  readonly data: Uint8Array;
}) => Result<Decoded<Body, Subject>, string>;

/**
 * Reads messages of one contract; the refusal repeats nothing of the message. The server lets a user publish on certain
 * subjects and knows no bodies: what a body repeats of its subject must be the same there.
 */
export const decoderOf =
  <Body, Subject extends Readonly<Record<string, string>>>(contract: ReadableContract<Body, Subject>): Decoder<Body, Subject> =>
  ({ subject, data }) => {
    const parameters = contract.subjectTemplate.read(subject);
    if (parameters === undefined) return refuse(`not a subject of ${contract.name}`);
    const body = contract.decode(data);
    if (!body.ok) return body;
    const fields = new Map<string, unknown>(Object.entries(body.value as object));
    const differs = Object.entries(parameters).find(([name, value]) => fields.has(name) && fields.get(name) !== value);
    return differs === undefined ? ok({ body: body.value, parameters }) : refuse(`its ${differs[0]} is not that of its subject`);
  };
