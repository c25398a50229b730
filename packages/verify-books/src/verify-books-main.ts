import { runVerifyBooks } from './index.ts';

process.exitCode = await runVerifyBooks(process.argv.slice(2), process.env);
