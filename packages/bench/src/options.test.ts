import { readBenchOptions } from './options.ts';

it('measures everything and writes nothing unless told', () => {
  expect(readBenchOptions([])).toEqual({ json: false, write: false, only: undefined });
  expect(readBenchOptions(['--json', '--only', 'reads'])).toEqual({ json: true, write: false, only: 'reads' });
});

it('refuses what it does not know', () => expect(() => readBenchOptions(['--fast'])).toThrow('--fast'));

it('refuses a page of some rows only, which would be taken for all of them', () =>
  expect(() => readBenchOptions(['--write', '--only', 'reads'])).toThrow('--write'));
