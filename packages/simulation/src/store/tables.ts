import type {
  AccountAggregateRows,
  AccountRow,
  CommandKeyRow,
  CommandResult,
  CommandRows,
  DealRow,
  EventRow,
  LedgerRow,
  MessageRow,
  OrderRow,
  OutboxId,
  PositionRow,
  RequestRow,
} from '@margrave/store-postgres';
import { formatE8, type AccountId } from '@margrave/vocabulary';

/** Ways in which this store can be made to be wrong, for a test to see that it is noticed. */
export interface PlantedInStore {
  /** The account's version is not compared. */
  readonly comparesNoVersions?: boolean;
  /** An execution that was applied before is applied again. */
  readonly appliesExecutionsAgain?: boolean;
  /** A used key is used again. */
  readonly forgetsKeys?: boolean;
  /** Every so-many-th outbox row is lost. */
  readonly losesOutboxRow?: number;
  /** The house's side of a booking is lost. */
  readonly losesHouseEntries?: boolean;
}

/** A row of the outbox: a message, or a range of events. */
export interface OutboxRow {
  readonly outboxId: OutboxId;
  readonly accountId: AccountId;
  readonly createdAtMs: number;
  readonly message: MessageRow | null;
  readonly firstSequence: bigint;
  readonly lastSequence: bigint;
  attemptedAtMs: number | null;
  publishedAtMs: number | null;
}

const LIVE: ReadonlySet<string> = new Set(['queued', 'working', 'partially_filled', 'unknown']);
export const isLive = ({ status }: Pick<OrderRow, 'status'>): boolean => LIVE.has(status);

export const keyOf = (accountId: AccountId, key: string): string => `${accountId} ${key}`;
export const executionOf = ({ provider, executionId }: { readonly provider: string; readonly executionId: string }): string =>
  `${provider} ${executionId}`;

/** What is stored, and the one commit that changes it: the rules of `commit_batch`, on maps. */
export class Tables {
  readonly accounts = new Map<AccountId, AccountRow>();
  readonly orders = new Map<string, OrderRow>();
  readonly positions = new Map<string, PositionRow>();
  readonly requests = new Map<string, RequestRow>();
  readonly keys = new Map<string, CommandKeyRow>();
  readonly executions = new Map<string, { readonly contentHash: string }>();
  readonly events = new Map<AccountId, EventRow[]>();
  readonly deals: DealRow[] = [];
  readonly ledger: LedgerRow[] = [];
  readonly outbox = new Map<OutboxId, OutboxRow>();
  readonly unpublished = new Set<OutboxRow>();
  /** The outbox rows that carry a request. */
  readonly messageOf = new Map<string, OutboxRow>();
  /** Requests whose provider has not said its last word. */
  readonly openRequests = new Set<string>();
  /** Every command that was committed, in its order. */
  readonly journal: CommandRows[] = [];
  readonly #liveOrders = new Map<AccountId, Map<string, OrderRow>>();
  readonly #openPositions = new Map<AccountId, Map<string, PositionRow>>();
  readonly #planted: PlantedInStore;
  #outboxRows = 0;

  constructor(accounts: readonly AccountRow[], atMs: number, planted: PlantedInStore) {
    this.#planted = planted;
    for (const account of accounts) this.#open(account, atMs);
  }

  aggregate(accountId: AccountId): AccountAggregateRows | undefined {
    const account = this.accounts.get(accountId);
    if (account === undefined) return undefined;
    return { account, orders: byId(this.#liveOrders.get(accountId)), positions: byId(this.#openPositions.get(accountId)) };
  }

  /** Judges a batch, and says of each command what would become of it; only what stands may be written. */
  judge(commands: readonly CommandRows[]): readonly CommandResult['outcome'][] {
    const versions = new Map<AccountId, bigint | undefined>();
    const ids = new Set<string>();
    return commands.map((command) => {
      const { accountId, commandKeys, appliedExecutions } = command;
      const own = [...commandKeys.map(({ key }) => keyOf(accountId, key)), ...appliedExecutions.map(executionOf)];
      const isUsed = this.#isUsed(command) || own.some((id) => ids.has(id));
      const version = versions.has(accountId) ? versions.get(accountId) : this.accounts.get(accountId)?.version;
      const fits = this.#planted.comparesNoVersions === true || version === command.expectedVersion;
      const stands = fits && version !== undefined && !isUsed;
      // Whatever comes after a dropped command in its chain is dropped too.
      versions.set(accountId, stands ? version + 1n : undefined);
      if (!stands) return isUsed ? 'duplicate' : 'conflict';
      for (const id of own) ids.add(id);
      return 'committed';
    });
  }

  write(command: CommandRows, nowMs: number): Extract<CommandResult, { readonly outcome: 'committed' }> {
    const { accountId, commandKeys, appliedExecutions } = command;
    this.accounts.set(accountId, command.account);
    for (const order of [...command.newOrders, ...command.orders]) this.#putOrder(order);
    for (const position of [...command.newPositions, ...command.positions]) this.#putPosition(position);
    for (const request of command.newRequests) this.#putRequest(request);
    for (const noted of command.requests) this.#noteRequest(noted);
    for (const kept of commandKeys) this.keys.set(keyOf(accountId, kept.key), kept);
    for (const applied of appliedExecutions) this.executions.set(executionOf(applied), { contentHash: applied.contentHash });
    this.deals.push(...command.deals);
    const { losesHouseEntries } = this.#planted;
    this.ledger.push(...command.ledger.filter(({ house }) => house === null || losesHouseEntries !== true));
    this.events.get(accountId)?.push(...command.events);
    this.journal.push(command);
    const [first, last] = [command.events[0], command.events.at(-1)];
    const pointer =
      first === undefined || last === undefined
        ? null
        : this.#putOutbox(accountId, null, { firstSequence: first.sequence, lastSequence: last.sequence }, nowMs);
    const nothing = { firstSequence: 0n, lastSequence: 0n };
    const messages = command.messages.map((message) => this.#putOutbox(accountId, message, nothing, nowMs));
    return { outcome: 'committed', pointerOutboxId: pointer, messageOutboxIds: messages };
  }

  publish(row: OutboxRow, nowMs: number): void {
    row.publishedAtMs ??= nowMs;
    this.unpublished.delete(row);
  }

  #isUsed({ accountId, commandKeys, appliedExecutions }: CommandRows): boolean {
    const { forgetsKeys, appliesExecutionsAgain } = this.#planted;
    if (forgetsKeys !== true && commandKeys.some(({ key }) => this.keys.has(keyOf(accountId, key)))) return true;
    return appliesExecutionsAgain !== true && appliedExecutions.some((applied) => this.executions.has(executionOf(applied)));
  }

  /** An account comes with its deposit, as the first thing that happened to it. */
  #open(account: AccountRow, atMs: number): void {
    const { accountId, balanceE8, currency, version } = account;
    this.accounts.set(accountId, account);
    this.#liveOrders.set(accountId, new Map());
    this.#openPositions.set(accountId, new Map());
    const entry = { amount: formatE8(balanceE8, 2) };
    const event = { accountId, sequence: 1n, version, type: 'ledger.entry', atMs, by: 'operator' } as const;
    this.events.set(accountId, [{ ...event, dataJson: JSON.stringify({ entry }), orderId: null }]);
    const shared = { journalId: accountId as never, currency, kind: 'deposit', dealId: null, bookedAtMs: atMs } as const;
    this.ledger.push(
      { ...shared, entryId: accountId as never, accountId, house: null, amountE8: balanceE8, sequence: 1n },
      { ...shared, entryId: accountId as never, accountId: null, house: 'bank', amountE8: -balanceE8 as never, sequence: null },
    );
  }

  #putOrder(order: OrderRow): void {
    this.orders.set(order.orderId, order);
    const live = this.#liveOrders.get(order.accountId);
    if (isLive(order)) live?.set(order.orderId, order);
    else live?.delete(order.orderId);
  }

  #putPosition(position: PositionRow): void {
    this.positions.set(position.positionId, position);
    const open = this.#openPositions.get(position.accountId);
    if (position.openVolumeE8 > 0n) open?.set(position.positionId, position);
    else open?.delete(position.positionId);
  }

  #putRequest(request: RequestRow): void {
    this.requests.set(request.requestId, request);
    if (request.kind !== 'status') this.openRequests.add(request.requestId);
  }

  /** Of an earlier request only its two times change; one that had ended and is asked about is owed an answer again. */
  #noteRequest({ requestId, endedAtMs, askedAtMs }: RequestRow): void {
    const known = this.requests.get(requestId);
    if (known === undefined) return;
    const ended = endedAtMs === null ? null : (known.endedAtMs ?? endedAtMs);
    const asked = Math.max(known.askedAtMs ?? 0, askedAtMs ?? 0);
    this.requests.set(requestId, { ...known, endedAtMs: ended, askedAtMs: asked === 0 ? null : asked });
    if (ended !== null) this.openRequests.delete(requestId);
    else if (known.kind !== 'status') this.openRequests.add(requestId);
  }

  #putOutbox(
    accountId: AccountId,
    message: MessageRow | null,
    range: Pick<OutboxRow, 'firstSequence' | 'lastSequence'>,
    createdAtMs: number,
  ): OutboxId {
    this.#outboxRows += 1;
    const outboxId: OutboxId = `${this.#outboxRows}`;
    const row: OutboxRow = { outboxId, accountId, createdAtMs, message, ...range, attemptedAtMs: null, publishedAtMs: null };
    const { losesOutboxRow } = this.#planted;
    if (losesOutboxRow !== undefined && this.#outboxRows % losesOutboxRow === 0) return outboxId;
    this.outbox.set(outboxId, row);
    this.unpublished.add(row);
    if (message !== null) this.messageOf.set(message.requestId, row);
    return outboxId;
  }
}

const byId = <Row>(rows: ReadonlyMap<string, Row> = new Map<string, Row>()): readonly Row[] =>
  [...rows].sort(([a], [b]) => (BigInt(a) < BigInt(b) ? -1 : 1)).map(([, row]) => row);
