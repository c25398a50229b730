import { checkAccountId, checkProviderName, type ProviderName } from '@margrave/vocabulary';
import { subjectTemplate } from './subject.ts';

const template = subjectTemplate('provider.{provider}.executions.v1', { provider: checkProviderName });
const provider = 'lp-a' as ProviderName;

describe('a subject template', () => {
  it('builds the subject of its parameters', () => expect(template.build({ provider })).toBe('provider.lp-a.executions.v1'));
  it('puts a wildcard for what is not given', () => {
    expect(template.filter()).toBe('provider.*.executions.v1');
    expect(template.filter({ provider })).toBe('provider.lp-a.executions.v1');
  });
  it('reads back what it built', () => expect(template.read('provider.lp-a.executions.v1')).toEqual({ provider }));

  it.each([
    'provider.lp-a.executions.v2',
    'provider.lp-a.executions',
    'provider.lp-a.executions.v1.more',
    'provider.*.executions.v1',
    'provider.LP-A.executions.v1',
    'provider..executions.v1',
    'xprovider.lp-a.executions.v1',
  ])('does not take %s for its own', (subject) => expect(template.read(subject)).toBeUndefined());

  it('wants one check for each parameter of the address', () =>
    expect(() => subjectTemplate('a.{b}', { c: checkAccountId })).toThrow('each parameter needs one check'));
});
