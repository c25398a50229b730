import { parseE8, type ExecutionType } from '@margrave/vocabulary';
import type { ProviderExecutionV1 } from './provider-execution.v1.ts';

type ExecutionField = keyof ProviderExecutionV1 & string;

interface ExecutionRule {
  /** Fields that this type must carry besides those that every report carries. */
  readonly required: readonly ExecutionField[];
  /** What the report says, for a person who writes a provider. */
  readonly meaning: string;
}

/** What each kind of report must carry. The reference is generated from it, `executionFault` enforces it. */
export const EXECUTION_RULES: { readonly [Type in ExecutionType]: ExecutionRule } = {
  new: {
    required: [],
    meaning:
      'The provider has taken the request and works on it; nothing is executed yet. Optional, but for a `gtc` order, which rests from then on.',
  },
  partial_fill: {
    required: ['lastVolume', 'lastPrice', 'cumulativeVolume', 'leavesVolume'],
    meaning: 'Part of the order was executed: `lastVolume` at `lastPrice`. Both are above zero, and so is `leavesVolume`.',
  },
  fill: {
    required: ['lastVolume', 'lastPrice', 'cumulativeVolume', 'leavesVolume'],
    meaning: 'The last part, or the whole, was executed: `lastVolume` at `lastPrice`. `leavesVolume` is zero.',
  },
  rejected: {
    required: ['reason'],
    meaning: 'The request is refused and nothing of it will be executed. `reason` says why.',
  },
  cancelled: {
    required: ['cumulativeVolume', 'leavesVolume'],
    meaning:
      'Nothing more will be executed: the rest of an `ioc` order that could not be had, or the answer to a cancel request. `leavesVolume` is what was given up, `cumulativeVolume` what had been executed before.',
  },
  replaced: {
    required: ['originalRequestId'],
    meaning:
      'The resting order, or the protective levels, are now as the request asked. Of an order `cumulativeVolume` is what was executed before, `leavesVolume` what is left of the new volume.',
  },
  expired: {
    required: ['cumulativeVolume', 'leavesVolume'],
    meaning: 'The time in force ran out. `leavesVolume` and `cumulativeVolume` as in `cancelled`.',
  },
  status: {
    required: ['originalRequestId', 'orderStatus', 'cumulativeVolume', 'leavesVolume'],
    meaning:
      'The answer to a status request: `originalRequestId` stands as `orderStatus` says. With `never_seen` both volumes are `"0"`.',
  },
  trade_cancel: {
    required: ['originalExecutionId', 'reason'],
    meaning: 'The execution `originalExecutionId` is taken back. Set aside for a person, who settles it.',
  },
  trade_correct: {
    required: ['originalExecutionId', 'lastVolume', 'lastPrice', 'cumulativeVolume', 'leavesVolume', 'reason'],
    meaning:
      'The execution `originalExecutionId` was in truth `lastVolume` at `lastPrice`. Set aside for a person, who settles it.',
  },
};

/** Fields in which zero would mean that nothing happened. */
const POSITIVE: readonly ExecutionField[] = ['lastVolume', 'lastPrice'];

/**
 * Why a report that fits the schema still says nothing we could apply: a field its type needs is missing, or its volumes
 * contradict one another. `undefined` if there is no fault. Whether it fits the order is for the domain to say.
 */
export function executionFault(execution: ProviderExecutionV1): string | undefined {
  const { executionType } = execution;
  const { required } = EXECUTION_RULES[executionType];
  for (const field of required) {
    const value = execution[field];
    if (value === undefined || value === null || value === '') return `${executionType} needs ${field}`;
    if (POSITIVE.includes(field) && amountE8(value) === 0n) return `${executionType} needs ${field} above zero`;
  }
  return volumeFault(execution);
}

function volumeFault({ executionType, lastVolume, cumulativeVolume, leavesVolume }: ProviderExecutionV1): string | undefined {
  const leavesE8 = amountE8(leavesVolume);
  switch (executionType) {
    case 'partial_fill':
    case 'fill':
      if (amountE8(lastVolume) > amountE8(cumulativeVolume)) return `${executionType}: lastVolume exceeds cumulativeVolume`;
      if (executionType === 'fill') return leavesE8 === 0n ? undefined : 'fill: leavesVolume is not zero';
      return leavesE8 === 0n ? 'partial_fill: leavesVolume is zero' : undefined;
    case 'new':
    case 'rejected':
    case 'cancelled':
    case 'replaced':
    case 'expired':
    case 'status':
    case 'trade_cancel':
    case 'trade_correct':
      return undefined;
    default:
      return executionType satisfies never;
  }
}

/** Zero for what is absent: callers have made sure of the fields their type needs. */
const amountE8 = (value: unknown): bigint => (typeof value === 'string' ? (parseE8(value) ?? 0n) : 0n);
