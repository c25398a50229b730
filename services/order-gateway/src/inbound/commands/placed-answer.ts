import { dealView, orderView, positionView } from '@margrave/account-engine';
import type { PlacedAnswerV1, ProblemV1, ProtectedAnswerV1 } from '@margrave/contracts';
import type { Change, Dealing, DecisionRecord, Order, Position } from '@margrave/domain';
import type { DecisionId } from '@margrave/vocabulary';
import assert from 'node:assert/strict';
import { accountFigures } from '../../app/account-figures.ts';
import type { KeptAnswer } from '../../app/submit-command.ts';
import { figuresView } from '../account-view.ts';
import { denialProblem } from './denial-problem.ts';

const CREATED = 201;
const OK = 200;

/** How the decision on a client's command reads as an answer: all that it caused, or why it was refused. */
export function answerOf(change: Change, dealing: Dealing): KeptAnswer {
  const { decision } = change;
  assert(decision !== null, 'a client command is decided with a record');
  if (decision.denial !== null) {
    const problem = denialProblem(decision.denial, decision);
    return { status: problem.status, body: JSON.stringify(problem) };
  }
  if (decision.command === 'protect') return { status: OK, body: JSON.stringify(protectedAnswer(change, decision, dealing)) };
  const order = orderOf(change);
  assert(order !== undefined, 'what is accepted made or changed an order');
  const isNew = decision.command === 'place' || decision.command === 'close';
  return { status: isNew ? CREATED : OK, body: JSON.stringify(placedAnswer(change, order, decision.decisionId, dealing)) };
}

/** The order that a kept answer is about, placed or refused, as a problem names it. */
export function orderOfAnswer({ body }: KeptAnswer): Pick<ProblemV1, 'orderId'> {
  const { order, orderId = order?.orderId } = JSON.parse(body) as Partial<Pick<PlacedAnswerV1, 'order'>> &
    Pick<ProblemV1, 'orderId'>;
  return orderId === undefined ? {} : { orderId };
}

/** The order that the client's command made or changed. */
export const orderOf = ({ decision, orders }: Change): Order | undefined =>
  orders.find(({ orderId }) => orderId === decision?.orderId);

function placedAnswer(change: Change, order: Order, decisionId: DecisionId, dealing: Dealing): PlacedAnswerV1 {
  const { accountId, account, before } = change;
  const position = positionOf(change);
  const lastOpen =
    position === undefined || position.openVolumeE8 > 0n
      ? position
      : before.positions.find((held) => held.positionId === position.positionId);
  return {
    order: orderView(accountId, order),
    deals: change.deals.map((deal) => dealView(accountId, deal)),
    position: position === undefined ? null : positionView(accountId, position, lastOpen),
    account: figuresView(account, accountFigures(account, dealing)),
    decisionId,
    lastEventSequence: `${account.lastSequence}`,
  };
}

function protectedAnswer(change: Change, { decisionId }: DecisionRecord, dealing: Dealing): ProtectedAnswerV1 {
  const { accountId, account, positions } = change;
  const [position] = positions;
  assert(position !== undefined, 'what is protected is a position');
  return {
    position: positionView(accountId, position),
    account: figuresView(account, accountFigures(account, dealing)),
    decisionId,
    lastEventSequence: `${account.lastSequence}`,
  };
}

/** What the command opened, else what it changed or closed; on a netting account one order can do both. */
const positionOf = ({ positions }: Change): Position | undefined =>
  positions.find((position) => position.openVolumeE8 > 0n) ?? positions.at(-1);
