/** From the least to the most important; `silent` writes nothing. The words are pino's. */
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** The level of one component, where it differs from that of the service. */
export interface ComponentLevel {
  readonly component: string;
  readonly level: LogLevel;
}
