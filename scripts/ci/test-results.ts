import type { Skips } from './skips.ts';

/** The parts of Jest's JSON that are read here. */
export interface JestResults {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  /** Files that failed before any of their tests ran. */
  readonly numRuntimeErrorTestSuites: number;
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}

export interface TestSummary {
  readonly passedCount: number;
  readonly failedCount: number;
  /** Sentences about what is wrong beside failed tests. */
  readonly faults: readonly string[];
}

export function summarise(results: JestResults, skips: Skips['tests']): TestSummary {
  const tests = results.testResults.flatMap(({ assertionResults }) => assertionResults);
  const skipped = new Set(
    tests.filter(({ status }) => status !== 'passed' && status !== 'failed').map(({ fullName }) => fullName),
  );
  const listed = new Set(skips.map(({ name }) => name));
  const always = skips.filter(({ where }) => where === undefined).map(({ name }) => name);
  const faults = [
    ...[...skipped].filter((name) => !listed.has(name)).map((name) => `a test was skipped without a listed reason: ${name}`),
    ...always.filter((name) => !skipped.has(name)).map((name) => `a test is listed as skipped and was not: ${name}`),
    ...skips
      .filter(({ name, where }) => where !== undefined && !tests.some(({ fullName }) => fullName === name))
      .map(({ name }) => `a test is listed as skipped and is not there: ${name}`),
    ...(results.numPassedTests === 0 ? ['no test passed'] : []),
  ];
  return {
    passedCount: results.numPassedTests,
    failedCount: results.numFailedTests + results.numRuntimeErrorTestSuites,
    faults,
  };
}
