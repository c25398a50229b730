import { ok, refuse, type Result } from '@margrave/vocabulary';

/** What one document may cost us. */
export interface JsonLimits {
  /** Size of the document as it arrived. */
  readonly bytesMax: number;
  /** Objects and arrays inside one another; a bare value has depth 0. */
  readonly depthMax: number;
}

/** Names that reach the prototype of whatever such an object is merged into. */
const FORBIDDEN_NAMES: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

const QUOTE = 0x22;
const COLON = 0x3a;
const BACKSLASH = 0x5c;

/** A leading byte order mark is kept, so that JSON.parse refuses it. */
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads JSON from someone who may mean harm. The refusal is a short sentence that repeats nothing of the document.
 *
 * On top of JSON.parse it refuses: too many bytes, bytes that are not UTF-8, too much nesting, a name twice in one object
 * (JSON.parse keeps the last), names that reach a prototype, lone surrogates, U+0000, numbers that do not fit a double, and
 * names written with escapes. No name of ours needs one, and V8 13.6 (Node 24) can read such a name as another one after
 * it has seen a name that ends in a backslash: github.com/nodejs/node/issues/63785.
 */
export function parseStrictJson(bytes: Uint8Array, limits: JsonLimits): Result<unknown, string> {
  if (bytes.byteLength > limits.bytesMax) return refuse(`larger than ${limits.bytesMax} bytes`);
  const text = decodeUtf8(bytes);
  if (text === undefined) return refuse('not UTF-8');
  const parsed = parseText(text);
  if (!parsed.ok) return parsed;
  const names = scanNames(text);
  if (names.escaped) return refuse('a name with an escape');
  const walk: Walk = { depthMax: limits.depthMax, hasEscapes: text.includes('\\'), members: 0 };
  const fault = faultOf(parsed.value, 0, walk);
  if (fault !== undefined) return refuse(fault);
  // A name given twice leaves fewer members than names.
  if (walk.members !== names.count) return refuse('a name stands twice in one object');
  return parsed;
}

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return UTF8.decode(bytes);
  } catch {
    return undefined; // the decoder's only way to say that the bytes are not UTF-8
  }
}

function parseText(text: string): Result<unknown, string> {
  try {
    return ok(JSON.parse(text) as unknown);
  } catch {
    return refuse('not JSON'); // its own message quotes the document
  }
}

interface Walk {
  readonly depthMax: number;
  /** Without a backslash no string can hold U+0000 or a lone surrogate: the text was UTF-8 and JSON. */
  readonly hasEscapes: boolean;
  members: number;
}

function faultOf(value: unknown, depth: number, walk: Walk): string | undefined {
  if (typeof value === 'string') return walk.hasEscapes ? textFault(value) : undefined;
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : 'a number is too large';
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth === walk.depthMax) return `nested deeper than ${walk.depthMax}`;
  if (Array.isArray(value)) return firstFault(value, depth, walk);
  for (const [name, member] of Object.entries(value)) {
    walk.members += 1;
    if (FORBIDDEN_NAMES.has(name)) return 'a name that is not allowed';
    const fault = faultOf(member, depth + 1, walk);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function firstFault(items: readonly unknown[], depth: number, walk: Walk): string | undefined {
  for (const item of items) {
    const fault = faultOf(item, depth + 1, walk);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function textFault(text: string): string | undefined {
  if (!text.isWellFormed()) return 'a string with a lone surrogate';
  return text.includes('\0') ? 'a string with U+0000' : undefined;
}

/** The names in a text that is known to be JSON: each is followed by the one colon outside strings that it has. */
function scanNames(text: string): { readonly count: number; readonly escaped: boolean } {
  let count = 0;
  let inString = false;
  let stringEscaped = false;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (inString) {
      if (code === BACKSLASH) {
        stringEscaped = true;
        index += 1;
      } else if (code === QUOTE) inString = false;
    } else if (code === QUOTE) {
      inString = true;
      stringEscaped = false;
    } else if (code === COLON) {
      if (stringEscaped) return { count, escaped: true };
      count += 1;
    }
  }
  return { count, escaped: false };
}
