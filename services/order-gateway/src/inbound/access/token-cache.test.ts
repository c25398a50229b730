import { ok, refuse } from '@margrave/vocabulary';
import type { Identity } from './identity.ts';
import { TokenCache } from './token-cache.ts';

const identity: Identity = { subject: 'user-17', accounts: new Set(), mayRead: true, mayTrade: true, roles: new Set() };

const started = (expiresAtMs = 1_000_000) => {
  const clock = { nowMs: 100_000 };
  let verifications = 0;
  const cache = new TokenCache({
    verify: (token) => {
      verifications += 1;
      return token === 'bad' ? refuse({ kind: 'refused', why: 'bad' }) : ok({ identity, expiresAtMs });
    },
    nowMs: () => clock.nowMs,
    leewayMs: 1_000,
    tokensMax: 2,
  });
  return { cache, clock, verifications: () => verifications };
};

describe('a token that was verified', () => {
  it('is known for half a minute', async () => {
    const { cache, clock } = started();
    await cache.verify('a');
    clock.nowMs += 29_999;
    expect(cache.known('a')).toBe(identity);
    clock.nowMs += 1;
    expect(cache.known('a')).toBeUndefined();
  });

  it('is not known beyond its own end and the leeway', async () => {
    const { cache, clock } = started(105_000);
    await cache.verify('a');
    clock.nowMs = 105_999;
    expect(cache.known('a')).toBe(identity);
    clock.nowMs = 106_000;
    expect(cache.known('a')).toBeUndefined();
  });

  it('is not known longer because the clock was set back', async () => {
    const { cache, clock } = started();
    await cache.verify('a');
    clock.nowMs -= 3_600_000;
    expect(cache.known('a')).toBeUndefined();
  });

  it('gives way to newer ones when there are too many', async () => {
    const { cache } = started();
    for (const token of ['a', 'b', 'c']) await cache.verify(token);
    expect([cache.known('a'), cache.known('b'), cache.known('c')]).toEqual([undefined, identity, identity]);
  });
});

it('a token that is bad is never known', async () => {
  const { cache } = started();
  expect(await cache.verify('bad')).toMatchObject({ ok: false });
  expect(cache.known('bad')).toBeUndefined();
});
