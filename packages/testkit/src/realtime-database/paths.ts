import type { Path } from './data-tree.ts';

/** Characters that the real database refuses in a key. */
const FORBIDDEN_IN_KEY = /[.#$[\]/\u0000-\u001f\u007f]/;

/** The keys of a path written with slashes. Undefined when one of them cannot be a key. */
export function parsePath(text: string): Path | undefined {
  const keys = text.split('/').filter((key) => key !== '');
  return keys.some((key) => FORBIDDEN_IN_KEY.test(key)) ? undefined : keys;
}

/** The path of a REST request, whose keys are percent-encoded. */
export function parseUrlPath(text: string): Path | undefined {
  try {
    return parsePath(text.split('/').map(decodeURIComponent).join('/'));
  } catch {
    return undefined; // not a percent-encoding
  }
}

export const formatPath = (path: Path): string => path.join('/');

/** Whether `path` is `ancestor` or lies below it. */
export const isAtOrBelow = (path: Path, ancestor: Path): boolean =>
  ancestor.length <= path.length && ancestor.every((key, index) => key === path[index]);
