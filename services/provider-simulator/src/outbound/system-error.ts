/** Whether a call to the system failed in this way: `ENOENT`, `EEXIST` and the like. */
export const hasCode = (error: unknown, code: string): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === code;
