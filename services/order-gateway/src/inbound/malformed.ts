import { problemReply } from './problem.ts';
import type { Reply } from './reply.ts';
import { faultsDetail, type Faults } from './requests/faults.ts';

/** The answer to a request of the wrong form, naming each place. */
export const malformed = (faults: Faults, ofCommand: boolean): Reply =>
  problemReply('MALFORMED', ofCommand, {
    detail: `${faultsDetail(faults)} ${ofCommand ? WHAT_TO_DO_WITH_COMMAND : WHAT_TO_DO}`.slice(0, 1_000),
    faults: faults.map(({ place, rule }) => ({ place, rule })),
  });

const WHAT_TO_DO = 'Correct the request.';
const WHAT_TO_DO_WITH_COMMAND = 'Correct it and send it again; the key is not used up.';
