import { fraction, type Fraction } from '@margrave/vocabulary';
import assert from 'node:assert/strict';

/** How one field of a row stands in its table and comes out of it, in a JSON array. */
export interface Column<Value> {
  readonly name: string;
  /** The SQL expression whose JSON `decode` reads. */
  readonly selected: (reference: string) => string;
  readonly decode: (json: unknown) => Value;
}

const cast = (type: string) => (reference: string) => `${reference}::${type}`;

/** A column whose JSON form is a string, or null. */
function textual<Value>(name: string, selected: Column<Value>['selected'], decode: (text: string) => Value): Column<Value> {
  return {
    name,
    selected,
    decode: (json) => {
      if (json === null) return null as Value;
      assert(typeof json === 'string', `column ${name} should be a string`);
      return decode(json);
    },
  };
}

/** An id: a decimal string here, a bigint there. */
export const idColumn = <Value extends string | null>(name: string): Column<Value> =>
  textual(name, cast('text'), (text) => text as Value);

export const textColumn = <Value extends string | null>(name: string): Column<Value> =>
  textual(
    name,
    (reference) => reference,
    (text) => text as Value,
  );

/** JSON that is opaque to the store. */
export const jsonColumn = <Value extends string | null>(name: string): Column<Value> =>
  textual(name, cast('text'), (text) => text as Value);

/** A bigint or a whole numeric. */
export const integerColumn = <Value extends bigint | null>(name: string): Column<Value> =>
  textual(name, cast('text'), (text) => BigInt(text) as Value);

/** Epoch milliseconds here, timestamptz(3) there. */
export const timeColumn = <Value extends number | null>(name: string): Column<Value> => ({
  name,
  selected: (reference) => `epoch_ms(${reference})`,
  decode: (json) => {
    assert(json === null || typeof json === 'number', `column ${name} should be a number`);
    return json as Value;
  },
});

export const numberColumn = (name: string): Column<number> => ({
  name,
  selected: (reference) => reference,
  decode: (json) => {
    assert(typeof json === 'number', `column ${name} should be a number`);
    return json;
  },
});

/** A list of machine words. */
export const wordsColumn = (name: string): Column<readonly string[]> => ({
  name,
  selected: (reference) => `to_json(${reference})`,
  decode: (json) => {
    assert(Array.isArray(json), `column ${name} should be an array`);
    return json as string[];
  },
});

export const booleanColumn = (name: string): Column<boolean> => ({
  name,
  selected: (reference) => reference,
  decode: (json) => {
    assert(typeof json === 'boolean', `column ${name} should be true or false`);
    return json;
  },
});

/** JSON whose form the table checks. */
export const valueColumn = <Value>(name: string): Column<Value> => ({
  name,
  selected: (reference) => reference,
  decode: (json) => json as Value,
});

/** An exact fraction, in two columns. */
export const fractionColumn = (name: string): Column<Fraction> => ({
  name,
  selected: (reference) => `json_build_array(${reference}_numerator::text, ${reference}_denominator::text)`,
  decode: (json) => {
    assert(Array.isArray(json) && json.length === 2, `${name} should be a numerator and a denominator`);
    const [numerator, denominator] = json as [string, string];
    return fraction(BigInt(numerator), BigInt(denominator));
  },
});
