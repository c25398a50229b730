import postgres, { type Sql } from 'postgres';
import { readHeads, writeHeads } from './chain/heads.ts';
import { isBroken } from './finding.ts';
import type { CacheCheck } from './invariants/cache.ts';
import type { KeptHeads } from './invariants/chains.ts';
import { describeFindings, verifyBooks } from './verify-books.ts';

const USAGE = `DATABASE_URL=postgres://… [REDIS_URL=redis://…] [HEADS_FILE=path] npm run verify:books [-- --at-rest] [--halt] [--json]
  REDIS_URL   also checks every account that this Redis holds; one that holds none is a failure
  HEADS_FILE  where the last run wrote down the head of each account's chain: a chain that does not lead through its head is broken.
              Replaced by the heads found, if no account is broken; kept where no administrator of the database can write
  --at-rest   nothing is moving any more: an account in Redis that is older than PostgreSQL is a failure too
  --halt      an account whose balance or chain is broken is set from active to close_only: its positions can be closed, and none be
              opened, from the next commit on; DATABASE_URL is the administrator's then
  --json      prints the findings as JSON`;

const OPTIONS: ReadonlySet<string> = new Set(['--json', '--at-rest', '--halt']);

/** Where the books are. */
export interface BooksEnvironment {
  readonly DATABASE_URL?: string | undefined;
  readonly REDIS_URL?: string | undefined;
  readonly HEADS_FILE?: string | undefined;
}

/**
 * The command: verifies the books of the database that `DATABASE_URL` names, and the accounts in the Redis of `REDIS_URL` if it is
 * given, prints what it found on standard output and returns the exit code: 0 when nothing is broken, 1 when something is, 2 when
 * the books could not be read. With `--halt` it stops the opening of positions on the accounts that are broken.
 */
export async function runVerifyBooks(args: readonly string[], environment: BooksEnvironment): Promise<0 | 1 | 2> {
  const { DATABASE_URL: databaseUrl = '', REDIS_URL: redisUrl = '', HEADS_FILE: headsFile = '' } = environment;
  const atRest = args.includes('--at-rest');
  const fault =
    databaseUrl === ''
      ? 'DATABASE_URL must name the database whose books are verified'
      : args.some((arg) => !OPTIONS.has(arg))
        ? `there is no option ${args.filter((arg) => !OPTIONS.has(arg)).join(' ')}`
        : atRest && redisUrl === ''
          ? '--at-rest says something of Redis, and REDIS_URL names none'
          : undefined;
  if (fault !== undefined) {
    process.stderr.write(`margrave: ${fault}\nusage: ${USAGE}\n`);
    return 2;
  }
  const cache: CacheCheck | undefined = redisUrl === '' ? undefined : { redisUrl, atRest };
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => undefined, connect_timeout: 10 });
  try {
    const heads = headsFile === '' ? undefined : ({ known: await readHeads(headsFile), found: new Map() } satisfies KeptHeads);
    const findings = await verifyBooks(sql, cache, heads);
    process.stdout.write(`${args.includes('--json') ? JSON.stringify(findings) : describeFindings(findings)}\n`);
    const accounts = [...new Set(findings.flatMap((finding) => finding.accounts ?? []))];
    if (heads !== undefined && accounts.length === 0) await writeHeads(headsFile, heads.found);
    if (args.includes('--halt')) process.stderr.write(describeHalt(await haltAccounts(sql, accounts)));
    return findings.some(isBroken) ? 1 : 0;
  } catch (error) {
    process.stderr.write(
      `margrave: the books could not be read, or what was found not be kept: ${error instanceof Error ? error.message : String(error)}\n`,
    );
    return 2;
  } finally {
    await sql.end();
  }
}

/** Halts those that are active, and returns them. */
async function haltAccounts(sql: Sql, accounts: readonly string[]): Promise<readonly string[]> {
  const halted = await sql<{ id: string }[]>`
    select change_account_status(${`{${accounts.join(',')}}`}::bigint[], 'active', 'close_only')::text id`;
  return halted.map(({ id }) => id);
}

const describeHalt = (halted: readonly string[]): string =>
  halted.length === 0
    ? 'margrave: no account had to be halted\n'
    : halted.map((id) => `margrave: account ${id} is halted: its positions can be closed, and none be opened\n`).join('');
