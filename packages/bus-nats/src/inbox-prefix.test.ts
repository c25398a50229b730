import { inboxPrefixOf } from './inbox-prefix.ts';

it.each([
  ['order-gateway', '_INBOX_order-gateway'],
  ['lp-a', '_INBOX_lp-a'],
  ['a.b>c *', '_INBOX_a_b_c__'],
])('%s hears answers under one token, %s', (user, prefix) => expect(inboxPrefixOf(user)).toBe(prefix));
