import { moneyText, positionView } from '@margrave/account-engine';
import type { PositionPageV1, PositionV1 } from '@margrave/contracts';
import type { Account } from '@margrave/domain';
import { formatE8, type AccountId, type PositionId } from '@margrave/vocabulary';
import type { ViewAccount } from '../../app/records.ts';
import { valuedPositions, type ValuedPosition } from '../../app/valued-positions.ts';
import type { Handler } from '../call.ts';
import { givenCursor, keysText, listMark, readCursor, type PageQuery } from '../cursor.ts';
import { malformed } from '../malformed.ts';
import { problemReply } from '../problem.ts';
import { jsonReply } from '../reply.ts';

/** `GET /v1/accounts/{accountId}/positions` */
export const listPositions =
  (view: ViewAccount): Handler =>
  async ({ parameters, query }) => {
    const { accountId } = parameters as { readonly accountId: AccountId };
    const { cursor, limit } = query as PageQuery;
    const mark = listMark('listPositions', accountId, query as PageQuery);
    const keys = cursor === undefined ? undefined : readCursor(mark, cursor);
    if (keys?.ok === false) return malformed(keys.refusal, false);
    const seen = await view(accountId);
    if (seen === undefined) return problemReply('NOT_FOUND', false);
    const after = keys && { openedAtMs: Number(keys.value.rank), positionId: keys.value.id as PositionId };
    const { positions, next } = valuedPositions(seen.account, seen, after ?? null, limit);
    return jsonReply(200, {
      items: positions.map((valued) => valuedView(seen.account, valued)),
      nextCursor: givenCursor(mark, next && keysText({ rank: BigInt(next.openedAtMs), id: next.positionId })),
    } satisfies PositionPageV1);
  };

const valuedView = (account: Account, { position, currentPriceE8, floatingProfitE8 }: ValuedPosition): PositionV1 => ({
  ...positionView(account.accountId, position),
  currentPrice: currentPriceE8 === null ? null : formatE8(currentPriceE8),
  floatingProfit: floatingProfitE8 === null ? null : moneyText(floatingProfitE8, account.currency),
});
