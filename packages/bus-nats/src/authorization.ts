import { BUS_OPERATOR, type BusRights, type ConsumerContract } from '@margrave/contracts';
import { inboxPrefixOf } from './inbox-prefix.ts';

/** What a user may publish on and subscribe to, in the server's words. All else is refused. */
export interface SubjectRights {
  readonly publish: readonly string[];
  readonly subscribe: readonly string[];
}

/** The subjects of JetStream's own that go with the rights of a user. */
export const subjectRights = ({ user, says, hears, reads, makes }: BusRights): SubjectRights => ({
  publish: [
    ...says,
    ...reads.flatMap(consumerSubjects),
    ...makes.flatMap((stream) => [`$JS.API.STREAM.INFO.${stream}`, `$JS.API.STREAM.CREATE.${stream}`]),
  ],
  subscribe: [`${inboxPrefixOf(user)}.>`, ...hears],
});

/** The filter is part of the subject and the server compares it with the request: a consumer with another cannot be made. */
const consumerSubjects = ({ stream, durable, filter }: ConsumerContract): readonly string[] => [
  `$JS.API.CONSUMER.CREATE.${stream}.${durable}.${filter}`,
  `$JS.API.CONSUMER.INFO.${stream}.${durable}`,
  `$JS.API.CONSUMER.MSG.NEXT.${stream}.${durable}`,
  `$JS.ACK.${stream}.${durable}.>`,
];

/**
 * The `authorization` block of a NATS server: the operator and these users, and nobody without a password.
 *
 * @param passwordOf - what stands for the password: a quoted text, or the name of an environment variable with `$`.
 */
export function natsAuthorization(rights: readonly BusRights[], passwordOf: (user: string) => string): string {
  const users = rights.map((each) => {
    const { publish, subscribe } = subjectRights(each);
    return `    {
      user: ${each.user}, password: ${passwordOf(each.user)}
      permissions: {
        publish: { allow: [${listed(publish)}] }
        subscribe: { allow: [${listed(subscribe)}] }
      }
    }`;
  });
  return `authorization {
  users: [
    { user: ${BUS_OPERATOR}, password: ${passwordOf(BUS_OPERATOR)} }
${users.join('\n')}
  ]
}
`;
}

const listed = (subjects: readonly string[]): string =>
  subjects.map((subject) => `\n          "${subject}"`).join('') + '\n        ';
