import { plantTree, type PlantedTree } from './testing/planted-tree.ts';

/** What may not stand in pure code, by the rule that reports it. Each is a line of its own. */
const FORBIDDEN: readonly (readonly [line: string, rule: string])[] = [
  ['export const now = () => Date.now();', 'no-restricted-globals'],
  ['export const date = () => new Date(0);', 'no-restricted-globals'],
  ['export const age = () => performance.now();', 'no-restricted-globals'],
  ['export const later = (then: () => void) => setTimeout(then, 1);', 'no-restricted-globals'],
  ['export const often = (then: () => void) => setInterval(then, 1);', 'no-restricted-globals'],
  ["export const home = () => process.env['HOME'];", 'no-restricted-globals'],
  ['export const around = () => globalThis;', 'no-restricted-globals'],
  ['export const id = () => crypto.randomUUID();', 'no-restricted-globals'],
  ["export const print = () => console.log('x');", 'no-restricted-globals'],
  ["export const parsed = parseFloat('1.5');", 'no-restricted-globals'],
  ["export const whole = parseInt('1', 10);", 'no-restricted-globals'],
  ['export const chance = () => Math.random();', 'no-restricted-properties'],
  ['export const rounded = (x: number) => Math.round(x);', 'no-restricted-properties'],
  ["export const member = Number.parseFloat('1.5');", 'no-restricted-properties'],
  ["export const float = Number('1.5');", 'no-restricted-syntax'],
  ['export const coerced = (text: string) => +text;', 'no-restricted-syntax'],
  ['export const fixed = (x: number) => x.toFixed(2);', 'no-restricted-syntax'],
  ['export const half = 0.5;', 'no-restricted-syntax'],
  ['export const point = .5;', 'no-restricted-syntax'],
  ['export const small = 1e-8;', 'no-restricted-syntax'],
  ['export const here = () => import.meta.url;', 'no-restricted-syntax'],
  ["export const loaded = () => import('node:fs');", 'no-restricted-syntax'],
  ["export const refused = () => { throw new Error('no'); };", 'no-restricted-syntax'],
  ['export const swallowed = (p: Promise<void>) => p.catch(() => {});', 'no-restricted-syntax'],
  ['export const unsaid = (p: Promise<void>) => p.catch(() => undefined);', 'no-restricted-syntax'],
  ['export const ratio = (a: number, b: number) => a / b;', 'margrave/no-number-division'],
  ['export const power = (a: number) => a ** 2;', 'margrave/no-number-division'],
  ['export const halved = (a: number) => { a /= 2; return a; };', 'margrave/no-number-division'],
];

const WAITING = ['export const waits = async () => 1;', 'export async function waiting() { return await Promise.resolve(1); }'];

/** What looks alike and is allowed. */
const ALLOWED = [
  "import assert from 'node:assert/strict';",
  "assert(1 < 2, 'a bug is an assertion');",
  'export const divided = (a: bigint, b: bigint) => a / b;',
  'export const scale = 10n ** 8n;',
  'export const e8 = 1e8;',
  'export const text = "0.5 1e-8 Date.now()";',
  'export const most = (a: number, b: number) => Math.max(a, b);',
  'export const isWhole = (a: number) => Number.isInteger(a);',
  'export const minutes = (ms: number) => Math.floor(ms / 60_000);',
];

const EVERYWHERE: readonly (readonly [line: string, rule: string])[] = [
  ['export const floats = () => { Promise.resolve(); };', '@typescript-eslint/no-floating-promises'],
  [
    'export const misused = (list: number[]) => list.forEach(async () => { await Promise.resolve(); });',
    '@typescript-eslint/no-misused-promises',
  ],
  [
    "export const some = (x: 'a' | 'b') => { switch (x) { case 'a': return 1; } return 2; };",
    '@typescript-eslint/switch-exhaustiveness-check',
  ],
  ['export const anything = (x: any): number => 1;', '@typescript-eslint/no-explicit-any'],
  ['export const unreasoned = 1; // eslint-disable-line no-var', 'margrave/disable-needs-reason'],
  ["export const empty = () => { try { JSON.parse(''); } catch {} };", 'no-empty'],
  [`export const long = () => {${'\n  void 0;'.repeat(70)}\n};`, 'margrave/function-length'],
];

interface LintedFile {
  readonly filePath: string;
  readonly messages: readonly {
    readonly ruleId: string | null;
    readonly line: number;
    readonly endLine?: number;
    readonly message: string;
  }[];
}

/** What the tool may take on a machine with other work to do. */
const TOOL_TIME_MS_MAX = 180_000;

const PLACES = ['packages/vocabulary/src/', 'packages/domain/src/deep/er/', 'services/order-gateway/src/app/'] as const;
const OUTSIDE = 'services/order-gateway/src/outbound/';

describe('the lint fences', () => {
  let tree: PlantedTree;
  const found = new Map<string, LintedFile['messages']>();
  const linesOf = (list: readonly (readonly [text: string, rule: string])[]) => list.map(([text]) => text).join('\n');

  beforeAll(async () => {
    tree = plantTree(['package.json', 'tsconfig*.json', 'eslint.config.mjs', 'scripts/eslint/*.ts']);
    for (const place of [...PLACES, OUTSIDE]) {
      tree.write(`${place}forbidden.ts`, linesOf(FORBIDDEN));
      tree.write(`${place}waiting.ts`, WAITING.join('\n'));
      tree.write(`${place}allowed.ts`, ALLOWED.join('\n'));
      tree.write(`${place}forbidden.test.ts`, linesOf(FORBIDDEN));
    }
    tree.write(`${OUTSIDE}everywhere.ts`, linesOf(EVERYWHERE));
    tree.write(`${OUTSIDE}long.ts`, '// a line\n'.repeat(331));
    const files = JSON.parse(await tree.run('eslint', ['packages', 'services', '--format', 'json'])) as LintedFile[];
    for (const { filePath, messages } of files) found.set(filePath.slice(tree.path.length + 1), messages);
  }, TOOL_TIME_MS_MAX);
  afterAll(() => tree.remove());

  const rulesOn = (file: string, line: number) =>
    (found.get(file) ?? []).filter((message) => message.line === line).map(({ ruleId }) => ruleId);

  describe.each(PLACES)('around %s', (place) => {
    it.each(FORBIDDEN.map(([line, rule], index) => [line, rule, index] as const))('report %s', (_line, rule, index) => {
      expect(rulesOn(`${place}forbidden.ts`, index + 1)).toContain(rule);
    });

    it('let pass what only looks like it', () => {
      expect(found.get(`${place}allowed.ts`)).toEqual([]);
    });

    it('let tests do what code may not', () => {
      const rules = new Set((found.get(`${place}forbidden.test.ts`) ?? []).map(({ message }) => message));
      expect([...rules].filter((message) => !/swallows/.test(message))).toEqual([]);
    });
  });

  it.each([
    ['packages/vocabulary/src/', true],
    ['packages/domain/src/deep/er/', true],
    ['services/order-gateway/src/app/', false],
  ])('know whether %s may wait', (place, isReported) => {
    expect(WAITING.map((_, index) => rulesOn(`${place}waiting.ts`, index + 1).includes('no-restricted-syntax'))).toEqual(
      WAITING.map(() => isReported),
    );
  });

  it('leave other code alone', () => {
    const messages = (found.get(`${OUTSIDE}forbidden.ts`) ?? []).map(({ message }) => message);
    expect(messages.filter((message) => !/swallows/.test(message))).toEqual([]);
  });

  it.each(EVERYWHERE.map(([, rule], index) => [rule, index] as const))('report %s everywhere', (rule, index) => {
    expect(rulesOn(`${OUTSIDE}everywhere.ts`, index + 1)).toContain(rule);
  });

  it('report a file that is too long', () => {
    expect((found.get(`${OUTSIDE}long.ts`) ?? []).map(({ ruleId }) => ruleId)).toEqual(['max-lines']);
  });
});
