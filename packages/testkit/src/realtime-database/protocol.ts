import type { Json, JsonObject } from './data-tree.ts';

/**
 * The websocket protocol, version 5, that Firebase's SDKs speak with a Realtime Database. Facts were taken from what
 * `@firebase/database` sends and reads; there is no public specification.
 *
 * Every message is JSON text. `t: 'c'` is control (handshake), `t: 'd'` is data: a request has a number `r`, an action `a`
 * and a body `b`; its answer has the same `r`; what the server says unasked has `a` and `b` only.
 */
export const PROTOCOL_VERSION = '5';

/** A longer message is sent as its number of frames, then the frames. */
const FRAME_LENGTH_MAX = 16_384;
/** A short text that is a number announces frames; the real server sends no more than six digits. */
const FRAME_COUNT = /^\d{1,6}$/;
const KEEP_ALIVE = '0';

export interface ClientRequest {
  readonly number: number;
  readonly action: string;
  readonly body: JsonObject;
}
export type ClientMessage =
  | { readonly kind: 'request'; readonly request: ClientRequest }
  | { readonly kind: 'ping' }
  | { readonly kind: 'control' }
  | { readonly kind: 'malformed' };

export type Push = { readonly a: 'd' | 'm'; readonly b: { readonly p: string; readonly d: Json } };

export const handshake = (host: string, sessionId: string, nowMs: number): string =>
  JSON.stringify({ t: 'c', d: { t: 'h', d: { ts: nowMs, v: PROTOCOL_VERSION, h: host, s: sessionId } } });
export const pong = (): string => JSON.stringify({ t: 'c', d: { t: 'o', d: null } });
export const answer = (number: number, status: string, data: Json): string =>
  JSON.stringify({ t: 'd', d: { r: number, b: { s: status, d: data } } });
/** `d` says what stands at the path now; `m` names children that changed, each by its own path below it. */
export const push = (action: 'd' | 'm', path: string, data: Json): string =>
  JSON.stringify({ t: 'd', d: { a: action, b: { p: path, d: data } } satisfies Push });

/** The pieces a message is sent in. */
export function framesOf(message: string): readonly string[] {
  if (message.length <= FRAME_LENGTH_MAX) return [message];
  const count = Math.ceil(message.length / FRAME_LENGTH_MAX);
  const frames = Array.from({ length: count }, (_, index) =>
    message.slice(index * FRAME_LENGTH_MAX, (index + 1) * FRAME_LENGTH_MAX),
  );
  return [String(count), ...frames];
}

/** Puts a client's frames together; answers a message when one is complete, and undefined for a keep-alive or a part. */
export function createFrameReader(): (frame: string) => ClientMessage | undefined {
  let awaited = 0;
  let parts: string[] = [];
  return (frame) => {
    if (awaited === 0) {
      if (frame === KEEP_ALIVE) return undefined;
      if (!FRAME_COUNT.test(frame)) return readMessage(frame);
      awaited = Number.parseInt(frame, 10);
      return undefined;
    }
    parts.push(frame);
    if (parts.length < awaited) return undefined;
    const text = parts.join('');
    awaited = 0;
    parts = [];
    return readMessage(text);
  };
}

function readMessage(text: string): ClientMessage {
  const message = parseJson(text);
  if (!isObject(message) || !isObject(message['d'])) return { kind: 'malformed' };
  const inner = message['d'];
  if (message['t'] === 'c') return inner['t'] === 'p' ? { kind: 'ping' } : { kind: 'control' };
  const { r: number, a: action, b: body } = inner;
  if (typeof number !== 'number' || typeof action !== 'string') return { kind: 'malformed' };
  return { kind: 'request', request: { number, action, body: isObject(body) ? body : {} } };
}

/** Undefined where the text is not JSON. */
export function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

export const isObject = (value: Json | undefined): value is JsonObject => typeof value === 'object' && value !== null;
