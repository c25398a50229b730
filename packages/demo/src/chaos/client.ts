import type { PlacedAnswerV1, PositionPageV1, ProblemV1 } from '@margrave/contracts';
import { gatewayClient } from '../gateway-client.ts';

/** What a client was told of one command: the order's id, and how it stood. */
export interface Told {
  readonly status: number;
  readonly orderId: string | undefined;
  /** `denied` where a rule refused it. */
  readonly orderStatus: string;
  readonly body: string;
}

/** One command under one key, and everything that the client was told of it, in order. */
export interface Command {
  readonly accountId: string;
  readonly key: string;
  readonly path: string;
  readonly body: Readonly<Record<string, string>>;
  readonly told: Told[];
}

/** How often a client was left without an answer, by what it saw instead, and how often it asked again. */
export interface Encounters {
  unavailable: number;
  busy: number;
  noAnswer: number;
  again: number;
}

const TOLD = [201, 422];
/** Nothing is known of the command yet; the client asks again with the same key. */
const ASK_AGAIN = [202, 429, 503];
const AGAIN_MS = 50;

/**
 * A client of its own mind: it keeps its own books of every command it ever gave and of every answer, believes only answers, and
 * gives a command that was not answered again, word for word.
 */
export class ChaosClient {
  readonly commands: Command[] = [];
  /** Answers that no client should ever see. */
  readonly faults: string[] = [];
  readonly encounters: Encounters = { unavailable: 0, busy: 0, noAnswer: 0, again: 0 };
  readonly #given = new Set<Command>();
  readonly #token: string;
  readonly #name: string;

  constructor(name: string, token: string) {
    this.#name = name;
    this.#token = token;
  }

  place(accountId: string, symbol: string, volume: string, side: 'buy' | 'sell' = 'buy'): Command {
    return this.#note(accountId, 'orders', { symbol, side, type: 'market', volume });
  }

  close(accountId: string, positionId: string): Command {
    return this.#note(accountId, `positions/${positionId}/close`, {});
  }

  #note(accountId: string, path: string, rest: Readonly<Record<string, string>>): Command {
    const key = `${this.#name}-${this.commands.length + 1}`;
    const command = { accountId, key, path, body: { clientOrderId: key, ...rest }, told: [] };
    this.commands.push(command);
    return command;
  }

  /** Gives a command once; says whether it was answered. */
  async give(url: string, command: Command): Promise<boolean> {
    const { accountId, path, body } = command;
    if (this.#given.has(command)) this.encounters.again += 1;
    this.#given.add(command);
    try {
      const client = gatewayClient(url, this.#token);
      const answer = await client.post<PlacedAnswerV1 | ProblemV1>(`/v1/accounts/${accountId}/${path}`, body);
      if (TOLD.includes(answer.status)) {
        command.told.push(toldOf(answer.status, answer.body));
        return true;
      }
      if (answer.status === 503) this.encounters.unavailable += 1;
      else this.encounters.busy += 1;
      if (!ASK_AGAIN.includes(answer.status)) this.#fault(command, `${answer.status} ${JSON.stringify(answer.body)}`);
      else if (answer.status === 503 && answer.headers.get('retry-after') === null)
        this.#fault(command, '503 without Retry-After');
      return false;
    } catch (error) {
      if (!isNoAnswer(error)) throw error;
      this.encounters.noAnswer += 1;
      return false;
    }
  }

  #fault({ key }: Command, what: string): void {
    this.faults.push(`${key} was answered with ${what}`);
  }

  /** Gives everything that was not answered again, until it is. */
  async insist(url: () => string, withinMs = 20_000): Promise<void> {
    const untilMs = performance.now() + withinMs;
    for (;;) {
      const open = this.commands.filter(({ told }) => told.length === 0);
      const answered = await Promise.all(open.map((command) => this.give(url(), command)));
      if (answered.every(Boolean)) return;
      if (performance.now() > untilMs) throw new Error(`${open.map(({ key }) => key).join(', ')} stay unanswered`);
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
  }

  /** Positions that nothing closes yet, as a gateway shows them, the oldest first; none from one that cannot say. */
  async idlePositions(url: string, accountId: string): Promise<readonly string[]> {
    const path = `/v1/accounts/${accountId}/positions`;
    const page = await this.look<PositionPageV1>(url, path);
    if (page === undefined) return [];
    const idle = page.items.filter(({ closingOrderId }) => closingOrderId === null);
    return idle.map(({ positionId }) => positionId).toReversed();
  }

  /** What a gateway shows under a path; nothing when it cannot say or says nothing. */
  async look<Body>(url: string, path: string): Promise<Body | undefined> {
    try {
      const { status, body } = await gatewayClient(url, this.#token).get<Body>(path);
      if (status === 200) return body;
      if (!ASK_AGAIN.includes(status)) this.faults.push(`${path} was answered with ${status} ${JSON.stringify(body)}`);
      return undefined;
    } catch (error) {
      if (isNoAnswer(error)) return undefined;
      throw error;
    }
  }
}

/** The connection was cut, before the answer or within it, or there is nobody, or nobody answers. */
function isNoAnswer(error: unknown): boolean {
  const { name, message } = error as Error;
  return name === 'TimeoutError' || (name === 'TypeError' && ['fetch failed', 'terminated'].includes(message));
}

function toldOf(status: number, answer: PlacedAnswerV1 | ProblemV1): Told {
  const body = JSON.stringify(answer);
  if ('order' in answer) return { status, orderId: answer.order.orderId, orderStatus: answer.order.status, body };
  return { status, orderId: answer.orderId, orderStatus: 'denied', body };
}
