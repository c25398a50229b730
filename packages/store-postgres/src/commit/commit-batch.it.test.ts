import type { LotsE8, MoneyE8, PriceE8, ProviderName, RequestId } from '@margrave/vocabulary';
import { EpochChanged, StatementRefused } from '../errors.ts';
import type { AccountRow, CommandRows, OrderRow, PositionRow } from '../rows.ts';
import { createRowMaker, emptyCommand, journalRows, localFill, providerOrder, type RowMaker } from '../testing/command-rows.ts';
import { openTestStore, outcomes, type TestStore } from '../testing/test-store.ts';

let test: TestStore;
const maker = createRowMaker();
beforeAll(async () => {
  test = await openTestStore();
});
afterAll(() => test.store.close());

const newAccount = async (): Promise<AccountRow> => (await test.accounts(1))[0]!;
const commit = (commands: readonly CommandRows[]) => test.store.commitBatch(test.epoch, commands);

/** So many commands, each decided on what the one before it left. */
function chain(
  account: AccountRow,
  keys: readonly string[],
  make: (rows: RowMaker, of: AccountRow, key: string) => CommandRows = localFill,
): CommandRows[] {
  const commands: CommandRows[] = [];
  for (const key of keys) commands.push(make(maker, commands.at(-1)?.account ?? account, key));
  return commands;
}

describe('the one commit', () => {
  it('keeps all rows of a command as they were given', async () => {
    const account = await newAccount();
    const command = localFill(maker, account, 'all-rows');
    expect(outcomes((await commit([command])).results)).toEqual(['committed']);
    const { accountId } = account;
    const [aggregate] = await test.store.loadAccounts([accountId]);
    expect(aggregate).toEqual({ account: command.account, orders: [], positions: command.newPositions });
    expect((await test.store.loadPast({ orderIds: [command.newOrders[0]!.orderId], positionIds: [] })).orders).toEqual(
      command.newOrders,
    );
    expect((await test.store.pageDeals({ accountId, limit: 10 })).rows).toEqual(command.deals);
    expect((await test.store.pageLedger({ accountId, limit: 1 })).rows).toEqual(command.ledger.slice(0, 1));
    expect((await test.store.eventsAfter(accountId, 1n, 10))?.events).toEqual(command.events);
    expect(await test.store.findDecision(accountId, command.decision!.decisionId)).toEqual(command.decision);
    expect(await test.store.findCommandKeys(accountId, ['all-rows'])).toEqual(command.commandKeys);
  });

  it('keeps a request and a message, and names the outbox rows', async () => {
    const command = providerOrder(maker, await newAccount(), 'message');
    const { results } = await commit([command]);
    expect(results).toEqual([
      {
        outcome: 'committed',
        pointerOutboxId: expect.stringMatching(/^\d+$/),
        messageOutboxIds: [expect.stringMatching(/^\d+$/)],
      },
    ]);
    expect(await test.store.findRequests(command.newRequests.map(({ requestId }) => requestId))).toEqual(command.newRequests);
    const [aggregate] = await test.store.loadAccounts([command.accountId]);
    expect(aggregate?.orders).toEqual(command.newOrders);
  });

  it('lets exactly one of two commits on one version stand', async () => {
    for (let round = 0; round < 20; round += 1) {
      const account = await newAccount();
      const answers = await Promise.all(['a', 'b'].map((key) => commit([localFill(maker, account, key)])));
      expect(answers.flatMap(({ results }) => outcomes(results)).sort()).toEqual(['committed', 'conflict']);
      expect((await test.account(account.accountId)).version).toBe(account.version + 1n);
    }
  });

  it('takes a chain of a hundred commands on one account at once', async () => {
    const account = await newAccount();
    const commands = chain(
      account,
      Array.from({ length: 100 }, (_, index) => `chain-${index}`),
    );
    expect(new Set(outcomes((await commit(commands)).results))).toEqual(new Set(['committed']));
    expect(await test.account(account.accountId)).toEqual(commands.at(-1)!.account);
  });

  it('drops a command whose key is used, and what follows it in its chain, and nothing else', async () => {
    const [account, other] = (await test.accounts(2)) as [AccountRow, AccountRow];
    await commit([localFill(maker, account, 'used')]);
    const now = await test.account(account.accountId);
    const [first, second, third] = chain(now, ['new', 'used', 'after']) as [CommandRows, CommandRows, CommandRows];
    const { results } = await commit([first, second, localFill(maker, other, 'used'), third]);
    expect(outcomes(results)).toEqual(['committed', 'duplicate', 'committed', 'conflict']);
    expect(await test.account(account.accountId)).toEqual(first.account);
  });

  it('drops what follows a dropped command, also where it was decided on the same version', async () => {
    const account = await newAccount();
    await commit([localFill(maker, account, 'used')]);
    const now = await test.account(account.accountId);
    const { results } = await commit([localFill(maker, now, 'used'), localFill(maker, now, 'new')]);
    expect(outcomes(results)).toEqual(['duplicate', 'conflict']);
  });

  it('drops the second of two commands with one key in one batch', async () => {
    const account = await newAccount();
    expect(outcomes((await commit(chain(account, ['twice', 'twice', 'later']))).results)).toEqual([
      'committed',
      'duplicate',
      'conflict',
    ]);
  });

  it('applies an execution once, also when two accounts claim it in one batch', async () => {
    const [account, other] = (await test.accounts(2)) as [AccountRow, AccountRow];
    const appliedExecution = { provider: 'lp-a' as ProviderName, executionId: 'lp-a-1', contentHash: 'one' };
    const applying = (of: AccountRow): CommandRows => ({ ...emptyCommand(of), appliedExecutions: [appliedExecution] });
    expect(outcomes((await commit([applying(account), applying(other)])).results).sort()).toEqual(['committed', 'duplicate']);
    const now = await test.account(account.accountId);
    expect(outcomes((await commit([applying(now)])).results)).toEqual(['duplicate']);
    expect(await test.store.findAppliedExecutions([appliedExecution])).toEqual([appliedExecution]);
  });

  it('applies an execution once when two batches bring it at the same moment', async () => {
    for (let round = 0; round < 20; round += 1) {
      const accounts = await test.accounts(2);
      const appliedExecution = { provider: 'lp-a' as ProviderName, executionId: `race-${round}`, contentHash: 'one' };
      const answers = await Promise.all(
        accounts.map((of) => commit([{ ...emptyCommand(of), appliedExecutions: [appliedExecution] }])),
      );
      expect(answers.flatMap(({ results }) => outcomes(results)).sort()).toEqual(['committed', 'duplicate']);
    }
  });

  it('keeps the last row of an order that a chain writes twice', async () => {
    const account = await newAccount();
    const placed = providerOrder(maker, account, 'rewritten');
    const order = {
      ...placed.newOrders[0]!,
      status: 'rejected' as const,
      reason: 'no_liquidity',
      version: placed.account.version + 1n,
    };
    const ended = { ...placed.newRequests[0]!, endedAtMs: maker.nowMs };
    const rejected = { ...emptyCommand(placed.account), orders: [order], requests: [ended] };
    expect(outcomes((await commit([placed, rejected])).results)).toEqual(['committed', 'committed']);
    expect((await test.store.loadPast({ orderIds: [order.orderId], positionIds: [] })).orders).toEqual([order]);
    expect(await test.store.findRequests([ended.requestId])).toEqual([ended]);
  });

  it('keeps all of an order and of a position that may change', async () => {
    const filled = localFill(maker, await newAccount(), 'all-changed');
    const placed = { ...filled, newOrders: filled.newOrders.map((each) => ({ ...each, reduceOnly: true })) };
    const [order, position] = [placed.newOrders[0]!, placed.newPositions[0]!];
    const version = placed.account.version + 1n;
    // What is missing here is what an order and a position are for life.
    const changedOrder: OrderRow = {
      ...order,
      timeInForce: 'gtd',
      limitPriceE8: 1n as PriceE8,
      stopPriceE8: 2n as PriceE8,
      expiresAtMs: maker.nowMs + 1,
      triggeredAtMs: maker.nowMs + 2,
      protectionJson: '{"stopLoss":null}',
      volumeE8: 3n as LotsE8,
      filledVolumeE8: 4n as LotsE8,
      filledNotionalE16: 5n,
      status: 'working',
      closesPositionId: position.positionId,
      maxDeviationE8: 6n as PriceE8,
      markupE8: 7n as PriceE8,
      reservedPriceE8: 8n as PriceE8,
      reservedRateNumerator: 9n,
      reservedRateDenominator: 10n,
      requestId: maker.nextId() as RequestId,
      reason: 'no_liquidity',
      flags: ['late_fill'],
      version,
      updatedAtMs: maker.nowMs + 3,
    };
    const changedPosition: PositionRow = {
      ...position,
      side: 'sell',
      openVolumeE8: 1n as LotsE8,
      openNotionalE16: 2n,
      marginBasisNumerator: 3n,
      marginBasisDenominator: 4n,
      commissionJson: '{"kind":"per_deal"}',
      realisedProfitE8: 5n as MoneyE8,
      profitRemainderE16: 6n,
      stopLossE8: 7n as PriceE8,
      takeProfitE8: 8n as PriceE8,
      trailingDistanceE8: 9n as PriceE8,
      trailingBestE8: 10n as PriceE8,
      openingRequestId: maker.nextId() as RequestId,
      closingOrderId: order.orderId,
      openedAtMs: maker.nowMs + 1,
      version,
    };
    const command = { ...emptyCommand(placed.account), orders: [changedOrder], positions: [changedPosition] };
    expect(outcomes((await commit([placed, command])).results)).toEqual(['committed', 'committed']);
    const [aggregate] = await test.store.loadAccounts([placed.accountId]);
    expect(aggregate).toMatchObject({ orders: [changedOrder], positions: [changedPosition] });
  });

  it('keeps the last that a chain notes of a request, and when it was asked about', async () => {
    const placed = providerOrder(maker, await newAccount(), 'noted');
    const request = placed.newRequests[0]!;
    const ended = { ...emptyCommand(placed.account), requests: [{ ...request, endedAtMs: maker.nowMs + 5 }] };
    const asked = { ...emptyCommand(ended.account), requests: [{ ...request, askedAtMs: maker.nowMs + 7 }] };
    expect(outcomes((await commit([placed, ended, asked])).results)).toEqual(['committed', 'committed', 'committed']);
    expect(await test.store.findRequests([request.requestId])).toEqual([{ ...request, askedAtMs: maker.nowMs + 7 }]);
    const endedAgain = { ...emptyCommand(asked.account), requests: [{ ...request, endedAtMs: maker.nowMs + 9 }] };
    expect(outcomes((await commit([endedAgain])).results)).toEqual(['committed']);
    expect(await test.store.findRequests([request.requestId])).toEqual([
      { ...request, endedAtMs: maker.nowMs + 9, askedAtMs: maker.nowMs + 7 },
    ]);
  });

  it('gives every result to its own command, however the accounts are mixed', async () => {
    const accounts = await test.accounts(8);
    const commands = accounts.flatMap((account) => chain(account, ['m1', 'm2', 'm3'], providerOrder));
    const mixed = [0, 1, 2].flatMap((step) => commands.filter((_, index) => index % 3 === step)).reverse();
    const inOrder = [...mixed].sort((a, b) => Number(a.expectedVersion - b.expectedVersion));
    const { results } = await commit(inOrder);
    const rows = await test.admin('select outbox_id::text, account_id::text, first_sequence::text, message_id from outbox');
    inOrder.forEach((command, index) => {
      const result = results[index]!;
      if (result.outcome !== 'committed') throw new Error(`command ${index}: ${result.outcome}`);
      const rowOf = (outboxId: string | null | undefined) => rows.find((row) => row['outbox_id'] === outboxId);
      expect(rowOf(result.pointerOutboxId)).toMatchObject({
        account_id: command.accountId,
        first_sequence: `${command.events[0]!.sequence}`,
      });
      expect(rowOf(result.messageOutboxIds[0])).toMatchObject({ message_id: command.messages[0]!.messageId });
    });
  });

  it('refuses a batch decided on another epoch, whole', async () => {
    const account = await newAccount();
    const other = '00000000-0000-4000-8000-000000000000';
    await expect(test.store.commitBatch(other, [localFill(maker, account, 'epoch')])).rejects.toThrow(EpochChanged);
    expect(await test.account(account.accountId)).toEqual(account);
  });

  it('leaves a command of an account that does not exist as a conflict', async () =>
    expect(
      outcomes((await commit([emptyCommand({ ...(await newAccount()), accountId: '9999999999' as never })])).results),
    ).toEqual(['conflict']));
});

describe('a batch that would break the books is refused whole', () => {
  const refusal = async (change: (command: CommandRows) => CommandRows): Promise<string> => {
    const [account, other] = (await test.accounts(2)) as [AccountRow, AccountRow];
    const error: unknown = await commit([emptyCommand(other), change(localFill(maker, account, 'bad'))]).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(StatementRefused);
    expect(await test.account(account.accountId)).toEqual(account);
    expect(await test.account(other.accountId)).toEqual(other);
    return (error as Error).message;
  };

  it('because a journal does not sum to zero', async () =>
    expect(await refusal((command) => ({ ...command, ledger: command.ledger.slice(0, 1) }))).toMatch('does not sum to zero'));

  it('because a journal sums to zero only across two currencies', async () =>
    expect(
      await refusal((command) => ({
        ...command,
        ledger: [command.ledger[0]!, { ...command.ledger[1]!, currency: 'EUR' as never }],
      })),
    ).toMatch('does not sum to zero'));

  it('because money appears in a balance without an entry', async () =>
    expect(
      await refusal((command) => ({
        ...command,
        account: { ...command.account, balanceE8: (command.account.balanceE8 + 1n) as never },
      })),
    ).toMatch('does not follow'));

  it('because an entry does not reach the balance', async () =>
    expect(
      await refusal((command) => ({ ...command, ledger: [...command.ledger, ...journalRows(maker, command.account, 100n, 9n)] })),
    ).toMatch('does not follow'));

  it('because an entry stands in another account', async () =>
    expect(
      await refusal((command) => ({
        ...command,
        ledger: [{ ...command.ledger[0]!, accountId: '1000000001' as never }, command.ledger[1]!],
      })),
    ).toMatch('not of its command'));

  it('because the events skip a sequence', async () =>
    expect(
      await refusal((command) => ({
        ...command,
        events: command.events.map((event) => ({ ...event, sequence: event.sequence + 1n })),
        account: { ...command.account, lastSequence: command.account.lastSequence + 1n },
      })),
    ).toMatch('have a gap'));

  it('because the account’s last sequence is not that of its events', async () =>
    expect(
      await refusal((command) => ({
        ...command,
        account: { ...command.account, lastSequence: command.account.lastSequence + 1n },
      })),
    ).toMatch('does not follow'));

  it('because the account’s currency changes', async () =>
    expect(await refusal((command) => ({ ...command, account: { ...command.account, currency: 'EUR' as never } }))).toMatch(
      'does not follow',
    ));

  it('because an order of another account is rewritten', async () => {
    const mine = localFill(maker, await newAccount(), 'mine');
    await commit([mine]);
    expect(
      await refusal((command) => ({
        ...command,
        orders: [{ ...mine.newOrders[0]!, accountId: command.accountId, version: command.account.version + 9n }],
      })),
    ).toMatch('1 rows given for orders replace none');
  });

  it('because an order goes back to an older state', async () => {
    const placed = providerOrder(maker, await newAccount(), 'older');
    await commit([placed]);
    const again = { ...emptyCommand(placed.account), orders: placed.newOrders };
    await expect(commit([again])).rejects.toThrow('1 rows given for orders replace none');
  });

  it('because a changed position or request was never there', async () => {
    const unknown = (command: CommandRows) => ({ ...command, newPositions: [], positions: command.newPositions });
    expect(await refusal(unknown)).toMatch('1 rows given for positions replace none');
    const never = providerOrder(maker, await newAccount(), 'never');
    await expect(commit([{ ...never, newRequests: [], requests: never.newRequests }])).rejects.toThrow(
      '1 rows given for provider_requests replace none',
    );
  });

  it('because a new order has the id of another', async () => {
    const mine = localFill(maker, await newAccount(), 'taken');
    await commit([mine]);
    expect(
      await refusal((command) => ({
        ...command,
        newOrders: [{ ...command.newOrders[0]!, orderId: mine.newOrders[0]!.orderId }],
      })),
    ).toMatch('orders_pkey');
  });

  it('because a volume is negative', async () =>
    expect(
      await refusal((command) => ({ ...command, newOrders: [{ ...command.newOrders[0]!, volumeE8: -1n as never }] })),
    ).toMatch('lots_or_none_e8'));
});
