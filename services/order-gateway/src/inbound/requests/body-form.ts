import type { IncomingHttpHeaders } from 'node:http';
import { malformed } from '../malformed.ts';
import { problemReply } from '../problem.ts';
import type { Reply } from '../reply.ts';
import type { Fault } from './faults.ts';
import { shownText } from './shown-text.ts';

/** How the body of a request is announced. */
type BodyHeaders = Pick<IncomingHttpHeaders, 'content-type' | 'content-encoding' | 'content-length' | 'transfer-encoding'>;

/** Most who send a body to an address that takes none ask for something there, and would not notice that nobody reads it. */
const NO_BODY: Fault = {
  place: '',
  rule: 'must not be there: this address takes no body',
  sentence: 'This address takes no body; what it asks for stands in the address, as parameters.',
};

/** The refusal of a body that an address takes none of. */
export const refusalOfAnyBody = (headers: BodyHeaders): Reply | undefined =>
  announcesBody(headers) ? malformed([NO_BODY], false) : undefined;

const announcesBody = ({ 'content-length': length, 'transfer-encoding': transfer }: BodyHeaders): boolean =>
  transfer !== undefined || (length !== undefined && Number.parseInt(length, 10) > 0);

/** The refusal of a command's body that is not sent as JSON in UTF-8; `undefined` when it is, or when there is none. */
export function refusalOfForm(headers: BodyHeaders): Reply | undefined {
  const { 'content-type': type, 'content-encoding': encoding } = headers;
  // What is packed may be a thousand times larger unpacked; no request of ours needs it.
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    const refusal = notJson(`The body came with Content-Encoding: ${shownText(encoding)}; send it as it is, without one.`);
    return { ...refusal, headers: { 'accept-encoding': 'identity' } };
  }
  if (type === undefined) {
    return announcesBody(headers) ? notJson(`The body came without a Content-Type; ${SEND_JSON}`) : undefined;
  }
  const [essence = ''] = type.split(';', 1);
  if (essence.trim().toLowerCase() !== 'application/json') return notJson(`The body came as ${shownText(type)}; ${SEND_JSON}`);
  const charset = CHARSET.exec(type)?.[1];
  if (charset === undefined || UTF8.test(charset)) return undefined;
  return notJson(
    `The body came with charset=${shownText(charset)}; JSON is UTF-8: send it so, with charset=utf-8 or without one.`,
  );
}

const SEND_JSON = 'send it with Content-Type: application/json.';
const CHARSET = /;\s*charset\s*=\s*"?([^";\s]*)/i;
const UTF8 = /^utf-?8$/i;

const notJson = (detail: string): Reply => problemReply('UNSUPPORTED_MEDIA_TYPE', true, { detail });
