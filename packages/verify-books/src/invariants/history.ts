import type { Sql } from 'postgres';
import type { Finding } from '../finding.ts';
import { readEvents } from '../history/events.ts';
import { replayHistory } from '../history/replay.ts';
import { storedRows } from '../history/stored-rows.ts';

/** One pass over the event log answers what its order, its paths and its sums are. */
export const historyReplays = (sql: Sql): Promise<readonly Finding[]> => replayHistory(readEvents(sql), storedRows(sql));
