import type { ProviderExecutionV1, ProviderOrderStatus } from '@margrave/contracts';
import { ProviderExecutionV1 as EXECUTION } from '@margrave/contracts';
import { formatE8, parseE8, type ProviderName, type RequestId } from '@margrave/vocabulary';
import { createDraws } from '../world/draws.ts';
import type { BusMessage, SimStream } from '../world/bus.ts';
import type { Faults } from '../world/faults.ts';
import { Process } from '../world/process.ts';
import type { Scheduler } from '../world/scheduler.ts';
import { START_MS } from '../world/setting.ts';

/** What a provider is asked, as far as it matters to it. */
interface Request {
  readonly requestId: RequestId;
  readonly originalRequestId?: RequestId;
  readonly symbol: string;
  readonly side: 'buy' | 'sell';
  readonly volume: string;
  readonly referencePrice: string;
  readonly sendBefore: string;
}

/** What it did about a request, and said or will say of it. */
export interface Handled {
  readonly request: Request;
  readonly reports: ProviderExecutionV1[];
  executedE8: bigint;
  status: ProviderOrderStatus;
  /** Says nothing until it is asked. */
  isSilent: boolean;
  /** Executes more than was ordered. */
  overfills: boolean;
  /** It still has something to do. */
  pending: number;
}

const LATE_MS = 20_000;
const PUBLISH_AGAIN_MS = 1_000;

/** An outside system: it never dies, remembers every request, and does with it what the seed says. */
export class SimProvider {
  readonly name: ProviderName;
  /** By the request that carries the order. What stands here is the truth about what was executed. */
  readonly handled = new Map<string, Handled>();
  /** Requests that it said it never saw, or that were taken back before they came. */
  readonly refused = new Set<string>();
  /** Reports that the stream has not said it has. */
  unsaid = 0;
  /** Requests of an order that came a second time under another message: none should. */
  seenAgain = 0;
  readonly #process: Process;
  readonly #seed: number;
  readonly #faults: Faults;
  readonly #executions: () => SimStream;
  #reports = 0;

  constructor(
    name: ProviderName,
    world: {
      readonly seed: number;
      readonly scheduler: Scheduler;
      readonly faults: Faults;
      readonly executions: () => SimStream;
    },
  ) {
    this.name = name;
    this.#seed = world.seed;
    this.#faults = world.faults;
    this.#executions = world.executions;
    this.#process = new Process(name, world.scheduler, createDraws(world.seed, `provider ${name}`));
  }

  hear({ subject, body }: BusMessage): void {
    const request = JSON.parse(body) as Request;
    const kind = subject.slice(subject.lastIndexOf('.') + 1);
    if (kind === 'status') this.#answerStatus(request);
    else if (kind === 'cancel') this.#answerCancel(request);
    else this.#take(request);
  }

  #take(request: Request): void {
    const { requestId } = request;
    if (this.handled.has(requestId)) return;
    if (this.refused.has(requestId)) {
      this.seenAgain += 1;
      return;
    }
    if (this.#faults.strikes('provider: it never saw the request', nameOf(request))) return;
    const handled: Handled = {
      request,
      reports: [],
      executedE8: 0n,
      status: 'working',
      isSilent: false,
      overfills: false,
      pending: 0,
    };
    this.handled.set(requestId, handled);
    handled.isSilent = this.#faults.strikes('provider: it is silent until it is asked', nameOf(request));
    if (Date.parse(request.sendBefore) < START_MS + this.#process.scheduler.nowMs) return this.#reject(handled, 'too_late');
    this.#plan(handled);
  }

  #plan(handled: Handled): void {
    const draws = createDraws(this.#seed, `request ${nameOf(handled.request)}`);
    const lateMs = this.#faults.strikes('provider: it executes late', nameOf(handled.request))
      ? draws.between(6_000, LATE_MS)
      : 0;
    const rejectsFirst = this.#faults.strikes('provider: it rejects and executes', nameOf(handled.request));
    const cancelsFirst = !rejectsFirst && this.#faults.strikes('provider: it cancels and executes', nameOf(handled.request));
    handled.overfills = this.#faults.strikes('provider: it executes more than was ordered', nameOf(handled.request));
    const [acknowledges, rejects, isShort] = [draws.onceIn(2), draws.onceIn(12), draws.onceIn(8)];
    const parts = draws.onceIn(3) ? draws.between(2, 3) : 1;
    let atMs = draws.between(2, 60) + lateMs;
    const then = (what: string, run: () => void): void => {
      handled.pending += 1;
      this.#process.after(atMs, `${what} ${handled.request.requestId}`, () => {
        handled.pending -= 1;
        run();
      });
      atMs += draws.between(0, 30);
    };
    if (acknowledges) this.#report(handled, { executionType: 'new' });
    if (rejects) return then('rejects', () => this.#reject(handled, 'no_liquidity'));
    if (rejectsFirst) then('rejects', () => this.#reject(handled, 'no_liquidity'));
    if (cancelsFirst) then('cancels', () => this.#cancel(handled));
    if (rejectsFirst || cancelsFirst) atMs += draws.between(0, 3_000);
    const step = 1_000_000n;
    const volumeE8 = e8(handled.request.volume);
    const share = (volumeE8 / step / BigInt(parts) || 1n) * step;
    let leftE8 = volumeE8;
    for (let part = 1; part <= parts && leftE8 > 0n; part += 1) {
      const isLast = part === parts;
      const wholeE8 = isLast ? leftE8 : share < leftE8 ? share : leftE8;
      leftE8 -= wholeE8;
      if (isLast && isShort && parts > 1) return then('cancels the rest of', () => this.#cancel(handled));
      then('executes', () => this.#execute(handled, isLast && handled.overfills ? 2n * wholeE8 : wholeE8, draws.between(-4, 6)));
    }
  }

  #execute(handled: Handled, volumeE8: bigint, slipPoints: number): void {
    const { request } = handled;
    handled.executedE8 += volumeE8;
    const leavesE8 = e8(request.volume) - handled.executedE8;
    if (leavesE8 <= 0n) handled.status = 'filled';
    else if (handled.status !== 'cancelled' && handled.status !== 'rejected') handled.status = 'partially_filled';
    const reference = e8(request.referencePrice);
    const tick = reference > 10_000_000_000n ? 1_000_000n : reference > 1_000_000_000n ? 100_000n : 1_000n;
    const worse = request.side === 'buy' ? 1n : -1n;
    const lastPrice = formatE8(reference + worse * tick * BigInt(slipPoints));
    const said = {
      executionType: leavesE8 <= 0n ? ('fill' as const) : ('partial_fill' as const),
      lastVolume: formatE8(volumeE8),
      lastPrice,
    };
    const report = this.#report(handled, { ...said, ...volumes(handled.executedE8, leavesE8) });
    if (handled.status !== 'cancelled' && this.#faults.strikes('provider: it falls silent half way', nameOf(handled.request)))
      handled.isSilent = true;
    if (!this.#faults.strikes('provider: it says two things under one id', nameOf(handled.request))) return;
    const other = { ...report, lastPrice: formatE8(reference + worse * tick * 50n) };
    this.#say(other, `${this.#idOf(report)}:other`);
  }

  #reject(handled: Handled, reason: string): void {
    handled.status = 'rejected';
    this.#report(handled, { executionType: 'rejected', reason });
  }

  #cancel(handled: Handled): void {
    handled.status = 'cancelled';
    const leavesE8 = e8(handled.request.volume) - handled.executedE8;
    this.#report(handled, { executionType: 'cancelled', ...volumes(handled.executedE8, leavesE8) });
  }

  #answerStatus(asked: Request): void {
    const about = asked.originalRequestId ?? asked.requestId;
    const handled = this.handled.get(about);
    if (handled === undefined) {
      this.refused.add(about);
      return this.#sayOf(asked, { orderStatus: 'never_seen', originalRequestId: about, ...volumes(0n, 0n) });
    }
    handled.isSilent = false;
    for (const report of handled.reports) this.#say(report, `${this.#idOf(report)}:${asked.requestId}`);
    const leavesE8 = e8(handled.request.volume) - handled.executedE8;
    this.#sayOf(asked, { orderStatus: handled.status, originalRequestId: about, ...volumes(handled.executedE8, leavesE8) });
  }

  #sayOf(asked: Request, told: Partial<ProviderExecutionV1>): void {
    if (this.#faults.strikes('provider: a report of it is lost for good', nameOf(asked))) return;
    const report = this.#made(asked, { executionType: 'status', ...told });
    this.#say(report, this.#idOf(report));
  }

  /** It takes back what is not known here: the request may come no more. What it has it executes all the same. */
  #answerCancel(asked: Request): void {
    const about = asked.originalRequestId ?? asked.requestId;
    const isKnown = this.handled.has(about);
    if (!isKnown) this.refused.add(about);
    const reason = isKnown ? 'already_over' : 'unknown_request';
    const report = this.#made(asked, { executionType: 'rejected', originalRequestId: about, reason });
    this.#say(report, this.#idOf(report));
  }

  #report(handled: Handled, told: Partial<ProviderExecutionV1>): ProviderExecutionV1 {
    const report = this.#made(handled.request, told);
    handled.reports.push(report);
    if (handled.isSilent || this.#loses(handled)) return report;
    this.#say(report, this.#idOf(report));
    if (this.#faults.strikes('provider: it repeats itself', nameOf(handled.request)))
      this.#say(report, `${this.#idOf(report)}:repeated`);
    return report;
  }

  /**
   * Nothing is lost that nobody would know to ask for: a later word on an order that it said was over, and a part of more than was
   * ordered, for what a report counts is forgotten once an older report, come late, makes the volume whole.
   */
  #loses({ request, reports, overfills }: Handled): boolean {
    const wasOver = reports
      .slice(0, -1)
      .some(({ executionType }) => executionType === 'rejected' || executionType === 'cancelled');
    return !wasOver && !overfills && this.#faults.strikes('provider: a report of it is lost for good', nameOf(request));
  }

  #made({ requestId, symbol, side }: Request, told: Partial<ProviderExecutionV1>): ProviderExecutionV1 {
    this.#reports += 1;
    const transactTime = new Date(START_MS + this.#process.scheduler.nowMs).toISOString();
    const executionId = `${this.name}-${this.#reports}`;
    return { executionId, requestId, symbol, side, executionType: 'new', transactTime, ...told };
  }

  #idOf(report: ProviderExecutionV1): string {
    return EXECUTION.deduplicationId({ provider: this.name }, report);
  }

  /** A provider publishes until the stream has it. */
  #say(report: ProviderExecutionV1, messageId: string): void {
    this.unsaid += 1;
    const message = { subject: EXECUTION.subject({ provider: this.name }), messageId, body: JSON.stringify(report) };
    void this.#executions()
      .publish(this.#process, message)
      .then((outcome) => {
        if (outcome !== 'unknown') this.unsaid -= 1;
        else
          this.#process.after(PUBLISH_AGAIN_MS, 'publishes again', () => {
            this.unsaid -= 1;
            this.#say(report, messageId);
          });
      });
  }
}

/** What stays the same in a smaller run, other than the id. */
const nameOf = ({ symbol, side, volume }: Request): string => `${side} ${volume} ${symbol}`;

const e8 = (text: string): bigint => parseE8(text) ?? 0n;
const volumes = (cumulativeE8: bigint, leavesE8: bigint) => ({
  cumulativeVolume: formatE8(cumulativeE8),
  leavesVolume: formatE8(leavesE8 > 0n ? leavesE8 : 0n),
});
