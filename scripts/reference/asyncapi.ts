import { MESSAGES, namedSchemas, STREAMS, withReferences, type JsonSchema, type MessageName } from '@margrave/contracts';
import { PARAMETERS } from './asyncapi-parameters.ts';
import { providerGuide } from './provider-guide.ts';

type Message = (typeof MESSAGES)[MessageName];

const toSchema = (name: string): JsonSchema => ({ $ref: `#/components/schemas/${name}` });

const NAMES = Object.keys(MESSAGES) as MessageName[];

/** `ProviderOrderNewV1` → `providerOrderNewV1`. */
const channelName = (name: MessageName): string => name.slice(0, 1).toLowerCase() + name.slice(1);

/** Providers and no one else speak to us from outside. */
const isReceived = (message: Message): boolean => message.name === 'provider.execution';

/**
 * The AsyncAPI 3 document of everything on NATS, from the contracts. A provider can be written from it alone: the guide in
 * its description says in words what schemas cannot.
 */
export const asyncApiDocument = (): JsonSchema => ({
  asyncapi: '3.0.0',
  info: {
    title: 'Margrave on NATS',
    version: '1.0.0',
    description: providerGuide(),
    license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    tags: [
      { name: 'provider', description: 'What a liquidity provider hears and says.' },
      { name: 'internal', description: 'Among our own services.' },
    ],
  },
  defaultContentType: 'application/json',
  servers: {
    nats: {
      host: '{address}',
      protocol: 'nats',
      description: 'The operator gives out the address and, for each service and each provider, credentials of its own.',
      variables: { address: { description: 'Host and port.', examples: ['nats.example.com:4222'] } },
    },
  },
  channels: Object.fromEntries(NAMES.map((name) => [channelName(name), channelOf(name)])),
  operations: Object.fromEntries(NAMES.map((name) => [operationName(name), operationOf(name)])),
  components: {
    messages: Object.fromEntries(NAMES.map((name) => [name, messageOf(name)])),
    schemas: Object.fromEntries(
      namedSchemas(
        NAMES.map((name) => MESSAGES[name].schema),
        toSchema,
      ),
    ),
  },
});

const operationName = (name: MessageName): string => `${isReceived(MESSAGES[name]) ? 'receive' : 'send'}${name}`;

function channelOf(name: MessageName): JsonSchema {
  const message: Message = MESSAGES[name];
  const { address, parameterNames } = message.subjectTemplate;
  return {
    address,
    title: message.summary,
    description: [message.description, keptBy(message)].join(' '),
    messages: { [name]: { $ref: `#/components/messages/${name}` } },
    parameters: Object.fromEntries(parameterNames.map((parameter) => [parameter, PARAMETERS[parameter]])),
    'x-stream': message.stream,
  };
}

function keptBy(message: Message): string {
  if (message.stream === null) return 'No stream keeps it.';
  return `Kept by the JetStream stream ${message.stream} (subjects ${STREAMS[message.stream].subjects.join(', ')}). The header Nats-Msg-Id is ${message.deduplicationRule}.`;
}

const operationOf = (name: MessageName): JsonSchema => ({
  action: isReceived(MESSAGES[name]) ? 'receive' : 'send',
  channel: { $ref: `#/channels/${channelName(name)}` },
  summary: MESSAGES[name].summary,
  description: `From: ${MESSAGES[name].from}. To: ${MESSAGES[name].to}.`,
  messages: [{ $ref: `#/channels/${channelName(name)}/messages/${name}` }],
  tags: [{ name: MESSAGES[name].name.startsWith('provider.') ? 'provider' : 'internal' }],
});

function messageOf(name: MessageName): JsonSchema {
  const message: Message = MESSAGES[name];
  return {
    name: message.name,
    title: name,
    summary: message.summary,
    description: `${message.description} At most ${message.bytesMax} bytes.`,
    contentType: 'application/json',
    ...(message.stream === null ? {} : { headers: messageIdHeader(message.deduplicationRule) }),
    payload: withReferences(message.schema, toSchema),
    examples: [{ name: 'example', summary: message.summary, payload: message.example }],
  };
}

const messageIdHeader = (rule: string): JsonSchema => ({
  type: 'object',
  required: ['Nats-Msg-Id'],
  properties: { 'Nats-Msg-Id': { type: 'string', description: `The stream takes each id once: ${rule}.` } },
});
