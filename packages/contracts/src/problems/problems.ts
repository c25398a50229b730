import { DENIAL_PROBLEMS } from './denial-problems.ts';
import { PROBLEM_CODES, type ProblemCode, type ProblemEntry } from './problem-terms.ts';
import { PROTOCOL_PROBLEMS } from './protocol-problems.ts';
import { SETTLEMENT_PROBLEMS } from './settlement-problems.ts';

/** Every code, with its status, its text and its numbers. Exhaustive: a new code does not compile until it stands here. */
export const PROBLEMS: { readonly [Code in ProblemCode]: ProblemEntry } = {
  ...DENIAL_PROBLEMS,
  ...SETTLEMENT_PROBLEMS,
  ...PROTOCOL_PROBLEMS,
};

const slugOf = (code: ProblemCode): string => code.toLowerCase().replaceAll('_', '-');

const CODE_BY_SLUG: ReadonlyMap<string, ProblemCode> = new Map(PROBLEM_CODES.map((code) => [slugOf(code), code]));

/** The `type` of a problem and the path of the page that explains it, e.g. `/problems/margin-exceeds-free`. */
export const problemType = (code: ProblemCode): string => `/problems/${slugOf(code)}`;

/** The code of a page's path, or `undefined`. */
export const problemCodeOfSlug = (unchecked: string): ProblemCode | undefined => CODE_BY_SLUG.get(unchecked);

/** The sentence of one problem. Where a number it speaks of is not given, the title has to do. */
export function problemDetail(code: ProblemCode, numbers: Readonly<Record<string, string>> = {}): string {
  const { detail, title } = PROBLEMS[code];
  const missing = placeholdersOf(detail).some((name) => !Object.hasOwn(numbers, name));
  return missing ? `${title}.` : detail.replaceAll(PLACEHOLDER, (_, name: string) => numbers[name] ?? '');
}

const PLACEHOLDER = /\{(\w+)\}/g;

/** The numbers that a sentence speaks of. */
export const placeholdersOf = (detail: string): readonly string[] =>
  [...detail.matchAll(PLACEHOLDER)].map(([, name = '']) => name);
