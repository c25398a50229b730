import type { ProviderName } from '@margrave/vocabulary';
import { earlierOutcomes } from './earlier-outcomes.ts';
import { buy, LP_A } from './testing/builders.ts';
import { MemoryStore } from './testing/memory-store.ts';

const LP_B = 'lp-b' as ProviderName;

it('what one provider’s execution came to says nothing of another provider’s under the same id', async () => {
  const store = new MemoryStore();
  store.executions.set(`${LP_A} e-1`, 'said');
  const reported = (provider: ProviderName) => ({
    ...buy('unused'),
    client: null,
    executions: [{ provider, executionId: 'e-1', contentHash: 'said' }],
  });
  expect(await earlierOutcomes([reported(LP_B), reported(LP_A)], store)).toEqual([
    undefined,
    { kind: 'already_applied', executionId: 'e-1', contentHash: 'said' },
  ]);
});
