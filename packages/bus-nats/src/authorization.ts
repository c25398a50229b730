import { BUS_OPERATOR, PROVIDER_API_PREFIX, type BusRights, type ConsumerContract } from '@margrave/contracts';
import { inboxPrefixOf } from './inbox-prefix.ts';

/** What a user may publish on and subscribe to, in the server's words. All else is refused. */
export interface SubjectRights {
  readonly publish: readonly string[];
  readonly subscribe: readonly string[];
}

/** The subjects of JetStream's own that go with the rights of a user. */
export const subjectRights = ({ user, side, says, hears, reads, makesConsumers, makes }: BusRights): SubjectRights => ({
  publish: [
    ...says,
    ...makesConsumers.flatMap(makingSubjects),
    ...reads.flatMap(readingSubjects),
    ...(side === 'provider' ? reads.flatMap(apiSubjects).map(underPrefix) : []),
    ...makes.flatMap((stream) => [`$JS.API.STREAM.INFO.${stream}`, `$JS.API.STREAM.CREATE.${stream}`]),
  ],
  subscribe: [`${inboxPrefixOf(user)}.>`, ...hears],
});

/** The filter is part of the subject and the server compares it with the request: a consumer with another cannot be made. */
const makingSubjects = ({ stream, durable, filter }: ConsumerContract): readonly string[] => [
  `$JS.API.CONSUMER.CREATE.${stream}.${durable}.${filter}`,
  infoSubject({ stream, durable }),
];

const readingSubjects = (consumer: ConsumerContract): readonly string[] => [nextSubject(consumer), ackSubject(consumer)];
const nextSubject = ({ stream, durable }: ConsumerContract): string => `$JS.API.CONSUMER.MSG.NEXT.${stream}.${durable}`;
const ackSubject = ({ stream, durable }: ConsumerContract): string => `$JS.ACK.${stream}.${durable}.>`;
const infoSubject = ({ stream, durable }: Pick<ConsumerContract, 'stream' | 'durable'>): string =>
  `$JS.API.CONSUMER.INFO.${stream}.${durable}`;

/** What a client of NATS asks of a consumer that is there. The server itself answers for `$JS.API` in a provider's account. */
const apiSubjects = (consumer: ConsumerContract): readonly string[] => [infoSubject(consumer), nextSubject(consumer)];
const underPrefix = (subject: string): string => subject.replace('$JS.API', PROVIDER_API_PREFIX);

/** The account of our own users: the streams are its, and its subjects are those of the contracts. */
const OUR_ACCOUNT = 'margrave';
const accountOf = (provider: BusRights): string => `provider_${provider.user}`;

/**
 * The `accounts` block of a NATS server: ours with the operator and our services, and one for each provider; nobody without a
 * password. The server lets a user have its answers sent wherever it likes within its account; across accounts they come back
 * to who asked, and nowhere else.
 *
 * @param passwordOf - what stands for the password: a quoted text, or the name of an environment variable with `$`.
 */
export function natsAuthorization(rights: readonly BusRights[], passwordOf: (user: string) => string): string {
  const providers = rights.filter(({ side }) => side === 'provider');
  const ours = rights.filter(({ side }) => side === 'ours');
  const userLines = (each: BusRights): readonly string[] => {
    const { publish, subscribe } = subjectRights(each);
    return [
      '{',
      `  user: ${each.user}, password: ${passwordOf(each.user)}`,
      '  permissions: {',
      ...indented(2, [...listed('publish: { allow: [', publish, '] }'), ...listed('subscribe: { allow: [', subscribe, '] }')]),
      '  }',
      '}',
    ];
  };
  const operator = `{ user: ${BUS_OPERATOR}, password: ${passwordOf(BUS_OPERATOR)} }`;
  return [
    'accounts {',
    ...indented(1, [
      `${OUR_ACCOUNT} {`,
      '  jetstream: enabled',
      ...indented(1, listed('users: [', [operator, ...ours.flatMap(userLines)], ']', asItIs)),
      ...indented(1, listed('exports: [', exportsTo(providers), ']', asItIs)),
      '}',
      ...providers.flatMap((provider) => [
        `${accountOf(provider)} {`,
        ...indented(1, listed('users: [', userLines(provider), ']', asItIs)),
        ...indented(1, listed('imports: [', importsOf(provider), ']', asItIs)),
        '}',
      ]),
    ]),
    '}',
    '',
  ].join('\n');
}

/** What several hear is named once, with all of them. */
function exportsTo(providers: readonly BusRights[]): readonly string[] {
  const heard = [...new Set(providers.flatMap(({ hears }) => hears))];
  const to = (some: readonly BusRights[]): string => `accounts: [${some.map(accountOf).join(', ')}]`;
  return [
    ...heard.map((subject) => `{ stream: "${subject}", ${to(providers.filter(({ hears }) => hears.includes(subject)))} }`),
    ...providers.flatMap((provider) => {
      const service = (subject: string): string => `{ service: "${subject}", ${to([provider])} }`;
      return [
        ...provider.says.map(service),
        // One request for messages is answered by many.
        ...provider.reads.map((consumer) => `{ service: "${nextSubject(consumer)}", response: stream, ${to([provider])} }`),
        ...[...provider.reads.map(infoSubject), ...provider.reads.map(ackSubject)].map(service),
      ];
    }),
  ];
}

function importsOf({ hears, says, reads }: BusRights): readonly string[] {
  const from = (subject: string): string => `{ account: ${OUR_ACCOUNT}, subject: "${subject}" }`;
  return [
    ...hears.map((subject) => `{ stream: ${from(subject)} }`),
    ...[...says, ...reads.flatMap(readingSubjects)].map((subject) => `{ service: ${from(subject)} }`),
    ...reads.flatMap(apiSubjects).map((subject) => `{ service: ${from(subject)}, to: "${underPrefix(subject)}" }`),
  ];
}

const asItIs = (line: string): string => line;
const quoted = (subject: string): string => `"${subject}"`;

const listed = (
  open: string,
  items: readonly string[],
  close: string,
  written: (item: string) => string = quoted,
): readonly string[] => [open, ...indented(1, items.map(written)), close];

const indented = (levels: number, lines: readonly string[]): readonly string[] =>
  lines.map((line) => `${'  '.repeat(levels)}${line}`);
