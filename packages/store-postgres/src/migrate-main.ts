import { migrate } from './migrate.ts';

const url = process.env['DATABASE_ADMIN_URL'];
if (url === undefined || url === '') {
  process.stderr.write('DATABASE_ADMIN_URL is missing: the PostgreSQL database, with a user who may create tables and roles.\n');
  process.exit(2);
}
const log = (sentence: string): void => void process.stderr.write(`${sentence}\n`);
const count = await migrate(url, { log });
if (count === 0) log('the schema is up to date');
