/** The windows between two effects in which a process can die, by the names of WIRE.md. */
export const CRASH_POINTS = [
  'gateway.before-commit',
  'gateway.after-commit',
  'gateway.after-publish',
  'worker.before-commit',
  'worker.after-commit',
  'worker.before-ack',
  'relay.after-publish',
  'triggers.after-commit',
] as const;
export type CrashPoint = (typeof CRASH_POINTS)[number];

/** Called where the process could die: returns, unless this is the point that was asked for, in a test build. */
export type CrashAt = (point: CrashPoint) => void;

/** What settings say of crashes: the values of `sharedSettings.crashAt` and `sharedSettings.testBuild`. */
export interface CrashSettings {
  readonly crashAt: CrashPoint | undefined;
  readonly testBuild: '0' | '1';
}

const killThisProcess = (): void => {
  process.kill(process.pid, 'SIGKILL');
};

/** The crash points of this process. Outside a test build none of them does anything, whatever CRASH_AT says. */
export function createCrashPoints(settings: CrashSettings, kill: () => void = killThisProcess): CrashAt {
  const { crashAt, testBuild } = settings;
  if (testBuild !== '1' || crashAt === undefined) return () => undefined;
  return (point) => {
    if (point === crashAt) kill();
  };
}
