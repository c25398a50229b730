import { timeText } from '@margrave/account-engine';
import type { AccountId } from '@margrave/vocabulary';
import type { RecordedEvent, Records } from '../../app/records.ts';
import type { Handler } from '../call.ts';
import { problemReply } from '../problem.ts';
import { JSON_TYPE } from '../reply.ts';
import { storedSequence } from '../stored-sequence.ts';

/** `GET /v1/accounts/{accountId}/events` */
export const listEvents =
  (records: Pick<Records, 'eventsAfter'>): Handler =>
  async ({ parameters, query }) => {
    const { accountId } = parameters as { readonly accountId: AccountId };
    const { after, limit } = query as { readonly after?: string; readonly limit: number };
    const found = await records.eventsAfter(accountId, after === undefined ? 0n : storedSequence(after), limit);
    if (found === undefined) return problemReply('NOT_FOUND', false);
    const body = `{"items":${eventList(accountId, found.events)},"lastEventSequence":"${found.lastSequence}"}`;
    return { status: 200, contentType: JSON_TYPE, body };
  };

/** Events as JSON text. What they say is JSON already: it is written into the answer as it stands in the books. */
export const eventList = (accountId: AccountId, events: readonly RecordedEvent[]): string =>
  `[${events.map((event) => eventText(accountId, event)).join(',')}]`;

function eventText(accountId: AccountId, { sequence, version, type, atMs, by, dataJson }: RecordedEvent): string {
  const envelope = JSON.stringify({
    accountId,
    sequence: `${sequence}`,
    version: `${version}`,
    type,
    at: timeText(atMs),
    by,
  });
  return `${envelope.slice(0, -1)},"data":${dataJson}}`;
}
