import { DENIAL_CODES, SETTLEMENT_CODES } from '@margrave/vocabulary';
import { PROBLEM_CODES, PROTOCOL_CODES } from './problem-terms.ts';
import { placeholdersOf, problemCodeOfSlug, problemDetail, PROBLEMS, problemType } from './problems.ts';

/** WIRE.md, restated. */
const STATUS_OF_PROTOCOL = {
  MALFORMED: 400,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  REQUEST_TIMEOUT: 408,
  IDEMPOTENCY_KEY_REUSED: 409,
  PAYLOAD_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  RATE_LIMITED: 429,
  OUTCOME_UNKNOWN: 202,
  INTERNAL: 500,
  ACCOUNT_BUSY: 503,
  DEPENDENCY_UNAVAILABLE: 503,
};

describe('problem codes', () => {
  it('are the denial codes, those of settlements and the protocol’s, each once', () => {
    expect(Object.keys(PROBLEMS).toSorted()).toEqual([...DENIAL_CODES, ...SETTLEMENT_CODES, ...PROTOCOL_CODES].toSorted());
    expect(new Set(PROBLEM_CODES).size).toBe(PROBLEM_CODES.length);
  });

  it.each(DENIAL_CODES)('%s is a refusal by a rule: 422, nothing placed, never with the same key', (code) => {
    expect(PROBLEMS[code]).toMatchObject({ status: 422, outcome: 'not-placed' });
    expect(PROBLEMS[code].retryable).not.toBe('same-key');
  });

  it.each(SETTLEMENT_CODES)('%s is a refusal that changed nothing', (code) =>
    expect(PROBLEMS[code]).toMatchObject({ status: code === 'RATE_NOT_KNOWN' ? 503 : 422, outcome: 'not-placed' }),
  );

  it.each(PROTOCOL_CODES)('%s has the status of WIRE.md', (code) => expect(PROBLEMS[code].status).toBe(STATUS_OF_PROTOCOL[code]));

  it.each(PROBLEM_CODES)('%s speaks only of numbers that it declares, and explains itself in a paragraph', (code) => {
    const { detail, explanation, numbers, title } = PROBLEMS[code];
    expect(placeholdersOf(detail).filter((name) => !Object.hasOwn(numbers, name))).toEqual([]);
    expect(explanation.length).toBeGreaterThan(40);
    expect(explanation).not.toContain('\n');
    expect(title.endsWith('.')).toBe(false);
  });

  it.each(PROBLEM_CODES)('%s is found again by the path that its problems name', (code) => {
    expect(problemType(code)).toMatch(/^\/problems\/[a-z-]+$/);
    expect(problemCodeOfSlug(problemType(code).replace('/problems/', ''))).toBe(code);
  });

  it.each(['', 'MARGIN_EXCEEDS_FREE', 'margin_exceeds_free', 'constructor', '__proto__'])('do not include the path %j', (slug) =>
    expect(problemCodeOfSlug(slug)).toBeUndefined(),
  );
});

describe('the sentence of a problem', () => {
  it('is the one of WIRE.md', () =>
    expect(
      problemDetail('MARGIN_EXCEEDS_FREE', { required: '2169.14', free: '1890.04', currency: 'USD', largestVolume: '1.74' }),
    ).toBe('The order needs 2169.14 USD of margin; 1890.04 USD is free. The largest volume that would pass is 1.74 lots.'));
  it('is the title where a number is missing', () =>
    expect(problemDetail('MARGIN_EXCEEDS_FREE', { required: '2169.14' })).toBe('Not enough free margin.'));
  it('takes what a number holds as text, whatever it holds', () =>
    expect(problemDetail('SYMBOL_UNKNOWN', { symbol: "$&{symbol}$'" })).toBe("There is no symbol $&{symbol}$'."));
});
