import type { FastifyRequest } from 'fastify';
import type { Identity } from './access/identity.ts';
import type { Reply } from './reply.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set once the token was verified and permits the request; null on public routes. */
    identity: Identity | null;
    /** Monotonic milliseconds. */
    arrivedAtMs: number;
  }
  interface FastifyContextConfig {
    /** Of the contract's route; pages that document it have none. */
    operationId?: string;
  }
}

/** A request whose parts have the form that the contract of its route declares; a handler names the types of that form. */
export interface Call {
  readonly parameters: unknown;
  readonly query: unknown;
  readonly body: unknown;
  readonly headers: unknown;
  readonly request: Pick<FastifyRequest, 'identity' | 'arrivedAtMs' | 'id' | 'url'>;
}

/** Answers one address. Refusals are replies; only bugs throw. */
export type Handler = (call: Call) => Reply | Promise<Reply>;
