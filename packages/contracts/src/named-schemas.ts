import assert from 'node:assert/strict';
import type { TSchema } from 'typebox';

/** A JSON Schema as plain data, for documents and for servers that register schemas by name. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** How a document speaks of a named schema, e.g. `{ $ref: '#/components/schemas/Order' }`. */
export type Reference = (name: string) => JsonSchema;

/**
 * The schemas that have a name (their `title`), in the given ones and inside them, each with the named ones inside it
 * replaced by references. Two different schemas under one name are a bug.
 */
export function namedSchemas(schemas: readonly TSchema[], reference: Reference): ReadonlyMap<string, JsonSchema> {
  const found = new Map<string, JsonSchema>();
  const note = (name: string, plain: JsonSchema) => {
    const same = found.get(name);
    assert(same === undefined || isSame(same, plain), `two schemas are called ${name}`);
    found.set(name, plain);
  };
  for (const schema of schemas) replaceNamed(schema, reference, note);
  return found;
}

/** One schema with the named ones inside it, and itself if it has a name, replaced by references. */
export const withReferences = (schema: TSchema, reference: Reference): JsonSchema =>
  replaceNamed(schema, reference, () => undefined) as JsonSchema;

function replaceNamed(schema: unknown, reference: Reference, note: (name: string, plain: JsonSchema) => void): unknown {
  if (Array.isArray(schema)) return schema.map((item) => replaceNamed(item, reference, note));
  if (typeof schema !== 'object' || schema === null) return schema;
  const plain: JsonSchema = Object.fromEntries(
    Object.entries(schema).map(([keyword, value]) => [keyword, replaceNamed(value, reference, note)]),
  );
  // A property that is called `title` has a schema here, not a string.
  const name = plain['title'];
  if (typeof name !== 'string') return plain;
  note(name, plain);
  return reference(name);
}

/** Schemas are plain data that is written in one place: the same schema has its keys in the same order. */
const isSame = (a: JsonSchema, b: JsonSchema): boolean => JSON.stringify(a) === JSON.stringify(b);
