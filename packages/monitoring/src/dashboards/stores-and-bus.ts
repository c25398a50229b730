import { panel, query, type Dashboard } from '../dashboard.ts';
import { all, highest, lowest, perSecond, quantile } from '../promql.ts';

export const STORES_AND_BUS: Dashboard = {
  uid: 'margrave-stores-and-bus',
  title: 'Stores and bus',
  rows: [
    {
      title: 'What is there',
      panels: [
        panel(
          'Services',
          'none',
          '1 while Prometheus can read a service.',
          query(lowest(all('up'), ['job', 'instance']), '{{job}} {{instance}}'),
        ),
        panel(
          'Checks',
          'none',
          'By service and check, 1 while it passes. Which of `postgres`, `redis`, `nats` and `feed` is away, and who notices.',
          query(lowest(all('margrave_check_ok'), ['job', 'check']), '{{job}} {{check}}'),
        ),
      ],
    },
    {
      title: 'PostgreSQL and Redis',
      panels: [
        panel(
          'Statements (p99)',
          's',
          'With the wait for a session. `commit_batch` slow alone is the disk; all slow is the server, or too few sessions.',
          query(quantile(0.99, all('margrave_query_seconds_bucket'), ['job', 'statement']), '{{job}} {{statement}}'),
        ),
        panel(
          'Statements',
          'ops',
          'Calls of the database a second.',
          query(perSecond(all('margrave_query_seconds_count'), ['job', 'statement']), '{{job}} {{statement}}'),
        ),
        panel(
          'Accounts to be written to Redis',
          'short',
          'Written behind their commits. It rises while Redis is away and falls when it is back.',
          query(highest(all('margrave_cache_behind_accounts'), ['job']), '{{job}}'),
        ),
      ],
    },
    {
      title: 'NATS',
      panels: [
        panel(
          'Outbox',
          'short',
          'Rows that wait to be published. It rises while NATS is away, or a stream is full.',
          query(highest(all('margrave_outbox_depth')), 'waiting'),
        ),
        panel(
          'Age of the oldest row in the outbox',
          's',
          'OutboxStuck rings above 30 s.',
          query(highest(all('margrave_outbox_age_seconds')), 'oldest'),
        ),
        panel(
          'How full the streams are',
          'percentunit',
          'A full stream refuses the publisher. StreamFilling rings above 70 %.',
          query(highest(all('margrave_stream_fill_ratio'), ['stream']), '{{stream}}'),
        ),
      ],
    },
    {
      title: 'Processes',
      panels: [
        panel(
          'Event loop late by',
          's',
          'At worst since the last scrape. Every request of the service waits that long.',
          query(highest(all('margrave_event_loop_lag_seconds'), ['job', 'instance']), '{{job}} {{instance}}'),
        ),
        panel(
          'Memory',
          'bytes',
          'Resident, by process.',
          query(highest(all('process_resident_memory_bytes'), ['job', 'instance']), '{{job}} {{instance}}'),
        ),
        panel(
          'Processor',
          'percentunit',
          'Of one core, by process.',
          query(perSecond(all('process_cpu_seconds_total'), ['job', 'instance']), '{{job}} {{instance}}'),
        ),
      ],
    },
  ],
};
