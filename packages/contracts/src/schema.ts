import { ok, refuse, type Result } from '@margrave/vocabulary';
import type { Static, TSchema } from 'typebox';
import { Compile, type Validator } from 'typebox/compile';

/**
 * A value before its ids are checked: each branded string is a plain one. Examples are written like this; a test sends each
 * through its schema, which is what gives the brands.
 */
export type Unbranded<Value> = Value extends string
  ? Value extends { readonly id: string }
    ? string
    : Value
  : Value extends readonly (infer Item)[]
    ? Unbranded<Item>[]
    : Value extends object
      ? { [Name in keyof Value]: Unbranded<Value[Name]> }
      : Value;

/** Checks a value against a schema. The refusal names the place and the rule, never the value. */
export type SchemaCheck<Value> = (unchecked: unknown) => Result<Value, string>;

/**
 * A check of a schema, compiled to code when it is first used: a service compiles the few messages it hears, not all of them.
 * Nothing is coerced, filled in or dropped.
 */
export function schemaCheck<const Schema extends TSchema>(schema: Schema): SchemaCheck<Static<Schema>> {
  let validator: Validator | undefined;
  return (unchecked) => {
    validator ??= Compile(schema);
    if (validator.Check(unchecked)) return ok(unchecked as Static<Schema>);
    return refuse(describeFaults(validator.Errors(unchecked)));
  };
}

interface Fault {
  readonly instancePath: string;
  readonly message: string;
}

/** One fault is enough to act on. Of the branches of a union the deepest fault is the one that was meant. */
function describeFaults(faults: readonly Fault[]): string {
  const deepest = faults.reduce<Fault | undefined>(
    (found, fault) => (found === undefined || depthOf(fault) > depthOf(found) ? fault : found),
    undefined,
  );
  if (deepest === undefined) return 'does not fit the schema';
  const place = deepest.instancePath.replaceAll(/[^A-Za-z0-9_/]/g, '?').slice(0, 100);
  return `${place === '' ? '/' : place} ${deepest.message}`;
}

const depthOf = ({ instancePath }: Fault): number => instancePath.split('/').length;
