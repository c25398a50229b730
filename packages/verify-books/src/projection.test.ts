import { differenceOf, readCached, type Projection } from './projection.ts';

const STORED: Projection = {
  version: '7',
  account: { account_id: '1000000001', balance_e8: '100000000000', leverage: '100', credit_e8: '0' },
  orders: [
    {
      order_id: '2000000001',
      status: 'queued',
      flags: '["late_fill"]',
      reason: '[busy',
      created_at: '2026-01-05T10:00:00.123+00:00',
    },
  ],
  positions: [
    { position_id: '3000000001', open_volume_e8: '10000000', commission: '{"kind":"per_lot","amount":"1"}', closed_at: null },
  ],
};
const CACHED = {
  account: { accountId: '1000000001', balanceE8: '100000000000', leverage: '100', creditE8: '0' },
  orders: [{ orderId: '2000000001', status: 'queued', flags: ['late_fill'], reason: '[busy', createdAtMs: 1_767_607_200_123 }],
  positions: [
    { positionId: '3000000001', openVolumeE8: '10000000', commissionJson: '{"amount":"1","kind":"per_lot"}', closedAtMs: null },
  ],
};

const difference = (cached: unknown): string | undefined => differenceOf(JSON.stringify(cached), STORED);

describe('a cached account', () => {
  it('is equal to its rows field by field, whatever the order of the fields', () => {
    expect(difference(CACHED)).toBeUndefined();
    const [order] = CACHED.orders;
    expect(difference({ ...CACHED, orders: [Object.fromEntries(Object.entries(order ?? {}).reverse())] })).toBeUndefined();
  });

  it.each([
    [
      'a figure',
      { ...CACHED, account: { ...CACHED.account, balanceE8: '100000000001' } },
      'the account has balanceE8 100000000001, PostgreSQL 100000000000',
    ],
    [
      'a field that is missing',
      { ...CACHED, account: { accountId: '1000000001', balanceE8: '100000000000', leverage: '100' } },
      'the account lacks creditE8',
    ],
    [
      'a field too many',
      { ...CACHED, account: { ...CACHED.account, extra: 1 } },
      'the account has extra, which PostgreSQL has not',
    ],
    [
      'a status',
      { ...CACHED, orders: [{ ...CACHED.orders[0], status: 'working' }] },
      'order 2000000001 has status working, PostgreSQL queued',
    ],
    [
      'a flag',
      { ...CACHED, orders: [{ ...CACHED.orders[0], flags: [] }] },
      'order 2000000001 has flags [], PostgreSQL ["late_fill"]',
    ],
    [
      'a moment',
      { ...CACHED, orders: [{ ...CACHED.orders[0], createdAtMs: 1_767_607_200_124 }] },
      'order 2000000001 has createdAtMs 1767607200124, PostgreSQL 1767607200123',
    ],
    ['an order that is missing', { ...CACHED, orders: [] }, 'order 2000000001 is missing'],
    [
      'an order too many',
      { ...CACHED, orders: [...CACHED.orders, { orderId: '2000000009' }] },
      'it has 2 orders, 2000000009 among them, PostgreSQL 1',
    ],
    [
      'a volume',
      { ...CACHED, positions: [{ ...CACHED.positions[0], openVolumeE8: '1' }] },
      'position 3000000001 has openVolumeE8 1, PostgreSQL 10000000',
    ],
    [
      'terms',
      { ...CACHED, positions: [{ ...CACHED.positions[0], commissionJson: '{"kind":"none"}' }] },
      'position 3000000001 has commissionJson {"kind":"none"}, PostgreSQL {"amount":"1","kind":"per_lot"}',
    ],
    ['a list too many', { ...CACHED, deals: [] }, 'it has deals, which PostgreSQL has not'],
  ])('differs by %s, and that is said', (_what, cached, said) => {
    expect(difference(cached)).toBe(said);
  });

  it('is unreadable when it is no JSON, or its hash is not whole', () => {
    expect(differenceOf('{', STORED)).toBe('its json cannot be read');
    expect(readCached(['7', 'epoch', '{}'])).toEqual({ version: '7', epoch: 'epoch', json: '{}' });
    expect(readCached(['seven', 'epoch', '{}'])).toBeUndefined();
    expect(readCached(['7', null, '{}'])).toBeUndefined();
  });
});
