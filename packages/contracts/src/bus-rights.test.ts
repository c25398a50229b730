import type { ProviderName } from '@margrave/vocabulary';
import { BUS_OPERATOR, busRights } from './bus-rights.ts';

const providers = (...names: readonly string[]) => names as readonly ProviderName[];

describe('the users of the bus', () => {
  it('are our services and each of the providers', () =>
    expect(busRights(providers('lp-a', 'lp-c')).map(({ user }) => user)).toEqual([
      'order-gateway',
      'provider-worker',
      'pending-orders',
      'market-data',
      'lp-a',
      'lp-c',
    ]));

  it.each([[BUS_OPERATOR], ['order-gateway'], ['lp-a', 'lp-a']])('have a name of their own: not %s twice', (...names) =>
    expect(() => busRights(providers(...names))).toThrow('called like another user'),
  );

  it('a provider names no other in anything that it may do', () => {
    const [lpA] = busRights(providers('lp-a', 'lp-b')).filter(({ user }) => user === 'lp-a');
    expect(lpA?.says).toEqual(['provider.lp-a.executions.v1']);
    expect(lpA?.reads).toMatchObject([{ stream: 'PROVIDER_ORDERS', durable: 'lp-a', filter: 'provider.lp-a.orders.v1.>' }]);
    expect(JSON.stringify(lpA)).not.toMatch(/lp-b|provider\.[*>]/);
  });
});
