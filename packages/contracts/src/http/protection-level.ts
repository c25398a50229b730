import { Type, type Static } from 'typebox';
import { positiveDecimal } from '../fields.ts';

/** A level of a position's protection, as a price or as a distance: one of the two. */
export const protectionLevel = (description: string) =>
  Type.Object(
    {
      price: Type.Optional(positiveDecimal('The client’s price at which the position is closed.')),
      distance: Type.Optional(positiveDecimal('In price units, from the price at which the position is opened.')),
    },
    { additionalProperties: false, minProperties: 1, maxProperties: 1, description },
  );

export type ProtectionLevelV1 = Static<ReturnType<typeof protectionLevel>>;

export const protectionLevelOrNull = (description: string) =>
  Type.Union([protectionLevel(description), Type.Null()], { description });
