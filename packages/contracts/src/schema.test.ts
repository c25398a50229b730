import { Type } from 'typebox';
import { schemaCheck } from './schema.ts';

const point = Type.Object({ kind: Type.Literal('point'), at: Type.Object({ x: Type.String() }) });
const line = Type.Object({ kind: Type.Literal('line'), from: Type.Object({ x: Type.String() }) });

describe('the check of a schema', () => {
  const check = schemaCheck(Type.Union([point, line]));

  it('gives the value itself, with nothing filled in, dropped or converted', () => {
    const value = { kind: 'point', at: { x: '1', more: 2 } };
    const result = check(value);
    expect(result.ok && result.value).toBe(value);
    expect(value).toEqual({ kind: 'point', at: { x: '1', more: 2 } });
  });

  it('names the deepest place that is wrong, whichever branch of a union was meant', () => {
    expect(check({ kind: 'point', at: { x: 1 } })).toEqual({ ok: false, refusal: '/at/x must be string' });
    expect(check({ kind: 'line', from: { x: 1 } })).toEqual({ ok: false, refusal: '/from/x must be string' });
  });

  it('names the whole where the whole is wrong', () =>
    expect(schemaCheck(line)('x')).toEqual({ ok: false, refusal: '/ must be object' }));

  it('repeats neither values nor wild names in its refusal', () => {
    const closed = schemaCheck(Type.Object({ a: Type.Optional(Type.String()) }, { additionalProperties: false }));
    const result = closed({ 'sec\nret\u202e': 'secret' });
    expect(result.ok).toBe(false);
    expect(JSON.stringify(result)).not.toMatch(/secret|\\n|\u202e/);
  });
});
