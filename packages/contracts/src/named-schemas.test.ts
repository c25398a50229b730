import { Type } from 'typebox';
import { namedSchemas, withReferences } from './named-schemas.ts';

const reference = (name: string) => ({ $ref: `#/${name}` });
const leaf = Type.Object({ title: Type.String() }, { title: 'Leaf' });
const tree = Type.Object({ leaves: Type.Array(leaf), best: Type.Union([leaf, Type.Null()]) }, { title: 'Tree' });

describe('named schemas', () => {
  it('are found at any depth, each with references to the others', () => {
    const found = namedSchemas([Type.Array(tree)], reference);
    expect([...found.keys()]).toEqual(['Leaf', 'Tree']);
    expect(found.get('Tree')?.['properties']).toEqual({
      leaves: { type: 'array', items: { $ref: '#/Leaf' } },
      best: { anyOf: [{ $ref: '#/Leaf' }, { type: 'null' }] },
    });
  });
  it('do not mistake a property called title for a name', () =>
    expect(namedSchemas([leaf], reference).get('Leaf')?.['properties']).toEqual({ title: { type: 'string' } }));
  it('must not differ under one name', () =>
    expect(() => namedSchemas([leaf, Type.Object({}, { title: 'Leaf' })], reference)).toThrow('two schemas are called Leaf'));
  it('give way to references where one schema is asked for', () => {
    expect(withReferences(tree, reference)).toEqual({ $ref: '#/Tree' });
    expect(withReferences(Type.Array(leaf), reference)).toEqual({ type: 'array', items: { $ref: '#/Leaf' } });
  });
});
