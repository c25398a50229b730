import type { SmallDisk } from './small-disk.ts';

export type ServerName = 'nats' | 'redis' | 'postgres';

/** The servers of the product, and what watches them. */
export type ProgramName = ServerName | 'prometheus';

/** Where the servers of a run come from. */
export type ServerSource = 'containers' | 'local binaries';

/** Takes one sentence about what is being done. Programs write it to standard error. */
export type Log = (sentence: string) => void;

/**
 * One real server on a free port of 127.0.0.1. Every method waits until its effect can be seen from outside,
 * and the address never changes: a restarted server listens on the same port with whatever it had on disk.
 */
export interface RunningServer {
  readonly name: ProgramName;
  readonly version: string;
  readonly port: number;
  /** With the user and password of who may do everything there. */
  readonly url: string;
  /** Where it keeps what it has on disk; null where that is not a folder of this machine. */
  readonly dataFolder: string | null;
  /** The small disk that its data lies on, where one was asked for and can be had. */
  readonly disk: SmallDisk | null;
  /** Whether it is there, be it paused. A container's process may be another user's or another kernel's, so no process id tells. */
  isRunning(): Promise<boolean>;
  /** SIGKILL to every process of the server. */
  kill9(): Promise<void>;
  /** SIGSTOP: connections stay open and nothing answers. */
  pause(): Promise<void>;
  /** SIGCONT after `pause`. */
  resume(): Promise<void>;
  /** An orderly stop. */
  stop(): Promise<void>;
  /** Starts it again, after an orderly stop if it still runs. */
  restart(): Promise<void>;
}

export interface Servers {
  readonly source: ServerSource;
  readonly nats: RunningServer;
  readonly redis: RunningServer;
  /** Its URL names the superuser and an empty database called `margrave`. */
  readonly postgres: RunningServer;
  /** One more NATS server in the same run, with streams of its own. */
  startNats(): Promise<RunningServer>;
  /** Stops every server of the run and removes its data. May be called twice. */
  stop(): Promise<void>;
}

/** What cannot be had, and the command that would get it, in one sentence meant for a person. */
export class ServersUnavailable extends Error {
  override readonly name = 'ServersUnavailable';
}
