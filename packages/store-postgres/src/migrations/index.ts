import { typesAndRoles } from './0001-types-and-roles.ts';
import { configuration } from './0002-configuration.ts';
import { accounts } from './0003-accounts.ts';
import { books } from './0004-books.ts';
import { outboxAndSequences } from './0005-outbox-and-sequences.ts';
import { packedRows } from './0006-packed-rows.ts';
import { commitBatch } from './0007-commit-batch.ts';
import { marketRole } from './0008-market-role.ts';
import type { Migration } from './migration.ts';

export type { Migration } from './migration.ts';

export const migrations: readonly Migration[] = [
  typesAndRoles,
  configuration,
  accounts,
  books,
  outboxAndSequences,
  packedRows,
  commitBatch,
  marketRole,
];
