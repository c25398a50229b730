import assert from 'node:assert/strict';
import { ok, refuse, type Result } from '@margrave/vocabulary';
import { presenceOf, type Defaultable, type Optional, type Setting, type SettingBasics, type SettingKind } from './setting.ts';

const REFUSED = refuse<void>(undefined);
const WHOLE_NUMBER = /^-?\d{1,15}$/;
const DURATION = /^(\d{1,9})(ms|s|m|h)$/;
const MS_PER_UNIT = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;
const ENVIRONMENT_NAME = /^[A-Z][A-Z0-9_]*$/;

interface Shape<Value> {
  readonly kind: SettingKind;
  readonly allowed: string;
  readonly unit?: string;
  readonly secret?: boolean;
  readonly read: (unchecked: string) => Result<Value, void>;
  readonly write: (value: Value) => string;
}

type Basics<Value> = SettingBasics & { readonly default?: Value; readonly optional?: boolean };

function declare<Value>(basics: Basics<Value>, shape: Shape<Value>): Setting<Value> {
  assert(ENVIRONMENT_NAME.test(basics.environment), `${basics.environment} is not the name of an environment variable`);
  assert(basics.sentence.endsWith('.'), `${basics.environment} is documented by a sentence, with its full stop`);
  const presence = presenceOf(basics);
  if (presence.kind === 'default') {
    assert(shape.read(shape.write(presence.value)).ok, `the default of ${basics.environment} must be ${shape.allowed}`);
  }
  return Object.freeze({
    environment: basics.environment,
    sentence: basics.sentence,
    presence,
    secret: false,
    ...shape,
  });
}

/** A whole number within bounds, in the unit stated. */
export interface IntegerBounds {
  readonly unit: string;
  readonly min: number;
  readonly max: number;
}

function integer(options: SettingBasics & IntegerBounds & Defaultable<number>): Setting<number>;
function integer(options: SettingBasics & IntegerBounds & Optional): Setting<number | undefined>;
function integer(options: Basics<number> & IntegerBounds): Setting<number> {
  const { unit, min, max } = options;
  return declare(options, {
    kind: 'integer',
    allowed: `a whole number of ${unit} from ${min} to ${max}`,
    unit,
    read: (unchecked) => readInteger(unchecked, min, max),
    write: String,
  });
}

function readInteger(unchecked: string, min: number, max: number): Result<number, void> {
  if (!WHOLE_NUMBER.test(unchecked)) return REFUSED;
  const value = Number.parseInt(unchecked, 10);
  return value >= min && value <= max ? ok(value) : REFUSED;
}

/** A TCP port to listen on; 0 lets the system choose a free one. */
function port(options: SettingBasics & Defaultable<number>): Setting<number>;
function port(options: SettingBasics & Optional): Setting<number | undefined>;
function port(options: Basics<number>): Setting<number> {
  return declare(options, {
    kind: 'port',
    allowed: 'a port from 1 to 65535, or 0 for any free one',
    read: (unchecked) => readInteger(unchecked, 0, 65_535),
    write: String,
  });
}

/** A length of time, written with its unit (`250ms`, `10s`, `5m`, `1h`), read as milliseconds. */
export interface DurationBounds {
  readonly minMs: number;
  readonly maxMs: number;
}

function duration(options: SettingBasics & DurationBounds & Defaultable<number>): Setting<number>;
function duration(options: SettingBasics & DurationBounds & Optional): Setting<number | undefined>;
function duration(options: Basics<number> & DurationBounds): Setting<number> {
  const { minMs, maxMs } = options;
  return declare(options, {
    kind: 'duration',
    allowed: `a duration such as 250ms, 10s, 5m or 1h, from ${writeDuration(minMs)} to ${writeDuration(maxMs)}`,
    unit: 'ms',
    read: (unchecked) => {
      const [, count, unit] = DURATION.exec(unchecked) ?? [];
      if (count === undefined || unit === undefined) return REFUSED;
      const valueMs = Number.parseInt(count, 10) * MS_PER_UNIT[unit as keyof typeof MS_PER_UNIT];
      return valueMs >= minMs && valueMs <= maxMs ? ok(valueMs) : REFUSED;
    },
    write: writeDuration,
  });
}

function writeDuration(valueMs: number): string {
  for (const unit of ['h', 'm', 's'] as const) {
    if (valueMs !== 0 && valueMs % MS_PER_UNIT[unit] === 0) return `${valueMs / MS_PER_UNIT[unit]}${unit}`;
  }
  return `${valueMs}ms`;
}

/** One word of a closed list. */
function choice<const Word extends string>(
  options: SettingBasics & { readonly among: readonly Word[] } & Defaultable<NoInfer<Word>>,
): Setting<Word>;
function choice<const Word extends string>(
  options: SettingBasics & { readonly among: readonly Word[] } & Optional,
): Setting<Word | undefined>;
function choice<Word extends string>(options: Basics<Word> & { readonly among: readonly Word[] }): Setting<Word> {
  const { among } = options;
  return declare(options, {
    kind: 'choice',
    allowed: `one of ${among.join(', ')}`,
    read: (unchecked) => {
      const word = among.find((candidate) => candidate === unchecked);
      return word === undefined ? REFUSED : ok(word);
    },
    write: (word) => word,
  });
}

/** `true` or `false`. */
function flag(options: SettingBasics & Defaultable<boolean>): Setting<boolean>;
function flag(options: Basics<boolean>): Setting<boolean> {
  return declare(options, {
    kind: 'flag',
    allowed: 'true or false',
    read: (unchecked) => (unchecked === 'true' || unchecked === 'false' ? ok(unchecked === 'true') : REFUSED),
    write: String,
  });
}

/** Any text of a form; `allowed` says the form in words. */
export interface TextForm {
  readonly pattern?: RegExp;
  readonly allowed?: string;
}

function text(options: SettingBasics & TextForm & Defaultable<string>): Setting<string>;
function text(options: SettingBasics & TextForm & Optional): Setting<string | undefined>;
function text(options: Basics<string> & TextForm): Setting<string> {
  const { pattern, allowed = 'any text' } = options;
  return declare(options, {
    kind: 'text',
    allowed,
    read: (unchecked) => (pattern === undefined || pattern.test(unchecked) ? ok(unchecked) : REFUSED),
    write: (value) => value,
  });
}

/** A text that is never shown. It has no default: a secret in the source is none. */
export interface SecretForm {
  readonly charactersMin: number;
}

function secret(options: SettingBasics & SecretForm): Setting<string>;
function secret(options: SettingBasics & SecretForm & Optional): Setting<string | undefined>;
function secret(options: Basics<string> & SecretForm): Setting<string> {
  const { charactersMin } = options;
  return declare(options, {
    kind: 'secret',
    allowed: `at least ${charactersMin} characters`,
    secret: true,
    read: (unchecked) => (unchecked.length >= charactersMin ? ok(unchecked) : REFUSED),
    write: (value) => value,
  });
}

/** An absolute URL of one of the given schemes. `secret` when it carries a password. */
export interface UrlForm {
  readonly schemes: readonly string[];
  readonly secret?: boolean;
}

function url(options: SettingBasics & UrlForm & Defaultable<string>): Setting<string>;
function url(options: SettingBasics & UrlForm & Optional): Setting<string | undefined>;
function url(options: Basics<string> & UrlForm): Setting<string> {
  return declare(options, {
    kind: 'url',
    allowed: `a URL that begins with ${options.schemes.map((scheme) => `${scheme}://`).join(' or ')}`,
    secret: options.secret === true,
    read: (unchecked) => (isUrlOf(unchecked, options.schemes) ? ok(unchecked) : REFUSED),
    write: (value) => value,
  });
}

/** Whether a text is an absolute URL, with a host, of one of the schemes. */
export function isUrlOf(unchecked: string, schemes: readonly string[]): boolean {
  const parsed = URL.parse(unchecked);
  return parsed !== null && parsed.host !== '' && schemes.some((scheme) => parsed.protocol === `${scheme}:`);
}

/** Items separated by commas, spaces around them ignored; `item` reads one, `writeItem` writes it again. */
export interface ListForm<Item> {
  readonly item: (unchecked: string) => Result<Item, void>;
  readonly writeItem: (item: Item) => string;
  readonly allowed: string;
  readonly secret?: boolean;
}

function list<Item>(options: SettingBasics & ListForm<Item> & Defaultable<readonly Item[]>): Setting<readonly Item[]>;
function list<Item>(options: SettingBasics & ListForm<Item> & Optional): Setting<readonly Item[] | undefined>;
function list<Item>(options: Basics<readonly Item[]> & ListForm<Item>): Setting<readonly Item[]> {
  const { item, writeItem } = options;
  return declare<readonly Item[]>(options, {
    kind: 'list',
    allowed: options.allowed,
    secret: options.secret === true,
    read: (unchecked) => {
      const items: Item[] = [];
      for (const part of unchecked.split(',')) {
        const trimmed = part.trim();
        if (trimmed === '') continue;
        const read = item(trimmed);
        if (!read.ok) return REFUSED;
        items.push(read.value);
      }
      return ok(Object.freeze(items));
    },
    write: (items) => items.map(writeItem).join(','),
  });
}

/** Declares one setting by its kind. A value given under `default` makes it defaulted, `optional: true` optional, neither required. */
export const setting = { url, port, integer, duration, choice, text, flag, secret, list };
