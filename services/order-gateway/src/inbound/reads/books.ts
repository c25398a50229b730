import { dealView, ledgerEntryView } from '@margrave/account-engine';
import type { DealPageV1, LedgerPageV1 } from '@margrave/contracts';
import type { AccountId } from '@margrave/vocabulary';
import type { Records } from '../../app/records.ts';
import type { Handler } from '../call.ts';
import { givenCursor, listMark, pageWanted, type PageQuery } from '../cursor.ts';
import { malformed } from '../malformed.ts';
import { jsonReply } from '../reply.ts';

/** `GET /v1/accounts/{accountId}/deals` */
export const listDeals =
  (records: Pick<Records, 'deals'>): Handler =>
  async ({ parameters, query }) => {
    const { accountId } = parameters as { readonly accountId: AccountId };
    const mark = listMark('listDeals', accountId, query as PageQuery);
    const wanted = pageWanted(mark, query as PageQuery);
    if (!wanted.ok) return malformed(wanted.refusal, false);
    const { items, next } = await records.deals(accountId, wanted.value);
    return jsonReply(200, {
      items: items.map((deal) => dealView(accountId, deal)),
      nextCursor: givenCursor(mark, next),
    } satisfies DealPageV1);
  };

/** `GET /v1/accounts/{accountId}/ledger` */
export const listLedger =
  (records: Pick<Records, 'ledger'>): Handler =>
  async ({ parameters, query }) => {
    const { accountId } = parameters as { readonly accountId: AccountId };
    const mark = listMark('listLedger', accountId, query as PageQuery);
    const wanted = pageWanted(mark, query as PageQuery);
    if (!wanted.ok) return malformed(wanted.refusal, false);
    const { items, next } = await records.ledger(accountId, wanted.value);
    return jsonReply(200, {
      items: items.map((entry) => ledgerEntryView(accountId, entry)),
      nextCursor: givenCursor(mark, next),
    } satisfies LedgerPageV1);
  };
