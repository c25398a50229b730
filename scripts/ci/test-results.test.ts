import { summarise, type JestResults } from './test-results.ts';

const results = (statuses: Record<string, string>, suitesBroken = 0): JestResults => {
  const assertionResults = Object.entries(statuses).map(([fullName, status]) => ({ fullName, status }));
  const count = (wanted: string) => assertionResults.filter(({ status }) => status === wanted).length;
  return {
    numPassedTests: count('passed'),
    numFailedTests: count('failed'),
    numRuntimeErrorTestSuites: suitesBroken,
    testResults: [{ assertionResults }],
  };
};

describe('the count of a test run', () => {
  it('has no fault when everything ran', () => {
    expect(summarise([results({ a: 'passed', b: 'passed' })], [])).toEqual({ passedCount: 2, failedCount: 0, faults: [] });
  });

  it('takes a file that could not run for a failure', () => {
    expect(summarise([results({ a: 'passed', b: 'failed' }, 1)], []).failedCount).toBe(2);
  });

  it.each(['pending', 'todo', 'skipped', 'disabled'])('names a %s test that has no listed reason', (status) => {
    const { faults } = summarise([results({ a: 'passed', b: status })], []);
    expect(faults).toEqual(['a test was skipped without a listed reason: b']);
  });

  it('accepts a skipped test with a listed reason, and no listing that outlived its test', () => {
    const skips = [{ name: 'b', reason: 'needs a month' }];
    expect(summarise([results({ a: 'passed', b: 'pending' })], skips).faults).toEqual([]);
    expect(summarise([results({ a: 'passed', b: 'passed' })], skips).faults).toEqual([
      'a test is listed as skipped and was not: b',
    ]);
  });

  it('accepts a test that is skipped on some machines and run on this one, or in no run of it', () => {
    const skips = [{ name: 'b', reason: 'fills a disk', where: 'without root' }];
    expect(summarise([results({ a: 'passed', b: 'passed' })], skips).faults).toEqual([]);
    expect(summarise([results({ a: 'passed', b: 'pending' })], skips).faults).toEqual([]);
    expect(summarise([results({ a: 'passed' })], skips).faults).toEqual([]);
  });

  it('counts several runs together', () => {
    const runs = [results({ a: 'passed', b: 'failed' }), results({ c: 'passed' })];
    expect(summarise(runs, [])).toMatchObject({ passedCount: 2, failedCount: 1 });
  });

  it('does not take an empty run for a good one', () => {
    expect(summarise([results({})], []).faults).toEqual(['no test passed']);
  });
});
