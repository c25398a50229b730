import type { Linter } from 'eslint';

/** Where nothing may depend on a clock, chance, the environment or floating point, and refusals are values. */
export const FENCED = ['packages/vocabulary/src/**/*.ts', 'packages/domain/src/**/*.ts', 'services/*/src/app/**/*.ts'];
/** Of these the first two must also be free of waiting. */
export const FENCED_SYNCHRONOUS = ['packages/vocabulary/src/**/*.ts', 'packages/domain/src/**/*.ts'];

interface Forbidden {
  readonly selector: string;
  readonly message: string;
}

const CLOCK = 'The time is an argument: a decision must come out the same when it is made again.';
const CHANCE = 'Nothing here is random: a decision must come out the same when it is made again.';
const OUTSIDE = 'Nothing here reads its surroundings: what is needed is an argument.';
const FLOAT = 'Amounts are bigint: no floating point here (vocabulary has divide, parseE8 and formatE8).';

const globals: readonly (readonly [message: string, names: readonly string[]])[] = [
  [CLOCK, ['Date', 'performance', 'setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask']],
  [CHANCE, ['crypto']],
  [OUTSIDE, ['process', 'globalThis', 'global', 'console', 'fetch', 'require', 'Buffer']],
  [FLOAT, ['parseFloat', 'parseInt', 'Float32Array', 'Float64Array', 'NaN']],
];

const members: readonly (readonly [message: string, object: string, names: readonly string[]])[] = [
  [CHANCE, 'Math', ['random']],
  [FLOAT, 'Math', ['round', 'ceil', 'fround', 'pow', 'sqrt', 'cbrt', 'exp', 'log', 'log2', 'log10', 'hypot']],
  [FLOAT, 'Number', ['parseFloat', 'parseInt', 'EPSILON', 'NaN', 'MIN_VALUE', 'MAX_VALUE']],
];

const syntax: readonly Forbidden[] = [
  { selector: "CallExpression[callee.name='Number'], NewExpression[callee.name='Number']", message: FLOAT },
  { selector: 'MemberExpression[property.name=/^(toFixed|toPrecision|toExponential|toLocaleString)$/]', message: FLOAT },
  { selector: String.raw`Literal[raw=/^(\d[\d_]*)?\.\d|^\d[\d_.]*e-/i]`, message: FLOAT },
  { selector: "UnaryExpression[operator='+']", message: FLOAT },
  { selector: 'MetaProperty[meta.name=import], ImportExpression', message: OUTSIDE },
  { selector: 'ThrowStatement', message: 'A refusal is a value (Result); a bug is an assertion (node:assert).' },
];

const waiting: readonly Forbidden[] = [
  { selector: ':function[async=true], AwaitExpression, ForOfStatement[await=true]', message: 'Nothing here waits for anything.' },
];

/** Forbidden everywhere. A file is under one `no-restricted-syntax`, so the fences below repeat these. */
const everywhere: readonly Forbidden[] = [
  {
    selector:
      "CallExpression[callee.property.name='catch'] > ArrowFunctionExpression.arguments:matches([body.body.length=0], " +
      "[body.type='Identifier'][body.name='undefined'], [body.type='Literal'][body.raw='null'])",
    message: 'This swallows every error: handle the ones that are expected, by name.',
  },
  {
    selector: "CallExpression > MemberExpression.callee[object.name=/^(it|test|describe)$/][property.name='only']",
    message: 'The other tests would not run.',
  },
];

const restrict = (list: readonly Forbidden[]): Linter.RuleEntry => ['error', ...list];

export const rulesEverywhere: Linter.RulesRecord = { 'no-restricted-syntax': restrict(everywhere) };

export const fence: Linter.RulesRecord = {
  'no-restricted-globals': ['error', ...globals.flatMap(([message, names]) => names.map((name) => ({ name, message })))],
  'no-restricted-properties': [
    'error',
    ...members.flatMap(([message, object, names]) => names.map((property) => ({ object, property, message }))),
  ],
  'no-restricted-syntax': restrict([...everywhere, ...syntax]),
  'margrave/no-number-division': 'error',
};

export const synchronousFence: Linter.RulesRecord = { 'no-restricted-syntax': restrict([...everywhere, ...syntax, ...waiting]) };
