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

/** Of several runs together. A test that is skipped somewhere may be in a run that did not take place. */
export function summarise(runs: readonly JestResults[], skips: Skips['tests']): TestSummary {
  const tests = runs.flatMap(({ testResults }) => testResults).flatMap(({ assertionResults }) => assertionResults);
  const sum = (count: (run: JestResults) => number): number => runs.reduce((total, run) => total + count(run), 0);
  const passedCount = sum(({ numPassedTests }) => numPassedTests);
  const skipped = new Set(
    tests.filter(({ status }) => status !== 'passed' && status !== 'failed').map(({ fullName }) => fullName),
  );
  const listed = new Set(skips.map(({ name }) => name));
  const always = skips.filter(({ where }) => where === undefined).map(({ name }) => name);
  const faults = [
    ...[...skipped].filter((name) => !listed.has(name)).map((name) => `a test was skipped without a listed reason: ${name}`),
    ...always.filter((name) => !skipped.has(name)).map((name) => `a test is listed as skipped and was not: ${name}`),
    ...(passedCount === 0 ? ['no test passed'] : []),
  ];
  const failedCount = sum(({ numFailedTests, numRuntimeErrorTestSuites }) => numFailedTests + numRuntimeErrorTestSuites);
  return { passedCount, failedCount, faults };
}
