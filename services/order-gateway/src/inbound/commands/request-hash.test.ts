import { hash } from 'node:crypto';
import { requestHash } from './request-hash.ts';

const body = { clientOrderId: 'my-1', symbol: 'EURUSD', side: 'buy', type: 'market', volume: '0.10' };

describe('the hash of a request', () => {
  /** It stands in the books for ever: whoever changes how it is made breaks every retry that is under way. */
  it('is this one, for this order', () =>
    expect(requestHash('place', '1000000001', body)).toBe('3a51bb1f21334d50ac1669d21340ea4c1d802328fb34503019acd838f95424aa'));

  it('is made as clients are told', () =>
    expect(requestHash('place', '1000000001', body)).toBe(
      hash(
        'sha256',
        '["place","1000000001",[["clientOrderId","my-1"],["side","buy"],["symbol","EURUSD"],["type","market"],["volume","0.10"]]]',
        'hex',
      ),
    ));

  it('does not depend on the order of fields, at any depth', () => {
    const nested = { a: { x: '1', y: '2' }, b: '3' };
    expect(requestHash('place', '1', { b: '3', a: { y: '2', x: '1' } })).toBe(requestHash('place', '1', nested));
  });

  it.each<[string, string]>([
    ['the operation', requestHash('close', '1000000001', body)],
    ['the target', requestHash('place', '1000000002', body)],
    ['a value', requestHash('place', '1000000001', { ...body, volume: '0.1' })],
    ['a field more', requestHash('place', '1000000001', { ...body, maxDeviation: '0.1' })],
    ['a field less', requestHash('place', '1000000001', { ...body, type: undefined })],
  ])('depends on %s', (_, hash) => expect(hash).not.toBe(requestHash('place', '1000000001', body)));

  it('cannot be led astray by where one part ends', () =>
    expect(requestHash('place', '1', { a: 'b","c' })).not.toBe(requestHash('place', '1', { a: 'b', c: '' })));
});
