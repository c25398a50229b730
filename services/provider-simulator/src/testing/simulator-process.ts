import { freePort, loginUrl } from '@margrave/testkit';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));

interface LogLine {
  readonly level: string;
  readonly msg: string;
}

/** One provider with its state folder, whose process can be killed and started again. */
export class SimulatorProcess {
  readonly #environment: Readonly<Record<string, string>>;
  #child: { readonly process: ChildProcess; readonly closed: Promise<readonly unknown[]> } | undefined;
  #output = '';

  private constructor(environment: Readonly<Record<string, string>>) {
    this.#environment = environment;
  }

  /** A provider with its own login, derived from the operator's, and a state folder, an empty one of its own where the settings name none; not started. */
  static async create(natsUrl: string, settings: Readonly<Record<string, string>> = {}): Promise<SimulatorProcess> {
    return new SimulatorProcess({
      NATS_URL: loginUrl(natsUrl, settings['PROVIDER_NAME'] ?? 'lp-a'),
      PROVIDER_NAME: 'lp-a',
      PROVIDER_SYMBOLS: '{"EUR/USD":"EURUSD","SPX500":{"symbol":"US500","volumeStep":"0.1"}}',
      STATE_FOLDER: settings['STATE_FOLDER'] ?? (await mkdtemp(join(tmpdir(), 'simulator-'))),
      METRICS_PORT: String(await freePort()),
      ACK_WAIT: '1s',
      ...settings,
    });
  }

  get stateFolder(): string {
    return this.#environment['STATE_FOLDER'] ?? '';
  }

  get log(): readonly LogLine[] {
    return this.#output.split('\n').flatMap((line) => (line.endsWith('}') ? [JSON.parse(line) as LogLine] : []));
  }

  /** What the process answers to those who watch it. */
  async observe(
    path: '/health/ready' | '/health/live' | '/metrics',
  ): Promise<{ readonly status: number; readonly body: string }> {
    const answer = await fetch(`http://127.0.0.1:${this.#environment['METRICS_PORT']}${path}`);
    return { status: answer.status, body: await answer.text() };
  }

  start(): void {
    const child = spawn(process.execPath, [MAIN], {
      env: { PATH: process.env['PATH'], ...this.#environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (this.#output += text));
    }
    // Listened for from the start: a process may end by itself before anybody ends it.
    this.#child = { process: child, closed: once(child, 'close') };
  }

  /** Ends the process with a signal and tells how it ended. */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> {
    const child = this.#child;
    if (child === undefined) return null;
    child.process.kill(signal);
    const [code] = (await child.closed) as [number | null];
    this.#child = undefined;
    return code;
  }

  async remove(): Promise<void> {
    await this.end('SIGKILL');
    await rm(this.stateFolder, { recursive: true, force: true });
  }
}
