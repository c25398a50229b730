/** What can be done to a process, to a connection or to a disk. Those of processes come first, then wires, then stores. */
export const FAULT_KINDS = [
  'kill',
  'pause',
  'cut',
  'delay',
  'half_open',
  'black_hole',
  'one_way',
  'cut_replies',
  'flush',
  'disk_full',
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

export const FAULT_WORDS: Readonly<Record<FaultKind, string>> = {
  kill: 'kill -9',
  pause: 'SIGSTOP',
  cut: 'cut',
  delay: 'delay',
  half_open: 'half-open',
  black_hole: 'black hole',
  one_way: 'one-way',
  cut_replies: 'replies cut',
  flush: 'FLUSHALL',
  disk_full: 'disk full',
};

export const SERVICES = [
  'order-gateway',
  'order-gateway 2',
  'provider-worker',
  'pending-orders',
  'market-data',
  'provider-simulator lp-a',
  'provider-simulator lp-b',
] as const;
export const SERVERS = ['nats', 'redis', 'postgres'] as const;
/** Those that have a disk to fill: Redis keeps nothing on one. */
export const DISKS = ['postgres', 'nats'] as const;
/** Who talks to whom over a wire that can be broken. */
export const WIRES = [
  'clients > order-gateway',
  'clients > order-gateway 2',
  'order-gateway > postgres',
  'order-gateway > nats',
  'order-gateway > redis',
  'order-gateway 2 > postgres',
  'order-gateway 2 > nats',
  'provider-worker > postgres',
  'provider-worker > nats',
  'provider-worker > redis',
  'pending-orders > postgres',
  'pending-orders > nats',
  'pending-orders > redis',
  'market-data > nats',
  'market-data > redis',
  'market-data > postgres',
  'provider-simulator lp-a > nats',
  'provider-simulator lp-b > nats',
] as const;

export type ServiceName = (typeof SERVICES)[number];
export type ServerName = (typeof SERVERS)[number];
export type WireName = (typeof WIRES)[number];

/** One fault: what is done to whom, how long it lasts, and how long nothing is done after it is over. */
export interface Fault {
  readonly kind: FaultKind;
  readonly target: string;
  /** Zero where it has no duration: a process that is killed, a cache that is emptied. */
  readonly forMs: number;
  readonly pauseMs: number;
  /** How late each piece is, for `delay`; how many bytes of each connection pass, for `cut_replies`. */
  readonly amount: number;
  /** Which way is lost, for `one_way`. */
  readonly lost: 'requests' | 'replies';
}
