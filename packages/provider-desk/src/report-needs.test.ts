import type { OpenEngine } from '@margrave/account-engine';
import type { ApplyReport } from '@margrave/domain';
import type { AccountId, ProviderName } from '@margrave/vocabulary';
import assert from 'node:assert/strict';
import { reportNeeds } from './report-needs.ts';

const ACCOUNT = '1000000002' as AccountId;
const command = { kind: 'report', provider: 'lp-a' as ProviderName, executionId: 'lp-a-1' } as ApplyReport;

/** Applies a report through an engine that fails like this. */
const applied = (error: Error) =>
  reportNeeds(
    { submit: () => Promise.reject(error), configuration: () => assert.fail() } satisfies Pick<
      OpenEngine,
      'submit' | 'configuration'
    >,
    {
      findRequests: () => Promise.resolve([]),
    },
  ).apply(ACCOUNT, command, 'hash');

it('a report whose rows the store refuses comes again by itself, and takes none of its batch along', async () =>
  expect(await applied(new Error('commit_batch: value for domain price_e8'))).toEqual({
    kind: 'not_now',
    why: 'commit_batch: value for domain price_e8',
  }));

it('a bug of ours is not taken for the world', async () =>
  expect(applied(new assert.AssertionError({ message: 'broken' }))).rejects.toThrow('broken'));
