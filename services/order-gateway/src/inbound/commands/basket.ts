import { LEGS_MAX, type BasketRequestV1, type ClosePositionsRequestV1, type TargetPositionRequestV1 } from '@margrave/contracts';
import { legsToTarget, type Account, type Dealing } from '@margrave/domain';
import type { AccountId } from '@margrave/vocabulary';
import assert from 'node:assert/strict';
import type { Basket, BasketLeg, BasketNeeds, BasketOutcome, DecidedBasket, LegOutcome } from '../../app/submit-basket.ts';
import type { KeptAnswer } from '../../app/submit-command.ts';
import type { Call, Handler } from '../call.ts';
import { malformed } from '../malformed.ts';
import { problemBody, problemReply } from '../problem.ts';
import type { Reply } from '../reply.ts';
import type { Fault } from '../requests/faults.ts';
import { serverTiming, type AnsweredBasket } from './command-reports.ts';
import { decimalE8 } from './decimal.ts';
import { denialProblem } from './denial-problem.ts';
import { answerOf, orderOfAnswer } from './placed-answer.ts';
import { requestHash } from './request-hash.ts';
import { kept, unansweredReply, type CommandParts } from './run-command.ts';
import { wishedOrder } from './wished-order.ts';

export interface BasketParts extends BasketNeeds, Pick<CommandParts, 'dealing' | 'onChanged' | 'monotonicMs'> {
  readonly commandDeadlineMs: number;
  /** Told of how many commands more than one a basket is. */
  readonly countMoreCommands: (accountId: AccountId, more: number) => void;
  /** Told of every answered basket, after its answer. */
  readonly reportBasket: (answered: AnsweredBasket) => void;
}

/** No key of an order has this sign: the two never meet. */
const KEY_PREFIX = 'batch/';
const CREATED = 201;

/** `POST /v1/accounts/{accountId}/orders/batch` */
export const placeBasket =
  (parts: BasketParts): Handler =>
  (call) => {
    const { accountId } = call.parameters as { readonly accountId: AccountId };
    const { orders, atomic = false } = call.body as BasketRequestV1;
    parts.countMoreCommands(accountId, orders.length - 1);
    const wished = orders.map(wishedOrder);
    const [first, ...more] = [
      ...wished.flatMap((each, leg) => (each.ok ? [] : each.refusal.map((fault) => ofLeg(fault, leg)))),
      ...repeatedKeys(orders),
    ];
    if (first !== undefined) return malformed([first, ...more], true);
    const legs = wished.flatMap((each, leg): readonly BasketLeg[] => {
      const order = orders[leg];
      if (!each.ok || order === undefined) return [];
      const hash = requestHash('place', accountId, order);
      const answer = (change: Parameters<typeof answerOf>[0]): KeptAnswer => answerOf(change, parts.dealing(change.account));
      return [
        {
          command: { kind: 'place', ...each.value },
          client: { key: order.clientOrderId, requestHash: hash, answer },
        },
      ];
    });
    return runBasket(parts, call, { accountId, isAtomic: atomic, legs });
  };

/** `POST /v1/accounts/{accountId}/positions/close-all` */
export const closePositions =
  (parts: BasketParts): Handler =>
  (call) => {
    const { accountId } = call.parameters as { readonly accountId: AccountId };
    const { symbol, side } = call.body as ClosePositionsRequestV1;
    const legs = ({ positions }: Account) =>
      positions
        .filter((held) => (symbol === undefined || held.symbol === symbol) && (side === undefined || held.side === side))
        .map(({ positionId }) => ({
          command: { kind: 'close' as const, clientOrderId: null, positionId, volumeE8: null },
          client: null,
        }));
    return runBasket(parts, call, { accountId, isAtomic: false, legs });
  };

/** `POST /v1/accounts/{accountId}/positions/target` */
export const targetPosition =
  (parts: BasketParts): Handler =>
  (call) => {
    const { accountId } = call.parameters as { readonly accountId: AccountId };
    const { symbol, netVolume } = call.body as TargetPositionRequestV1;
    const targetE8 = decimalE8(netVolume);
    const legs = (account: Account) => legsToTarget(account, symbol, targetE8).map((command) => ({ command, client: null }));
    return runBasket(parts, call, { accountId, isAtomic: true, legs });
  };

const ofLeg = ({ place, rule, sentence }: Fault, leg: number): Fault => ({
  place: `/orders/${leg}${place}`,
  rule,
  sentence: `orders.${leg}.${sentence}`,
});

function repeatedKeys(orders: BasketRequestV1['orders']): readonly Fault[] {
  const keys = orders.map(({ clientOrderId }) => clientOrderId);
  assert(keys.length <= LEGS_MAX, 'the contract lets no more legs through');
  return keys.flatMap((key, leg) => {
    if (keys.indexOf(key) === leg) return [];
    const rule = 'must be a key of its own';
    return [
      { place: `/orders/${leg}/clientOrderId`, rule, sentence: `orders.${leg}.clientOrderId is "${key}" again; it ${rule}.` },
    ];
  });
}

/** Runs a basket and makes its answer. */
async function runBasket(
  { submitBasket, dealing, onChanged, reportBasket, monotonicMs, commandDeadlineMs }: BasketParts,
  { headers, body, request }: Call,
  wanted: Omit<Basket, 'client'>,
): Promise<Reply> {
  const { accountId } = wanted;
  const { 'idempotency-key': key } = headers as { readonly 'idempotency-key': string };
  const receiveMs = monotonicMs() - request.arrivedAtMs;
  const outcome = await submitBasket({
    ...wanted,
    client: {
      key: `${KEY_PREFIX}${key}`,
      requestHash: requestHash('basket', `${accountId} ${request.url.split('?', 1)[0]}`, body as object),
      answer: (decided) => basketAnswer(decided, dealing(decided.account)),
    },
    patienceMs: commandDeadlineMs,
  });
  onChanged(accountId);
  setImmediate(reportBasket, {
    accountId,
    key,
    requestId: request.id,
    outcome,
    receiveMs,
    totalMs: monotonicMs() - request.arrivedAtMs,
  });
  return replyTo(outcome, accountId, receiveMs);
}

function replyTo(outcome: BasketOutcome, accountId: AccountId, receiveMs: number): Reply {
  const statusUrl = `/v1/accounts/${accountId}/orders`;
  switch (outcome.kind) {
    case 'committed_basket': {
      const { loadMs, priceMs, decideMs, commitMs } = outcome.times;
      const stages = { receive: receiveMs, load: loadMs, price: priceMs, decide: decideMs, commit: commitMs };
      return kept(outcome.answer, { 'server-timing': serverTiming(stages) });
    }
    case 'replayed':
      return kept(outcome.answer, { 'idempotent-replayed': 'true' });
    case 'key_reused':
      return problemReply('IDEMPOTENCY_KEY_REUSED', true, { statusUrl });
    case 'no_such_account':
      return unansweredReply('not_found', statusUrl);
    default:
      return unansweredReply(outcome.kind, statusUrl);
  }
}

/** How a basket reads as an answer: that of each leg, or why all of it was refused. */
function basketAnswer({ legs, refused, account }: DecidedBasket, dealing: Dealing): KeptAnswer {
  if (refused !== null) return refusedAnswer(legs, refused);
  const texts = legs.map((leg) => {
    const { status, body } = legAnswer(leg, dealing);
    return `{"status":${status},"answer":${body}}`;
  });
  return { status: CREATED, body: `{"legs":[${texts.join()}],"lastEventSequence":"${account.lastSequence}"}` };
}

function legAnswer(leg: LegOutcome, dealing: Dealing): KeptAnswer {
  switch (leg.kind) {
    case 'decided':
      return leg.answer ?? answerOf(leg.change, dealing);
    case 'replayed':
      return leg.answer;
    case 'key_reused':
      return textOf(problemBody('IDEMPOTENCY_KEY_REUSED', true, orderOfAnswer(leg.answer)));
    case 'no_change':
      return textOf(problemBody('NOT_FOUND', true));
    default:
      return leg satisfies never;
  }
}

const textOf = (problem: ReturnType<typeof problemBody>): KeptAnswer => ({
  status: problem.status,
  body: JSON.stringify(problem),
});

function refusedAnswer(legs: readonly LegOutcome[], { leg, decision }: NonNullable<DecidedBasket['refused']>): KeptAnswer {
  const denial = decision?.denial ?? null;
  if (decision !== null && denial !== null) {
    const problem = denialProblem(denial, { ...decision, orderId: null });
    return textOf({ ...problem, numbers: { ...problem.numbers, leg: `${leg}` } });
  }
  const last = legs.at(-1);
  assert(last !== undefined && last.kind !== 'decided', 'an atomic basket is refused for a leg that was not decided');
  const code = last.kind === 'no_change' ? 'NOT_FOUND' : 'IDEMPOTENCY_KEY_REUSED';
  return textOf(problemBody(code, true, last.kind === 'no_change' ? {} : orderOfAnswer(last.answer)));
}
