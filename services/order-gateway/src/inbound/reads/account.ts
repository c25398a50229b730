import type { AccountId } from '@margrave/vocabulary';
import { accountFigures, unpricedSymbols } from '../../app/account-figures.ts';
import type { ViewAccount } from '../../app/records.ts';
import { accountView } from '../account-view.ts';
import type { Handler } from '../call.ts';
import { malformed } from '../malformed.ts';
import { problemReply } from '../problem.ts';
import { jsonReply } from '../reply.ts';
import { storedSequence } from '../stored-sequence.ts';

/** `GET /v1/accounts/{accountId}` */
export const getAccount =
  (view: ViewAccount): Handler =>
  async ({ parameters, query }) => {
    const { accountId } = parameters as { readonly accountId: AccountId };
    const { minSequence } = query as { readonly minSequence?: string };
    const sequenceMin = minSequence === undefined ? 0n : storedSequence(minSequence);
    const seen = await view(accountId, sequenceMin);
    if (seen === undefined) return problemReply('NOT_FOUND', false);
    const { account } = seen;
    if (account.lastSequence < sequenceMin) return notYet(account.lastSequence);
    const figures = accountFigures(account, seen);
    // Only a missing price or rate makes the equity unknown; to find which ones takes a look at each symbol.
    const unpriced = figures.floatingProfitE8 === null ? unpricedSymbols(account, seen) : [];
    return jsonReply(200, accountView(account, figures, [...unpriced]));
  };

/** The books were just read: a larger sequence was never given out. */
const notYet = (lastSequence: bigint) =>
  malformed(
    [
      {
        place: 'minSequence',
        rule: `must be at most ${lastSequence}`,
        sentence: `minSequence is larger than the sequence of the account's newest event, ${lastSequence}.`,
      },
    ],
    false,
  );
