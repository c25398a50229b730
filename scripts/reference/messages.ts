import { MESSAGES, STREAM_NAMES, STREAMS, type MessageName } from '@margrave/contracts';
import { code, jsonBlock, table } from './markdown.ts';
import { GENERATED_NOTE } from './page.ts';
import { providerGuide } from './provider-guide.ts';

const NAMES = Object.keys(MESSAGES) as MessageName[];

/** docs/reference/messages.md: what is on NATS, for a person. */
export const messagesPage = (): string =>
  [
    GENERATED_NOTE,
    '# Messages on NATS',
    'The same as a document for programs: [asyncapi.json](asyncapi.json). Amounts are decimal strings, ids are strings, times are RFC 3339 in UTC. A receiver ignores fields that it does not know.',
    table(
      ['message', 'subject', 'stream', 'Nats-Msg-Id', 'from → to'],
      NAMES.map((name) => {
        const message = MESSAGES[name];
        return [
          `[${name}](#${name.toLowerCase()})`,
          code(message.subjectTemplate.address),
          message.stream ?? 'none',
          message.stream === null ? 'none' : message.deduplicationRule,
          `${message.from} → ${message.to}`,
        ];
      }),
    ),
    '## Streams',
    'All on disk, kept by limits, refusing when full (`discard=new`), with `deny_delete` and `deny_purge`.',
    table(
      ['stream', 'subjects', 'kept for', 'ids remembered for', 'bytes at most', 'holds'],
      STREAM_NAMES.map((name) => {
        const { subjects, maxAgeMs, duplicateWindowMs, maxBytes, description } = STREAMS[name];
        return [
          name,
          subjects.map(code).join(', '),
          `${maxAgeMs / 86_400_000} days`,
          `${duplicateWindowMs / 60_000} minutes`,
          `${maxBytes / 1_048_576} MiB`,
          description,
        ];
      }),
    ),
    ...NAMES.map(section),
    providerGuide(),
    '',
  ].join('\n\n');

function section(name: MessageName): string {
  const message = MESSAGES[name];
  return [
    `## ${name}`,
    `${code(message.subjectTemplate.address)}: ${message.summary} ${message.description}`,
    fieldTable(message.schema as ObjectSchema),
    jsonBlock(message.example),
  ].join('\n\n');
}

interface ObjectSchema {
  readonly anyOf?: readonly ObjectSchema[];
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, { readonly description?: string; readonly enum?: readonly unknown[] }>>;
}

/** The fields of a message; of a message with branches, the fields of each. */
function fieldTable(schema: ObjectSchema): string {
  const branches = schema.anyOf ?? [schema];
  return branches
    .map(({ properties = {}, required = [] }) =>
      table(
        ['field', 'required', 'meaning'],
        Object.entries(properties).map(([field, { description = '', enum: words }]) => [
          code(field),
          required.includes(field) ? 'yes' : 'no',
          [description, words === undefined ? '' : `One of ${words.map((word) => code(String(word))).join(', ')}.`]
            .join(' ')
            .trim(),
        ]),
      ),
    )
    .join('\n\n');
}
