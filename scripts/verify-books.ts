import { runVerifyBooks } from '../packages/verify-books/src/index.ts';

process.exitCode = await runVerifyBooks(process.argv.slice(2), process.env);
