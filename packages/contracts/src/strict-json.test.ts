import fc from 'fast-check';
import { parseStrictJson } from './strict-json.ts';

const LIMITS = { bytesMax: 10_000, depthMax: 4 };
const encode = (text: string) => new TextEncoder().encode(text);
const read = (text: string) => parseStrictJson(encode(text), LIMITS);
const refusalOf = (text: string) => {
  const result = read(text);
  return result.ok ? undefined : result.refusal;
};

describe('strict JSON', () => {
  it.each(['{"a":"1","b":[1,true,null,{"a":2}]}', '[]', '"x:y"', '{"a:b":"c\\":d","a":"{\\"a\\":1}"}', ' {"a" : 1 } '])(
    'reads %s as JSON.parse does',
    (text) => expect(read(text)).toEqual({ ok: true, value: JSON.parse(text) as unknown }),
  );

  it.each(['{"a":1,"a":2}', '[{"x":{"a":1,"b":2,"a":1}}]', '{"1":0,"1":0}', '{"":0,"":0}'])(
    'refuses a name that stands twice: %s',
    (text) => expect(refusalOf(text)).toBe('a name stands twice in one object'),
  );

  it.each([
    '{"\\u0061":1}',
    '{"a":1,"\\u0061":2}',
    '{"\\u005f_proto__":1}',
    '{"a\\u0000":1}',
    '{"a":{"\\"":1}}',
    '[{"b\\n" : 1}]',
  ])('refuses a name with an escape: %s', (text) => expect(refusalOf(text)).toBe('a name with an escape'));

  it('is not misled by what the engine remembers of a name that ends in a backslash', () => {
    expect(refusalOf('{"a":1,"\\\\":2}')).toBe('a name with an escape');
    expect(refusalOf('{"a":1,"\\u0062":2}')).toBe('a name with an escape');
    expect(read('{"a":1,"b":2}')).toEqual({ ok: true, value: { a: 1, b: 2 } });
  });

  it('lets the same name stand in two objects', () => expect(refusalOf('[{"a":1},{"a":{"a":2}}]')).toBeUndefined());

  it.each(['{"__proto__":{"polluted":1}}', '{"a":{"constructor":{"prototype":{}}}}', '{"prototype":1}'])(
    'refuses a name that reaches a prototype: %s',
    (text) => {
      expect(refusalOf(text)).toBe('a name that is not allowed');
      expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    },
  );

  it.each([
    ['"\\ud800"', 'a string with a lone surrogate'],
    ['["a", "\\udc00"]', 'a string with a lone surrogate'],
    ['["\\u0000"]', 'a string with U+0000'],
    ['[1e400]', 'a number is too large'],
    ['-1e400', 'a number is too large'],
    ['[[[[[]]]]]', 'nested deeper than 4'],
    ['{"a":{"a":{"a":{"a":{}}}}}', 'nested deeper than 4'],
    ['', 'not JSON'],
    ['{', 'not JSON'],
    ['{"a":NaN}', 'not JSON'],
    ["{'a':1}", 'not JSON'],
    ['\ufeff{}', 'not JSON'],
    ['{"a":"\u0000"}', 'not JSON'],
  ])('refuses %j: %s', (text, refusal) => expect(refusalOf(text)).toBe(refusal));

  it('reads what is nested exactly as deep as allowed', () => expect(refusalOf('[[[[]]]]')).toBeUndefined());
  it('takes a pair of surrogates for the character it is', () =>
    expect(read('"\\ud83d\\ude00"')).toEqual({ ok: true, value: '😀' }));

  it.each([
    ['a stray continuation byte', [0x22, 0x80, 0x22]],
    ['an encoded surrogate', [0x22, 0xed, 0xa0, 0x80, 0x22]],
    ['an overlong form', [0x22, 0xc0, 0xaf, 0x22]],
    ['a character cut off', [0x22, 0xe2, 0x82, 0x22]],
  ])('refuses %s', (_, bytes) =>
    expect(parseStrictJson(Uint8Array.from(bytes), LIMITS)).toEqual({ ok: false, refusal: 'not UTF-8' }),
  );

  it('refuses a document one byte too large unread, and reads one that just fits', () => {
    const limits = { bytesMax: 4, depthMax: 1 };
    expect(parseStrictJson(encode('"ab"'), limits).ok).toBe(true);
    expect(parseStrictJson(encode('"abc"'), limits)).toEqual({ ok: false, refusal: 'larger than 4 bytes' });
  });

  it('refuses nesting of any depth without overflowing the stack', () => {
    const depth = 100_000;
    const bytes = encode('['.repeat(depth) + ']'.repeat(depth));
    expect(parseStrictJson(bytes, { bytesMax: 10_000_000, depthMax: 16 })).toEqual({
      ok: false,
      refusal: 'nested deeper than 16',
    });
  });

  it('never repeats anything of the document in a refusal', () => {
    for (const text of ['{"secret":', '{"secret":1,"secret":2}', '{"secret":{"__proto__":1}}', '["secret\\ud800"]']) {
      expect(refusalOf(text)).not.toContain('secret');
    }
  });

  /** A tree of members in which names may repeat, with whether one does. */
  const { document } = fc.letrec<{ document: { text: string; repeats: boolean } }>((tie) => ({
    document: fc.oneof(
      { depthSize: 'small', maxDepth: 3 },
      fc.oneof(fc.string({ unit: 'grapheme' }), fc.integer(), fc.boolean(), fc.constant(null)).map((value) => ({
        text: JSON.stringify(value),
        repeats: false,
      })),
      fc
        .array(fc.tuple(fc.constantFrom('a', 'b', 'a:b', 'é', ' ', ':', ','), tie('document')), { maxLength: 4 })
        .map((members) => ({
          text: `{${members.map(([name, value]) => `${JSON.stringify(name)}: ${value.text}`).join(',')}}`,
          repeats: new Set(members.map(([name]) => name)).size < members.length || members.some(([, value]) => value.repeats),
        })),
    ),
  }));

  it('refuses exactly the documents in which a name stands twice in one object', () => {
    fc.assert(
      fc.property(document, ({ text, repeats }) => {
        const result = parseStrictJson(encode(text), { bytesMax: 1_000_000, depthMax: 10 });
        if (text.includes('\\u0000')) return;
        expect(result).toEqual(
          repeats
            ? { ok: false, refusal: 'a name stands twice in one object' }
            : { ok: true, value: JSON.parse(text) as unknown },
        );
      }),
      { numRuns: 500 },
    );
  });
});
