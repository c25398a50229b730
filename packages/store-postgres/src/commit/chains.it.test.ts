import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { AccountId, Currency, GroupId, MoneyE8 } from '@margrave/vocabulary';
import { openAccountsAs } from '../admin/open-accounts.ts';
import { withAdminConnection } from '../migrate.ts';
import type { AccountRow, CommandRows } from '../rows.ts';
import { DECISIONS, LEDGER } from '../rows/tables.ts';
import { createRowMaker, emptyCommand, localFill, providerOrder } from '../testing/command-rows.ts';
import { openTestStore, outcomes, type TestStore } from '../testing/test-store.ts';

/** The published example: an account's first rows, and the link of each. */
interface Example {
  readonly account: string;
  readonly rows: readonly { readonly table: string; readonly columns: readonly (string | null)[]; readonly link: string }[];
}
const EXAMPLE = JSON.parse(
  readFileSync(join(resolve(import.meta.dirname, '../../../..'), 'docs/adr/0014-chain-example.json'), 'utf8'),
) as Example;

let test: TestStore;
const maker = createRowMaker();
beforeAll(async () => {
  test = await openTestStore();
});
afterAll(() => test.store.close());

const newAccount = async (): Promise<AccountRow> => (await test.accounts(1))[0]!;
const commit = (commands: readonly CommandRows[]) => test.store.commitBatch(test.epoch, commands);

interface Link {
  readonly place: number;
  readonly id: string;
  readonly link: string;
}

/** The rows of an account's chain, in their order. */
const chainOf = async (accountId: AccountId): Promise<readonly Link[]> =>
  (await test.admin(`
    select place, id, link from (
      select chain_place::integer place, decision_id::text id, encode(chain_link, 'hex') link from decisions where account_id = ${accountId}
      union all
      select chain_place::integer, entry_id::text, encode(chain_link, 'hex') from ledger_entries where chain_account_id = ${accountId}
    ) r order by place`)) as never;
const endOf = async (accountId: AccountId): Promise<unknown> =>
  (
    await test.admin(
      `select chain_length::integer length, encode(chain_head, 'hex') head from accounts where account_id = ${accountId}`,
    )
  )[0];

/** The ids of a command's rows in the order in which they are chained. */
const idsOf = ({ decision, ledger }: CommandRows): readonly string[] => [
  ...(decision === null ? [] : [decision.decisionId]),
  ...ledger.map(({ entryId }) => entryId),
];

/** That the chain is one: places without a gap, in the order of the commands, ending where the account says. */
async function expectOneChain(accountId: AccountId, committed: readonly CommandRows[]): Promise<void> {
  const chain = await chainOf(accountId);
  expect(chain.map(({ place }) => place)).toEqual(chain.map((_, index) => index + 1));
  expect(chain.slice(2).map(({ id }) => id)).toEqual(committed.flatMap(idsOf));
  expect(new Set(chain.map(({ link }) => link)).size).toBe(chain.length);
  expect(await endOf(accountId)).toEqual({ length: chain.length, head: chain.at(-1)!.link });
}

/** The link of a row as docs/adr/0014-hash-chains.md gives it; the number of its command, which a packed row begins with, is not of it. */
const linkAfter = (before: string, place: number, table: string, packed: string): string =>
  createHash('sha256')
    .update(Buffer.from(before, 'hex'))
    .update(`\x1f${place}\x1f${table}${packed.slice(packed.indexOf('\x1f'))}`)
    .digest('hex');

describe('the chain of an account', () => {
  it('has the published links', async () => {
    const accountId = EXAMPLE.account as AccountId;
    await withAdminConnection(test.adminUrl, (connection) =>
      openAccountsAs(connection, [
        {
          accountId,
          ownerId: 'example',
          type: 'demo',
          groupId: 'standard' as GroupId,
          currency: 'USD' as Currency,
          leverage: 100n,
          mode: 'hedging',
          depositE8: 1_000_000_000_000n as MoneyE8,
        },
      ]),
    );
    // The deposit has ids and a time of its own: the example begins without it.
    await test.admin(
      `update accounts set chain_length = 0, chain_head = convert_to('1' || E'\\x1f' || account_id, 'UTF8') where account_id = ${accountId}`,
    );
    const fill = localFill(createRowMaker(7_000_000_000n), await test.account(accountId));
    const decision = { ...fill.decision!, recordJson: '{"why":"free margin ≥ margin"}' };
    await commit([{ ...fill, decision }]);
    const links = new Map((await chainOf(accountId)).map(({ id, link }) => [id, link]));
    expect(EXAMPLE.rows.map(({ columns }) => links.get(columns[0]!))).toEqual(EXAMPLE.rows.map(({ link }) => link));
    expect(await endOf(accountId)).toEqual({ length: 3, head: EXAMPLE.rows[2]!.link });
  });

  it('begins with the deposit, the client’s side and the house’s', async () => {
    const { accountId } = await newAccount();
    await expectOneChain(accountId, []);
    expect(await chainOf(accountId)).toHaveLength(2);
  });

  it('goes on through the commands of a batch and from batch to batch', async () => {
    const account = await newAccount();
    const committed: CommandRows[] = [];
    for (const size of [1, 40, 1, 3]) {
      const batch: CommandRows[] = [];
      for (let index = 0; index < size; index += 1) {
        const before = (batch.at(-1) ?? committed.at(-1))?.account ?? account;
        const make = index % 3 === 1 ? providerOrder : localFill;
        batch.push(index % 5 === 4 ? emptyCommand(before) : make(maker, before, `key-${committed.length + index}`));
      }
      expect(new Set(outcomes((await commit(batch)).results))).toEqual(new Set(['committed']));
      committed.push(...batch);
    }
    await expectOneChain(account.accountId, committed);
  });

  it('leaves out what was dropped as a conflict or a duplicate, and is no other account’s', async () => {
    const [account, other] = (await test.accounts(2)) as [AccountRow, AccountRow];
    const [used, next] = [localFill(maker, account, 'used'), localFill(maker, other, 'other')];
    await commit([used]);
    const first = localFill(maker, used.account, 'first');
    const again = localFill(maker, first.account, 'used');
    const after = localFill(maker, again.account, 'after');
    const stale = localFill(maker, other, 'stale');
    const { results } = await commit([first, next, again, after, stale]);
    expect(outcomes(results)).toEqual(['committed', 'committed', 'duplicate', 'conflict', 'conflict']);
    await expectOneChain(account.accountId, [used, first]);
    await expectOneChain(other.accountId, [next]);
  });

  it('is linked to its own rows, whoever else stands in the batch', async () => {
    const accounts = await test.accounts(3);
    const heads = await Promise.all(accounts.map(({ accountId }) => endOf(accountId)));
    const batch = accounts.map((account, index) => localFill(maker, account, `beside-${index}`));
    await commit(batch);
    for (const [index, { accountId, decision, ledger }] of batch.entries()) {
      const rows = [
        ['decisions', DECISIONS.pack(1, decision!)] as const,
        ...ledger.map((entry) => ['ledger_entries', LEDGER.pack(1, entry)] as const),
      ];
      let { head: link, length: place } = heads[index] as { readonly head: string; readonly length: number };
      const links = rows.map(([table, line]) => (link = linkAfter(link, (place += 1), table, line)));
      expect((await chainOf(accountId)).slice(2).map((row) => row.link)).toEqual(links);
    }
  });

  it('never forks, whoever commits at the same moment', async () => {
    const account = await newAccount();
    const committed: CommandRows[] = [];
    for (let round = 0; round < 15; round += 1) {
      const before = committed.at(-1)?.account ?? account;
      const rivals = ['a', 'b', 'c'].map((key) => localFill(maker, before, `${round}-${key}`));
      const answers = await Promise.all(rivals.map((command) => commit([command])));
      committed.push(...rivals.filter((_, index) => answers[index]!.results[0]!.outcome === 'committed'));
    }
    expect(committed).toHaveLength(15);
    await expectOneChain(account.accountId, committed);
  });

  it('is not begun or continued by a batch that is refused', async () => {
    const account = await newAccount();
    const fill = localFill(maker, account, 'unbalanced');
    const broken = { ...fill, ledger: fill.ledger.slice(0, 1) };
    await expect(commit([broken])).rejects.toThrow('does not sum to zero');
    await expectOneChain(account.accountId, []);
  });
});
