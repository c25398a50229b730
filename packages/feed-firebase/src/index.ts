export { readFeedFields } from './feed-fields.ts';
export { type FeedFields, type RefusedNode, type SymbolTick } from './feed-node.ts';
export { FEED_REFUSALS, type FeedRefusal } from './feed-value.ts';
export { listenToFeed, type Feed, type FeedHandlers, type FeedSettings } from './listen.ts';
