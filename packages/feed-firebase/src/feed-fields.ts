import { ok, refuse, type Result } from '@margrave/vocabulary';
import type { FeedFields } from './feed-node.ts';

/** A name that can be a child of a node. */
const FIELD = /^[^.#$[\]/\u0000-\u001f\u007f]{1,64}$/;

/** Reads `FEED_FIELDS`, JSON such as `{"bid":"o","ask":"b"}`. Both sides must be named, and not by the same child. */
export function readFeedFields(unchecked: string): Result<FeedFields, void> {
  const parsed = parseJson(unchecked);
  if (typeof parsed !== 'object' || parsed === null) return refuse(undefined);
  const { bid, ask, ...others } = parsed as Readonly<Record<string, unknown>>;
  if (Object.keys(others).length > 0 || bid === ask) return refuse(undefined);
  if (typeof bid !== 'string' || typeof ask !== 'string' || !FIELD.test(bid) || !FIELD.test(ask)) return refuse(undefined);
  return ok(Object.freeze({ bid, ask }));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
