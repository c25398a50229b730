/** What scripts tell a person goes to standard error: standard output belongs to results. */
export const say = (sentence: string): boolean => process.stderr.write(`margrave: ${sentence}\n`);
