import type { OrderId, OrderStatus, RequestId } from '@margrave/vocabulary';
import type { ReportedStatus } from './command.ts';
import type { Books } from './testing/books.ts';
import { lotsE8, moneyE8 } from './testing/build.ts';
import { fill, ID, oneInFlight, say, statusOf } from './testing/in-flight.ts';

describe('silence', () => {
  it.each(['queued', 'working', 'partially_filled'] as const)(
    'about an order that is %s makes it unknown, holds its margin and asks',
    (status) => {
      const books = oneInFlight({ order: { status } });
      const change = books.run({ kind: 'silence', orderId: ID as OrderId });
      expect(books.order(ID)).toMatchObject({ status: 'unknown', reason: 'provider_silent' });
      expect(books.account.marginTotalE8).toBe(moneyE8('1084.74'));
      expect(change.instructions).toMatchObject([
        { kind: 'status', originalRequestId: books.order(ID).requestId, order: { orderId: ID } },
      ]);
      expect(change.requestNotes).toMatchObject([{ note: 'asked' }]);
      expect(change.by).toBe('worker');
    },
  );

  it('that goes on asks again, under a request of its own', () => {
    const books = oneInFlight();
    const asked = [1, 2].map(() => books.run({ kind: 'silence', orderId: ID as OrderId }).instructions[0]?.requestId);
    expect(new Set(asked).size).toBe(2);
    expect(statusOf(books)).toBe('unknown');
  });

  it('about an order that no provider has is nothing', () =>
    expect(oneInFlight({ order: { requestId: null } }).try({ kind: 'silence', orderId: ID as OrderId })).toEqual({
      ok: false,
      refusal: { refusedAs: 'nothing_to_do' },
    }));

  it('about what is owed of an order that is over asks again, and moves nothing else', () => {
    const books = oneInFlight();
    books.run({ kind: 'withdraw', orderId: ID as OrderId });
    const change = books.run({ kind: 'silence', orderId: ID as OrderId });
    expect(change.instructions).toMatchObject([{ kind: 'status', originalRequestId: books.order(ID).requestId }]);
    expect(change.requestNotes).toMatchObject([{ kind: 'new', note: 'asked' }]);
    expect(change).toMatchObject({ orders: [], events: [] });
  });
});

describe('the answer to a status request', () => {
  const ANSWER = '7000000001' as RequestId;
  const asked = (filled: string | null = null): Books => {
    const books = oneInFlight();
    if (filled !== null) fill(books, filled);
    books.run({ kind: 'silence', orderId: ID as OrderId });
    return books;
  };
  const answer = (books: Books, orderStatus: ReportedStatus, cumulative?: string) =>
    say(books, 'status', { requestId: ANSWER, orderStatus, ...(cumulative === undefined ? {} : { cumulative }) });

  it.each<[ReportedStatus, OrderStatus]>([
    ['never_seen', 'rejected'],
    ['rejected', 'rejected'],
    ['cancelled', 'cancelled'],
    ['expired', 'expired'],
    ['working', 'working'],
    // Fills are reported themselves; nothing is booked on a status alone.
    ['partially_filled', 'unknown'],
    ['filled', 'unknown'],
  ])('%s makes an unknown order %s', (orderStatus, status) => {
    const books = asked();
    const change = answer(books, orderStatus);
    expect(statusOf(books)).toBe(status);
    expect(change.requestNotes).toContainEqual({
      requestId: ANSWER,
      order: change.before.orders[0],
      kind: 'status',
      note: 'ended',
    });
    expect(books.account.positions).toEqual([]);
  });

  it('gives the reason, or what the provider said it was', () => {
    const books = asked();
    answer(books, 'never_seen');
    expect(books.order(ID).reason).toBe('never_seen');
  });

  it.each<[ReportedStatus, string | undefined, OrderStatus]>([
    ['working', undefined, 'partially_filled'],
    ['partially_filled', undefined, 'partially_filled'],
    ['partially_filled', '0.4', 'partially_filled'],
    // A fill is missing still.
    ['partially_filled', '0.7', 'unknown'],
    ['filled', '1', 'unknown'],
    ['cancelled', '0.4', 'cancelled'],
    ['cancelled', '0.7', 'unknown'],
    ['expired', '0.7', 'unknown'],
    ['working', '0.7', 'unknown'],
  ])('%s (in all %s lots) makes an unknown order of which 0.4 are filled %s', (orderStatus, cumulative, status) => {
    const books = asked('0.4');
    answer(books, orderStatus, cumulative);
    expect(books.order(ID)).toMatchObject({ status, filledVolumeE8: lotsE8('0.4') });
  });

  it.each(['never_seen', 'rejected'] as const)(
    '%s about an order that has fills is kept in sight: still unknown, flagged',
    (orderStatus) => {
      const books = asked('0.4');
      answer(books, orderStatus);
      expect(books.order(ID)).toMatchObject({ status: 'unknown', flags: ['contradictory_report'] });
      expect(books.account.marginTotalE8).toBe(moneyE8('1084.66'));
    },
  );

  it.each(['cancelled', 'expired', 'rejected'] as const)(
    '%s with a volume of which no fill was reported leaves the order unknown',
    (orderStatus) => {
      const books = asked();
      answer(books, orderStatus, '0.5');
      expect(books.order(ID)).toMatchObject({ status: 'unknown', filledVolumeE8: 0n });
      expect(books.account.marginTotalE8).toBeGreaterThan(0n);
    },
  );

  it('that comes unasked, on the order’s own request, does not end that request', () =>
    expect(say(oneInFlight(), 'status', { orderStatus: 'working' }).requestNotes).toEqual([]));
});

describe('an end that counts more than the fills we have', () => {
  const endedWithMore = () => {
    const books = oneInFlight();
    fill(books, '0.4');
    return { books, change: say(books, 'cancelled', { cumulative: '0.7' }) };
  };

  it('ends the order, and asks the provider to say its fills again', () => {
    const { books, change } = endedWithMore();
    expect(books.order(ID)).toMatchObject({ status: 'cancelled', flags: [] });
    expect(change.instructions).toMatchObject([{ kind: 'status', originalRequestId: books.order(ID).requestId }]);
    // The request stays open, so that silence about it is noticed like any other.
    expect(change.requestNotes).toMatchObject([{ kind: 'new', note: 'asked' }]);
  });

  it.each<[ReportedStatus, string, readonly string[]]>([
    ['cancelled', '0.4', ['status', 'new']],
    // The fills did not come: a person sees it.
    ['cancelled', '0.7', ['status', 'new']],
    // It lives: the last word is still to come.
    ['partially_filled', '0.4', ['status']],
  ])('is owed no word any more once the provider, asked, says %s (in all %s lots)', (orderStatus, cumulative, ended) => {
    const { books } = endedWithMore();
    const { requestNotes } = say(books, 'status', { requestId: '7000000001' as RequestId, orderStatus, cumulative });
    expect(requestNotes.map(({ kind, note }) => [kind, note])).toEqual(ended.map((kind) => [kind, 'ended']));
  });

  it('is owed it still when a status comes that nobody asked for', () => {
    const { books } = endedWithMore();
    expect(say(books, 'status', { orderStatus: 'cancelled', cumulative: '0.4' }).requestNotes).toEqual([]);
  });

  it('asks for nothing when all its fills are here', () => {
    const books = oneInFlight();
    fill(books, '0.4');
    expect(say(books, 'cancelled', { cumulative: '0.4' }).instructions).toEqual([]);
  });

  it('asks also when it is a fill, of more than was ordered', () => {
    const books = oneInFlight();
    const change = say(books, 'fill', { lots: '1', price: '1.08454', cumulative: '1.5' });
    expect(books.order(ID)).toMatchObject({ status: 'filled', flags: [] });
    expect(change.instructions).toMatchObject([{ kind: 'status', originalRequestId: books.order(ID).requestId }]);
    expect(say(oneInFlight(), 'fill', { lots: '1', price: '1.08454', cumulative: '1' }).instructions).toEqual([]);
  });

  it('is made good by the fill that was on its way', () => {
    const { books } = endedWithMore();
    fill(books, '0.3');
    expect(books.order(ID)).toMatchObject({ status: 'cancelled', filledVolumeE8: lotsE8('0.7'), flags: ['late_fill'] });
  });

  it('is flagged when the answer counts them again and the fills did not come', () => {
    const { books } = endedWithMore();
    const answer = { requestId: '7000000001' as RequestId, orderStatus: 'cancelled', cumulative: '0.7' } as const;
    say(books, 'status', answer);
    expect(books.order(ID)).toMatchObject({ status: 'cancelled', flags: ['contradictory_report'] });
    expect(say(books, 'status', answer).orders).toEqual([]);
  });
});
