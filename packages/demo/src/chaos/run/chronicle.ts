import { quantile } from '../../summary.ts';
import { FAULT_WORDS, type Fault, type FaultKind } from './fault.ts';

/** A fault that is over. */
export interface Outcome {
  readonly fault: Fault;
  readonly beganMs: number;
  /** How long after it was undone everybody concerned was ready again. */
  readonly recoveryMs: number;
  /** What else was going on while it was. */
  readonly beside: readonly Fault[];
}

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;

export const describeFault = ({ kind, target, forMs, amount, lost }: Fault): string => {
  const measure: Partial<Record<FaultKind, string>> = {
    delay: ` of ${amount} ms`,
    one_way: ` (${lost} are lost)`,
    cut_replies: ` after ${amount} bytes`,
  };
  return `${FAULT_WORDS[kind]}${measure[kind] ?? ''} · ${target}${forMs === 0 ? '' : ` for ${seconds(forMs)}`}`;
};

export function describeOutcome({ fault, beganMs, recoveryMs, beside }: Outcome): string {
  const others = beside.length === 0 ? '' : ` · beside ${beside.map(describeFault).join(' and ')}`;
  return `${seconds(beganMs).padStart(8)}  ${describeFault(fault)}; ready again after ${seconds(recoveryMs)}${others}`;
}

/** What was done and how long it took to get over it. */
export function describeFaults(outcomes: readonly Outcome[]): string {
  const kinds = new Map<string, number>();
  for (const { fault } of outcomes) kinds.set(FAULT_WORDS[fault.kind], (kinds.get(FAULT_WORDS[fault.kind]) ?? 0) + 1);
  const times = outcomes.map(({ recoveryMs }) => recoveryMs);
  const overlapping = outcomes.filter(({ beside }) => beside.length > 0).length;
  const counted = [...kinds].map(([kind, count]) => `${kind} ${count}`).join(' · ');
  const [p50 = 0, max = 0] = [quantile(times, 0.5), quantile(times, 1)];
  return [
    `${outcomes.length} faults, ${overlapping} of them while another was going on: ${counted}`,
    `ready again: p50 ${seconds(p50)}, max ${seconds(max)}`,
  ].join('\n');
}
