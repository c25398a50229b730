import type { ProblemV1 } from '@margrave/contracts';
import { moneyText, timeText } from '@margrave/account-engine';
import type { DecisionRecord, Denial, DenialNumber } from '@margrave/domain';
import { formatE8 } from '@margrave/vocabulary';
import { problemBody } from '../problem.ts';

/** A refusal by a rule, as a problem: the order is kept as `denied`, and the decision says why. */
export const denialProblem = (denial: Denial, { orderId, decisionId }: DecisionRecord): ProblemV1 =>
  problemBody(denial.code, true, {
    ...(orderId === null ? {} : { orderId }),
    decisionId,
    numbers: numbersText(denial.numbers),
  });

/** The facts of a refusal as a problem carries them. */
export const numbersText = (numbers: Denial['numbers']): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(numbers).map(([name, number]) => [name, numberText(number)]));

/** All numbers of a refusal are strings, as all numbers of ours are. */
function numberText(number: DenialNumber): string {
  switch (number.kind) {
    case 'money':
      return moneyText(number.valueE8, number.currency);
    case 'lots':
      return formatE8(number.valueE8, 2);
    case 'price':
      return formatE8(number.valueE8);
    case 'count':
      return `${number.value}`;
    case 'milliseconds':
      return `${Math.round(number.value)}`;
    case 'time':
      return timeText(number.value);
    case 'word':
      return number.value;
    default:
      return number satisfies never;
  }
}
