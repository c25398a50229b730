import { parseArgs } from 'node:util';
import { oneOf, wholeNumber } from '../../options.ts';
import { FAULT_KINDS, type FaultKind } from './fault.ts';

export interface ChaosOptions {
  /** Decides which fault comes when, and what the clients do. */
  readonly seed: number;
  /** How long faults come. */
  readonly seconds: number;
  /** The only kind of fault, where there is to be one. */
  readonly fault: FaultKind | undefined;
}

const SECONDS = 60;

export const CHAOS_USAGE = `npm run chaos -- [--seed N] [--seconds N] [--fault ${FAULT_KINDS.join('|')}]`;

/** @throws an error that says what is wrong and what is allowed. */
export function readChaosOptions(args: readonly string[], freshSeed: () => number): ChaosOptions {
  const { values } = parseArgs({
    args: [...args],
    options: { seed: { type: 'string' }, seconds: { type: 'string', default: `${SECONDS}` }, fault: { type: 'string' } },
  });
  return {
    seed: values.seed === undefined ? freshSeed() : wholeNumber('--seed', values.seed, 0, 4_294_967_295),
    seconds: wholeNumber('--seconds', values.seconds, 1, 86_400),
    fault: values.fault === undefined ? undefined : oneOf('--fault', values.fault, FAULT_KINDS),
  };
}
