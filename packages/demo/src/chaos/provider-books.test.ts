import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compareExecutions, readProviderBooks } from './provider-books.ts';

const folder = mkdtempSync(join(tmpdir(), 'margrave-journals-'));
afterAll(() => rmSync(folder, { recursive: true }));

const order = (requestId: string) => ({ kind: 'order', order: { requestId }, reports: [{ requestId, executionType: 'new' }] });
const execution = (requestId: string, executionType: string, lastVolume: string) => ({
  kind: 'execution',
  requestId,
  reports: [{ requestId, executionType, lastVolume }],
});

/** The books of one provider that decided this. */
function booksOf(...entries: readonly object[]) {
  const path = join(folder, 'journal.jsonl');
  writeFileSync(path, [{ format: 1, provider: 'lp-a' }, ...entries].map((entry) => `${JSON.stringify(entry)}\n`).join(''));
  return readProviderBooks([path]);
}
const stored = (requestId: string, lots: bigint) => ({ requestId, orderId: `4${requestId}`, filledE8: lots * 1_000_000n });

describe('the books of a provider', () => {
  const books = booksOf(
    order('1'),
    order('2'),
    execution('1', 'partial_fill', '0.01'),
    { kind: 'sent', numbers: [1] },
    { kind: 'answer', requestId: '9', reports: [{ requestId: '9', executionType: 'status' }] },
    execution('1', 'fill', '0.02'),
    execution('2', 'rejected', '0.02'),
  );

  it('say what it took, and how much of it was executed', () => {
    expect(books.taken).toEqual(['1', '2']);
    expect([...books.executedE8]).toEqual([
      ['1', 3_000_000n],
      ['2', 0n],
    ]);
  });

  it('agree with what is stored', () => expect(compareExecutions(books, [stored('1', 3n), stored('2', 0n)])).toEqual([]));

  it.each([
    ['lost', [stored('1', 2n), stored('2', 0n)], 'order 41: its provider executed 0.03 lots of it, and 0.02 are booked'],
    ['made up', [stored('1', 3n), stored('2', 1n)], 'order 42: its provider executed 0 lots of it, and 0.01 are booked'],
    ['of nobody', [stored('1', 3n)], 'a provider took request 2, which no order made'],
    [
      'never taken',
      [stored('1', 3n), stored('2', 0n), stored('3', 1n)],
      'order 43: its provider executed 0 lots of it, and 0.01 are booked',
    ],
  ])('differ where an execution is %s', (_what, orders, sentence) =>
    expect(compareExecutions(books, orders)).toEqual([sentence]),
  );
});
