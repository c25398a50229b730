import { asError } from './bug.ts';
import { withDeadline } from './deadline.ts';
import type { Redact } from './redaction.ts';

/** What one check found: well, or not and why. The reason is read by a person and by no program. */
export type CheckOutcome = { readonly ok: true } | { readonly ok: false; readonly reason: string };

export interface HealthCheck {
  readonly name: string;
  readonly check: () => CheckOutcome | Promise<CheckOutcome>;
  readonly deadlineMs: number;
}

export interface CheckReport {
  readonly name: string;
  readonly ok: boolean;
  readonly reason?: string;
  readonly elapsedMs: number;
}

export interface HealthReport {
  readonly ok: boolean;
  readonly checks: readonly CheckReport[];
}

/** A service takes work only while it is `serving`; before and after it says that it is not ready. */
export type ServicePhase = 'starting' | 'serving' | 'stopping';

export interface Health {
  readonly setPhase: (phase: ServicePhase) => void;
  /** Adds a check that readiness depends on. */
  readonly addReadiness: (check: HealthCheck) => void;
  /** Adds a check of what the service can do without for a while: it is measured like the others, and decides nothing. */
  readonly addWatched: (check: HealthCheck) => void;
  /** Adds a check that says whether a restart would help: a loop that ended, never a dependency that is away. */
  readonly addLiveness: (check: HealthCheck) => void;
  readonly readiness: () => Promise<HealthReport>;
  readonly liveness: () => Promise<HealthReport>;
  /** What readiness depends on, and what is only watched, for metrics. */
  readonly everyCheck: () => Promise<readonly CheckReport[]>;
}

export interface HealthOptions {
  readonly redact: Redact;
  /** Monotonic milliseconds. */
  readonly now?: () => number;
}

/** Health made of named checks. Those who ask at the same time share one run of the checks. */
export function createHealth({ redact, now = () => performance.now() }: HealthOptions): Health {
  let phase: ServicePhase = 'starting';
  const readinessChecks: HealthCheck[] = [
    {
      name: 'phase',
      deadlineMs: 1_000,
      check: () => (phase === 'serving' ? { ok: true } : { ok: false, reason: `the service is ${phase}` }),
    },
  ];
  const watchedChecks: HealthCheck[] = [];
  const livenessChecks: HealthCheck[] = [];

  const run = async (checks: readonly HealthCheck[]): Promise<HealthReport> => {
    const reports = await Promise.all(checks.map((check) => runCheck(check, redact, now)));
    return { ok: reports.every((report) => report.ok), checks: reports };
  };

  return {
    setPhase: (next) => {
      phase = next;
    },
    addReadiness: (check) => {
      readinessChecks.push(check);
    },
    addWatched: (check) => {
      watchedChecks.push(check);
    },
    addLiveness: (check) => {
      livenessChecks.push(check);
    },
    readiness: shared(() => run(readinessChecks)),
    liveness: shared(() => run(livenessChecks)),
    everyCheck: shared(async () => (await run([...readinessChecks, ...watchedChecks])).checks),
  };
}

/** A check that throws, or is late, is a check that fails: the answer is given in any case. */
async function runCheck(check: HealthCheck, redact: Redact, now: () => number): Promise<CheckReport> {
  const { name, deadlineMs } = check;
  const startedAt = now();
  const outcome = await withDeadline(
    Promise.resolve().then(() => check.check()),
    deadlineMs,
    name,
  ).catch((error: unknown): CheckOutcome => ({ ok: false, reason: asError(error).message }));
  const elapsedMs = Math.round(now() - startedAt);
  return outcome.ok ? { name, ok: true, elapsedMs } : { name, ok: false, reason: redact(outcome.reason), elapsedMs };
}

/** Callers who come while a run is under way get its outcome. */
function shared<Value>(run: () => Promise<Value>): () => Promise<Value> {
  let current: Promise<Value> | undefined;
  return () => {
    current ??= run().finally(() => {
      current = undefined;
    });
    return current;
  };
}
