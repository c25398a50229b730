import postgres from 'postgres';
import { isBroken } from './finding.ts';
import { describeFindings, verifyBooks } from './verify-books.ts';

const USAGE = 'DATABASE_URL=postgres://… npm run verify:books [-- --json]';

/**
 * The command: verifies the books of the database that `DATABASE_URL` names, prints what it found on standard output and
 * returns the exit code: 0 when nothing is broken, 1 when something is, 2 when the books could not be read.
 */
export async function runVerifyBooks(args: readonly string[], databaseUrl: string | undefined): Promise<0 | 1 | 2> {
  if (databaseUrl === undefined || databaseUrl === '') {
    process.stderr.write(`margrave: DATABASE_URL must name the database whose books are verified\nusage: ${USAGE}\n`);
    return 2;
  }
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => undefined, connect_timeout: 10 });
  try {
    const findings = await verifyBooks(sql);
    process.stdout.write(`${args.includes('--json') ? JSON.stringify(findings) : describeFindings(findings)}\n`);
    return findings.some(isBroken) ? 1 : 0;
  } catch (error) {
    process.stderr.write(`margrave: the books could not be read: ${error instanceof Error ? error.message : String(error)}\n`);
    return 2;
  } finally {
    await sql.end();
  }
}
