/** Where the floor of provider-worker reads reports, which is not where the product does. */
export const FLOOR_EXECUTIONS = { stream: 'FLOOR_EXECUTIONS', subject: 'floor.executions', durable: 'floor' } as const;
