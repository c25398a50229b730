import {
  EXECUTION_RULES,
  EXECUTIONS_CONSUMER,
  PROVIDER_ORDER_STATUSES,
  PROVIDER_REJECT_REASONS,
  ProviderExecutionV1,
  PROVIDER_API_PREFIX,
  providerOrdersConsumer,
  STREAMS,
} from '@margrave/contracts';
import type { ProviderName } from '@margrave/vocabulary';
import { code, jsonBlock, table } from './markdown.ts';
import { EXAMPLE_DIALOGUE } from './provider-dialogue.ts';

const EXAMPLE = 'lp-a' as ProviderName;
const consumer = providerOrdersConsumer(EXAMPLE);
const seconds = (milliseconds: number): number => milliseconds / 1_000;

/** All that a provider must know besides the schemas. Markdown, from the second level of headings down. */
export const providerGuide = (): string =>
  [
    '## Writing a provider',
    `Operations in this document are Margrave’s: what it *sends* a provider hears, what it *receives* a provider says. A provider needs the address of the NATS server, its name (here \`${EXAMPLE}\`) and its credentials. These permit its own subjects and its own consumer and nothing else. Answers of the server must be asked for under the inbox prefix \`_INBOX_${EXAMPLE}\` (the last part is the name), which clients of NATS take as an option.`,
    ...hearing(),
    ...speaking(),
    ...meaning(),
    ...endings(),
    ...asked(),
    '### An example',
    ...EXAMPLE_DIALOGUE.flatMap(({ sentence, body }) => [sentence, jsonBlock(body)]),
  ].join('\n\n');

const hearing = (): readonly string[] => [
  '### Hearing requests',
  `Requests are kept by the JetStream stream \`${consumer.stream}\`. The provider reads them with a durable pull consumer, which is there as soon as the provider is listed:`,
  table(
    ['setting', 'value'],
    [
      ['stream', code(consumer.stream)],
      ['durable name', `${code(consumer.durable)}: the provider’s name`],
      ['filter subject', code(consumer.filter)],
      ['deliver policy', code('all')],
      ['ack policy', code('explicit')],
      ['ack wait', `${seconds(consumer.ackWaitMs)} s`],
      ['max deliver', 'unlimited (`-1`)'],
      ['max ack pending', String(consumer.maxAckPending)],
    ],
  ),
  `JetStream is in another account of the server than the provider, and its API is found under the prefix \`${PROVIDER_API_PREFIX}\`: tell the client of NATS so (“API prefix”), have it skip the check whether JetStream is there, and take the consumer by stream and name. Making or changing it is not permitted. Without a client that knows JetStream, ask for messages by requests to \`$JS.API.CONSUMER.MSG.NEXT.${consumer.stream}.${consumer.durable}\`; as long as the consumer is not there nothing answers: ask with an idle heartbeat, and again when none comes. Reports are published without a prefix.`,
  'The last token of the subject is the kind: `new`, `close`, `cancel`, `replace`, `protect`, `status`.',
  '- **Acknowledge** a request when its first report has been acknowledged by the server, or when the request is stored where a crash cannot lose it. What is not acknowledged is delivered again after the ack wait. Never acknowledge first and store later.',
  '- **De-duplicate by `requestId`, for ever.** A request may be delivered any number of times and is executed at most once. On a repetition publish the same reports again, or nothing, and acknowledge it.',
  '- **Reject what is late.** A request that arrives after its `sendBefore`, by the provider’s own clock kept to UTC, is answered by `rejected` with the reason `too_late` and is never executed. So an old request that waited while the provider was away does no harm. `cancel` and `status` have no `sendBefore` and are always answered.',
  '- **Ignore fields you do not know.** Answer a request that you cannot read by `rejected` with `malformed` if it has a `requestId`, and acknowledge it either way.',
];

const speaking = (): readonly string[] => [
  '### Publishing reports',
  `Reports go to \`${ProviderExecutionV1.subjectTemplate.address}\`, here \`${ProviderExecutionV1.subject({ provider: EXAMPLE })}\`, kept by the stream \`${EXECUTIONS_CONSUMER.stream}\` and read by our durable consumer \`${EXECUTIONS_CONSUMER.durable}\`.`,
  `- Publish with JetStream and wait for the server’s acknowledgement. Set the header \`Nats-Msg-Id\` to \`{provider}:{executionId}:{secret}\`, here \`${ProviderExecutionV1.deduplicationId({ provider: EXAMPLE }, ProviderExecutionV1.example)}:q7XkT\`. A timeout is not a failure: publish the same report again with the same id.`,
  '- **The secret is a word that nobody can guess**, such as 16 random bytes made anew at each start. The server remembers the message ids of all providers together: who guessed yours and used it first would have your report taken for a repetition, and dropped.',
  `- **An \`executionId\` is unique at the provider for ever**, over restarts and days: put the trade date in front of a counter that begins anew. A report with an id that we have applied changes nothing, however late it comes (the server itself remembers ids for ${seconds(STREAMS.EXECUTIONS.duplicateWindowMs) / 60} minutes). The same id with other content is set aside for a person.`,
  '- Order does not matter to us: a fill may overtake its acknowledgement. Publish in the order things happen all the same.',
  `- A report is JSON in UTF-8 of at most ${ProviderExecutionV1.bytesMax} bytes. Amounts are strings, never JSON numbers; no name stands twice in an object or is written with escapes. What we cannot read goes to the dead letters, and then the order looks unanswered.`,
  `- The server answers each report. A report with headers above ${STREAMS.EXECUTIONS.messageBytesMax} bytes is refused, and so is one more when ${STREAMS.EXECUTIONS.messagesPerSubjectMax} of the provider’s reports of the last seven days are kept, unless the operator allows more: a report that was refused is not known to us; publish it again later.`,
];

const meaning = (): readonly string[] => [
  '### Units and prices',
  'Volumes are in lots of `contractSize` units each. Amounts are decimal strings: at most 10 digits, then at most 8 decimals. Symbols are the provider’s own, as agreed with the operator. Prices are the provider’s raw prices: what the client pays on top is our affair.',
  '`maxDeviation` is in price units and counts from `referencePrice`: a buy may be executed at up to `referencePrice + maxDeviation`, a sell down to `referencePrice − maxDeviation`. If no price within it is to be had, reject with `price_moved`. Without a `referencePrice` count from your own price when the request arrives; with `maxDeviation: null` any price will do. A limit order is bound by its `price` alone.',
  '### What each report must carry',
  'Every report carries `executionId`, `requestId`, `executionType`, `symbol` and `side` as in the request, and `transactTime`. `requestId` is the id of the request that is answered: fills of an order carry the id of its `new` request, also after it was replaced, fills of a close that of the `close` request. Wherever volumes are given, `cumulativeVolume + leavesVolume` is the volume of the order.',
  table(
    ['executionType', 'must carry as well', 'meaning'],
    Object.entries(EXECUTION_RULES).map(([type, { required, meaning: says }]) => [
      code(type),
      required.length === 0 ? 'nothing' : required.map(code).join(', '),
      says,
    ]),
  ),
  'A fill is a fact: it is booked even after a cancel, a reject or a time-out, and flagged. So is what was executed beyond the volume ordered; the excess of a close closes what is left of its position, and then opens one on the other side. A report about a request that we did not send, with another symbol or side, or of a fill at a price far from every price that we know (a tenth for currencies, half for crypto), changes nothing and is set aside for a person.',
];

const endings = (): readonly string[] => [
  '### How a market order ends',
  'Market orders are `ioc`: execute what can be had at once, in one or several parts, then end the order with exactly one last report:',
  '- `fill`, when the last part makes it whole (`leavesVolume` is zero);',
  '- `cancelled`, when a rest could not be had: `cumulativeVolume` is what was executed, `leavesVolume` the rest that is given up;',
  '- `rejected`, when nothing was executed, with the reason.',
  'An order that does not rest and has no last report after the silence limit (5 s unless the operator sets another), acknowledged by `new` or not, is `unknown` to us. Its margin stays reserved and a `status` request follows, and again after half a minute, then later and later, at most an hour apart, until the provider answers.',
  '### Limit orders',
  'So far `ioc` and `fok` are sent: what waits for its price waits with us. A limit order is to be executed at the provider’s own price of the moment while that is `price` or better: a buy while the ask is at or below it, a sell while the bid is at or above it; equal is reached. It gets the better price where there is one. `maxDeviation` is null, and ignored.',
  '- `ioc`: as a market order; what is not to be had at the limit at once is given up, by `cancelled` where a part was executed, else by `rejected`, with `price_moved`.',
  '- `fok`: the whole at once, in one `fill`, or nothing: `rejected`.',
  '- `gtc`: answer `new` at once, from then on it rests. It is executed, in one or several parts, whenever a price reaches it, however long that takes and whatever was restarted meanwhile; it ends with `fill`, or with `cancelled`, as a rule the answer to a cancel request. Its `sendBefore` is when it must have arrived, not when it must be over. A status request is answered with `working`, or `partially_filled`.',
  'A limit order without a `price` above zero, and a market order with a `price`, is rejected with `not_supported`, and so is what you do not do: Margrave keeps stop orders itself.',
  '### What a close is',
  'A `close` asks for a market `ioc` order on the other side that reduces the position which the `new` request `originalRequestId` opened. `side` is the side of the closing execution: `sell` closes what was bought. It is answered exactly as a `new` request is, with the id of the `close` request in every report. A provider that nets needs nothing of `originalRequestId`.',
  '### Cancel, replace, protect',
  '`cancel` gives up what is left of `originalRequestId`. Answer `cancelled`, or `rejected` with `already_over`, with the id of the cancel request as `requestId` and with `originalRequestId`. A cancel may name a request that never reached the provider, because it waited too long on our side: answer `rejected` with `unknown_request`, remember that id, and if the request arrives after all reject it with `cancelled_before_arrival`.',
  '`replace` gives an order that rests another volume and another `price`; none are sent yet, and a provider without resting orders answers `rejected` with `not_supported`. `originalRequestId` is the `new` request of the order, however often it was replaced before. `volume` is the whole volume, what is filled already included. Answer `replaced`, with the id of the replace request as `requestId`, with `originalRequestId`, and with `cumulativeVolume` and `leavesVolume` as they are now; from then on the order rests as it was asked, and may be executed at once where the new price is reached already. Its fills and its end go on to carry the id of the `new` request, and count up to the new volume. A status request is answered with `replaced` among the reports.',
  'A replace is `rejected`, and the order stays as it was, with `too_late` after its `sendBefore`; with `already_over`; with `unknown_request`, which, other than after a cancel, promises nothing: if the order arrives after all, execute it as it says; with `not_supported` where the order does not rest or `price` is not above zero; with `volume_not_allowed` where the volume is not one you take, or not above what is filled: whoever wants no more than that cancels.',
  '`protect` is for protective levels, which are not sent yet. Until then answer `rejected` with `not_supported`.',
  '### Reasons of rejects',
  table(
    ['reason', 'meaning'],
    Object.entries(PROVIDER_REJECT_REASONS).map(([reason, says]) => [code(reason), says]),
  ),
  'Another word of at most 200 characters is allowed; it is shown as it is.',
];

const asked = (): readonly string[] => [
  '### Answering a status request',
  'We ask when an order is `unknown`; `originalRequestId` is then a `new` or a `close` request, or one that the provider never saw. Answer in two steps, with `symbol` and `side` as in the status request:',
  '1. Publish again every report of the request `originalRequestId`, unchanged and with its own `executionId`, but with the header `Nats-Msg-Id` set to `{provider}:{executionId}:{statusRequestId}:{secret}`, with the `requestId` of the status request: under the id that it had, the server would take it for a repetition and drop it. What we have is de-duplicated by `executionId`; what was lost is booked now.',
  '2. Then publish one report of type `status` with a new `executionId`, and the usual header: `requestId` is the id of the status request, `originalRequestId` the request asked for, `orderStatus` how it stands, with `cumulativeVolume` and `leavesVolume`.',
  `\`orderStatus\` is one of ${PROVIDER_ORDER_STATUSES.map(code).join(', ')}. **Whoever answers \`never_seen\` promises never to execute that request**: on \`never_seen\`, \`rejected\`, \`cancelled\` and \`expired\` we release the margin. If the request arrives afterwards, reject it with \`cancelled_before_arrival\`. Fills are never booked from a \`status\` report alone: only step 1 books them. Where \`cumulativeVolume\` counts more than the fills that we have, the order stays \`unknown\`, whatever \`orderStatus\` says, and we ask again, as of one that is not answered.`,
];
