import { createCrashPoints } from './crash-point.ts';

const killsAt = (crashAt: 'gateway.after-commit' | undefined, testBuild: '0' | '1'): string[] => {
  const kills: string[] = [];
  const at = createCrashPoints({ crashAt, testBuild }, () => kills.push('killed'));
  at('gateway.before-commit');
  expect(kills).toEqual([]);
  at('gateway.after-commit');
  return kills;
};

it('kills the process at the point that was asked for, and at no other', () => {
  expect(killsAt('gateway.after-commit', '1')).toEqual(['killed']);
  expect(killsAt(undefined, '1')).toEqual([]);
});

it('does nothing outside a test build', () => expect(killsAt('gateway.after-commit', '0')).toEqual([]));
