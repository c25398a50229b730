import { OPERATOR } from './logins.ts';
import { exchange } from './probes.ts';

/** A section ends with a line break, and so does the answer. */
const WHOLE = /^\+OK\r\n\$\d+\r\n[^]*\r\n\r\n$/;

/** What a Redis server says of itself in a section of `INFO`, field by field. */
export async function redisInfo(url: string, section: 'commandstats' | 'stats'): Promise<ReadonlyMap<string, string>> {
  const { port, password } = new URL(url);
  const answer = await exchange(Number(port), `AUTH ${OPERATOR} ${password}\r\nINFO ${section}\r\n`, WHOLE);
  return new Map([...answer.matchAll(/^(\w[^:\r]*):([^\r]*)\r$/gm)].map(([, name = '', value = '']) => [name, value]));
}
