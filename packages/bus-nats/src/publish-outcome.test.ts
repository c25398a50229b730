import { headers } from '@nats-io/transport-node';
import { readAnswer } from './publish-outcome.ts';

const saying = (text: string) => ({ data: new TextEncoder().encode(text), string: () => text });
const refusing = (code: number, description: string, errorCode = 10_077) =>
  saying(JSON.stringify({ error: { code, err_code: errorCode, description }, stream: 'EVENTS', seq: 0 }));

it('reads where the stream has the message, and whether it had it before', () => {
  expect(readAnswer(saying('{"stream":"EVENTS","seq":7}'))).toEqual({
    ok: true,
    value: { stream: 'EVENTS', sequence: 7, duplicate: false },
  });
  expect(readAnswer(saying('{"stream":"EVENTS","seq":7,"duplicate":true}'))).toMatchObject({
    ok: true,
    value: { sequence: 7, duplicate: true },
  });
});

it('knows that nobody listens from the status of an answer without a body', () => {
  const answer = { data: new Uint8Array(), headers: headers(503, 'No Responders'), string: () => '' };
  expect(readAnswer(answer)).toMatchObject({ ok: false, refusal: { outcome: 'not_stored', reason: 'no_stream' } });
});

it('takes headers that nobody can read for no answer, and goes on', () => {
  const answer = {
    data: new Uint8Array(),
    string: () => '',
    get headers(): never {
      throw new Error('bad headers');
    },
  };
  expect(readAnswer(answer)).toMatchObject({ ok: false, refusal: { outcome: 'unknown' } });
});

it.each<[string, ReturnType<typeof saying>, string]>([
  ['the server fails in the middle of a write', refusing(503, 'write /data/1.blk: input/output error'), 'unknown server_trouble'],
  ['the stream is full', refusing(503, 'maximum bytes exceeded'), 'not_stored stream_full'],
  ['one subject of the stream is full', refusing(503, 'maximum messages per subject exceeded'), 'not_stored stream_full'],
  ['the whole store is full', refusing(503, 'resource limits exceeded for account'), 'not_stored stream_full'],
  ['the stream takes no message so large', refusing(400, 'message size exceeds maximum allowed'), 'not_stored payload_too_large'],
  ['the stream expected something else', refusing(400, 'wrong last sequence: 5'), 'not_stored refused'],
  [
    'the same message is on its way through the cluster',
    refusing(409, 'duplicate message id is in process', 10_158),
    'unknown server_trouble',
  ],
  ['what came back is no answer', saying('{"stream":""}'), 'unknown server_trouble'],
  ['it is said to be stored nowhere', saying('{"stream":"EVENTS","seq":0}'), 'unknown server_trouble'],
  ['the refusal says nothing', saying('{"error":null}'), 'unknown server_trouble'],
  ['what came back is no JSON', saying('+OK'), 'unknown server_trouble'],
  ['nothing came back, and no status', saying(''), 'unknown server_trouble'],
])('when %s', (_case, answer, expected) => {
  const outcome = readAnswer(answer);
  expect(outcome.ok ? 'stored' : `${outcome.refusal.outcome} ${outcome.refusal.reason}`).toBe(expected);
});
