import type { Static, TSchema } from 'typebox';
import type { Unbranded } from '../schema.ts';

/**
 * A JSON body of the HTTP face. Its schema's title is the name under which documents speak of it.
 * The path holds the version: a body may get an optional field; anything else is `/v2`.
 */
export interface Body<Schema extends TSchema> {
  readonly schema: Schema;
  readonly example: Static<Schema>;
}

export const body = <const Schema extends TSchema>(schema: Schema, example: Unbranded<Static<Schema>>): Body<Schema> => ({
  schema,
  example: example as Static<Schema>,
});
