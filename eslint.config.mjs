import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';
import { fence, FENCED, FENCED_SYNCHRONOUS, rulesEverywhere, synchronousFence } from './scripts/eslint/fences.ts';
import { margrave } from './scripts/eslint/rules.ts';

const TESTS = ['**/*.test.ts', '**/testing/**/*.ts'];

export default defineConfig(
  globalIgnores(['**/node_modules/', '.margrave/', '.turbo/', '**/dist/', '**/generated/']),
  { linterOptions: { reportUnusedDisableDirectives: 'error', reportUnusedInlineConfigs: 'error' } },
  {
    files: ['**/*.{ts,mjs}'],
    plugins: { margrave },
    rules: {
      ...rulesEverywhere,
      eqeqeq: 'error',
      'no-empty': 'error',
      'no-self-compare': 'error',
      'no-template-curly-in-string': 'error',
      'no-unreachable-loop': 'error',
      'no-useless-assignment': 'error',
      'no-var': 'error',
      'object-shorthand': 'error',
      'prefer-const': 'error',
      'preserve-caught-error': 'error',
      'margrave/disable-needs-reason': 'error',
    },
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { project: ['./tsconfig.json'], tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      // Takes a branded bigint for something else.
      '@typescript-eslint/no-unsafe-unary-minus': 'off',
      // `'known' | string` says which strings to expect.
      '@typescript-eslint/no-redundant-type-constituents': 'off',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { ignoreRestSiblings: true, argsIgnorePattern: '^_', varsIgnorePattern: '^_' },
      ],
      '@typescript-eslint/prefer-readonly': 'error',
      '@typescript-eslint/require-array-sort-compare': 'error',
      // An async function that fails rejects, whatever it does; one without `async` might throw.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/return-await': ['error', 'error-handling-correctness-only'],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    },
  },
  {
    files: ['**/*.ts'],
    ignores: TESTS,
    // STYLE.md, habit 12: up to about 300 lines and about 60.
    rules: { 'max-lines': ['error', { max: 330 }], 'margrave/function-length': ['error', { linesMax: 65 }] },
  },
  {
    files: TESTS,
    rules: {
      'max-lines': ['error', { max: 430 }],
      // Tests read answers whose shape is what they check.
      '@typescript-eslint/no-base-to-string': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-enum-comparison': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/require-array-sort-compare': 'off',
    },
  },
  { files: FENCED, ignores: TESTS, rules: fence },
  { files: FENCED_SYNCHRONOUS, ignores: TESTS, rules: synchronousFence },
);
