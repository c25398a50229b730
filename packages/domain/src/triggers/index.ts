export { TriggerBook, type PricesSeen, type Trigger } from './trigger-book.ts';
export { watchOf, type TriggerKind, type Watch } from './watch.ts';
export { TrailingBook, type TrailingTrigger } from './trailing-book.ts';
