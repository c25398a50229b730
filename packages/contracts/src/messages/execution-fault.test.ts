import { EXECUTION_TYPES, type ExecutionType } from '@margrave/vocabulary';
import { EXECUTION_RULES, executionFault } from './execution-fault.ts';
import { ProviderExecutionV1 } from './provider-execution.v1.ts';

/** A report that carries everything, so that each test takes away or changes one thing. */
const report = (executionType: ExecutionType, changes: Partial<Record<keyof ProviderExecutionV1, unknown>> = {}) =>
  ({
    ...ProviderExecutionV1.example,
    originalRequestId: '1000000469',
    originalExecutionId: 'lp-a-20260105-990',
    orderStatus: 'partially_filled',
    reason: 'no_liquidity',
    executionType,
    ...(executionType === 'fill' ? { leavesVolume: '0.00' } : {}),
    ...changes,
  }) as ProviderExecutionV1;

describe('what a report must carry', () => {
  it.each(EXECUTION_TYPES)('%s is without fault when it carries everything', (type) => {
    const complete = report(type);
    expect(ProviderExecutionV1.decode(new TextEncoder().encode(JSON.stringify(complete))).ok).toBe(true);
    expect(executionFault(complete)).toBeUndefined();
  });

  it.each(EXECUTION_TYPES.flatMap((type) => EXECUTION_RULES[type].required.map((field) => [type, field] as const)))(
    '%s without %s is at fault, whether the field is absent, null or empty',
    (type, field) => {
      const absent = Object.fromEntries(Object.entries(report(type)).filter(([key]) => key !== field)) as ProviderExecutionV1;
      expect(executionFault(absent)).toBe(`${type} needs ${field}`);
      expect(executionFault(report(type, { [field]: null }))).toBe(`${type} needs ${field}`);
      expect(executionFault(report(type, { [field]: '' }))).toBe(`${type} needs ${field}`);
    },
  );

  it.each(['partial_fill', 'fill', 'trade_correct'] as const)('%s of nothing, or for nothing, is at fault', (type) => {
    expect(executionFault(report(type, { lastVolume: '0.00' }))).toBe(`${type} needs lastVolume above zero`);
    expect(executionFault(report(type, { lastPrice: '0' }))).toBe(`${type} needs lastPrice above zero`);
  });

  it('a partial fill leaves something, a fill nothing', () => {
    expect(executionFault(report('partial_fill', { leavesVolume: '0' }))).toBe('partial_fill: leavesVolume is zero');
    expect(executionFault(report('fill', { leavesVolume: '0.01' }))).toBe('fill: leavesVolume is not zero');
  });

  it.each(['partial_fill', 'fill'] as const)('%s cannot execute more than has been executed in all', (type) => {
    expect(executionFault(report(type, { lastVolume: '0.05', cumulativeVolume: '0.04' }))).toBe(
      `${type}: lastVolume exceeds cumulativeVolume`,
    );
    expect(executionFault(report(type, { lastVolume: '0.040', cumulativeVolume: '0.04' }))).toBeUndefined();
  });

  it('an acknowledgement needs nothing more than its ids', () => {
    const bare = report('new', { lastVolume: null, lastPrice: null, cumulativeVolume: null, leavesVolume: null, reason: null });
    expect(executionFault(bare)).toBeUndefined();
  });
});

describe('an untrusted report', () => {
  const decode = (changes: object) =>
    ProviderExecutionV1.decode(new TextEncoder().encode(JSON.stringify({ ...ProviderExecutionV1.example, ...changes })));

  it.each([
    ['a number for a volume', { lastVolume: 0.04 }],
    ['a negative volume', { lastVolume: '-0.04' }],
    ['an exponent', { lastPrice: '1e3' }],
    ['an unknown type', { executionType: 'filled' }],
    ['a wildcard in an id', { executionId: 'lp-a.*.>x y' }],
    ['an id too long', { executionId: 'x'.repeat(65) }],
    ['a request id that is not one of ours', { requestId: '0000000001' }],
    ['a time that does not exist', { transactTime: '2026-02-30T00:00:00Z' }],
    ['a line break in a reason', { reason: 'a\nb' }],
    ['a side of its own', { side: 'BUY' }],
  ])('with %s is refused', (_, changes) => expect(decode(changes).ok).toBe(false));

  it('may say more than we know', () => expect(decode({ venue: { name: 'x', depth: [1, 2] } }).ok).toBe(true));
});
