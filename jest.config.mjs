import { availableParallelism } from 'node:os';

/** What both kinds of tests share. Jest does not look into .margrave, where runs come and go. */
const shared = {
  roots: ['packages', 'services', 'scripts'].map((folder) => `<rootDir>/${folder}`),
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': ['@swc/jest', { jsc: { parser: { syntax: 'typescript' }, target: 'es2024' }, module: { type: 'es6' } }],
  },
};

export default {
  maxWorkers: Math.min(4, availableParallelism()),
  // Jest knows this only for all projects together. Starting a process on a loaded machine takes its time.
  testTimeout: 60_000,
  testSequencer: '<rootDir>/scripts/jest/longest-first.mjs',
  projects: [
    {
      ...shared,
      displayName: 'unit',
      testMatch: ['**/*.test.ts'],
      testPathIgnorePatterns: ['/node_modules/', '\\.it\\.test\\.ts$'],
    },
    {
      ...shared,
      displayName: 'integration',
      testMatch: ['**/*.it.test.ts'],
      // CI runs the slow ones by themselves, after all that must fit into its time.
      testPathIgnorePatterns: [
        '/node_modules/',
        ...(process.env.MARGRAVE_SLOW_TESTS === 'apart' ? ['\\.slow\\.it\\.test\\.ts$'] : []),
      ],
      // Jest runs these two only when a test of this kind is about to run.
      globalSetup: '<rootDir>/scripts/jest/start-servers.ts',
      globalTeardown: '<rootDir>/scripts/jest/stop-servers.ts',
    },
  ],
};
