export { natsAuthorization, subjectRights, type SubjectRights } from './authorization.ts';
export { createBroadcaster, type Broadcaster, type BroadcasterOptions } from './broadcast.ts';
export type { BusMessage } from './bus-message.ts';
export { BUS_EVENTS, connectBus, type BusConnection, type BusEvent, type BusOptions, type BusTiming } from './connection.ts';
export {
  consumerLag,
  ConsumerMismatch,
  ensureConsumer,
  streamPosition,
  type ConsumerLag,
  type ConsumerSpec,
  type StartAt,
} from './consumer.ts';
export { createDeadLetters, type DeadLetterOptions, type DeadLetters, type DeadMessage } from './dead-letters.ts';
export { decoderOf, type Decoded, type Decoder, type ReadableContract } from './decoder.ts';
export { createPublisher, type OutgoingMessage, type Publisher, type PublisherOptions } from './publisher.ts';
export { type PublishOutcome, type Stored } from './publish-outcome.ts';
export {
  NOT_STORED_REASONS,
  UNKNOWN_REASONS,
  type NotStoredReason,
  type PublishFailure,
  type UnknownReason,
} from './publish-failure.ts';
export { openPullSource, type PullSource, type PullSourceOptions } from './pull-source.ts';
export { startBus, type BusSettings } from './start-bus.ts';
export { keepStreams, type StreamKeeper, type StreamKeeperOptions } from './stream-keeper.ts';
export { ensureStreams, streamFills, type StreamFill, type StreamReport } from './streams.ts';
export { notice, subscribe, type NoticeOptions, type SubscribeOptions } from './subscription.ts';
