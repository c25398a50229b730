import type { Result } from '@margrave/vocabulary';

export const SETTING_KINDS = ['url', 'port', 'integer', 'duration', 'choice', 'text', 'flag', 'secret', 'list'] as const;
export type SettingKind = (typeof SETTING_KINDS)[number];

/** Reads the text of one environment variable; a refusal means that the text is not among what `allowed` says. */
export type SettingReader<Value> = (unchecked: string) => Result<Value, void>;

/** One declared environment variable of a service: all that is needed to read it and to document it. */
export interface Setting<Value> {
  readonly environment: string;
  readonly kind: SettingKind;
  /** What the setting decides, one sentence. */
  readonly sentence: string;
  /** What may be written, in words; with the unit where there is one. */
  readonly allowed: string;
  /** The unit of the value as it is read, where it has one: `ms`, `bytes`, `orders`. */
  readonly unit?: string;
  /** A secret is never printed: not in a fault, not in documentation, not in a log. */
  readonly secret: boolean;
  readonly presence: Presence<Value>;
  readonly read: SettingReader<Value>;
  /** The text that reads as this value: a default as documentation shows it. (A method, so that settings of all kinds fit one list.) */
  write(value: Value): string;
}

export type Presence<Value> =
  { readonly kind: 'required' } | { readonly kind: 'optional' } | { readonly kind: 'default'; readonly value: Value };

/** What every declaration says, whatever its kind. */
export interface SettingBasics {
  readonly environment: string;
  readonly sentence: string;
}

/** A setting that is neither defaulted nor optional is required. */
export type Defaultable<Value> = { readonly default?: Value; readonly optional?: never };
export type Optional = { readonly optional: true; readonly default?: never };

/** `undefined` is among the values of an optional setting only. */
export type ValueOf<S> = S extends Setting<infer Value> ? Value : never;

export function presenceOf<Value>(basics: { readonly default?: Value; readonly optional?: boolean }): Presence<Value> {
  if (basics.optional === true) return { kind: 'optional' };
  return basics.default === undefined ? { kind: 'required' } : { kind: 'default', value: basics.default };
}
