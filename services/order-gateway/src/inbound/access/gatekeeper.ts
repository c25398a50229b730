import type { Route } from '@margrave/contracts';
import { asError, type Logger } from '@margrave/runtime';
import type { FastifyReply, FastifyRequest, HookHandlerDoneFunction } from 'fastify';
import type { AccountId } from '@margrave/vocabulary';
import type { Allowances } from '../limits/allowances.ts';
import { problemReply } from '../problem.ts';
import type { Reply } from '../reply.ts';
import { send } from '../send.ts';
import type { Identity } from './identity.ts';
import type { TokenCache } from './token-cache.ts';
import type { TokenOutcome } from './token-verifier.ts';

export interface GatekeeperParts {
  readonly tokens: TokenCache;
  /** Commands and reads of each account; reads that are about none count for who asks. */
  readonly commands: Allowances;
  readonly reads: Allowances;
  /** Requests from each address that no valid token stands for. */
  readonly strangers: Allowances;
  readonly log: Logger;
}

export type RequestHook = (request: FastifyRequest, reply: FastifyReply, done: HookHandlerDoneFunction) => void;

/** A longer token is none of ours. */
const TOKEN_CHARACTERS_MAX = 8_192;
const BEARER = /^bearer ([\w.~+/=-]+)$/i;

/**
 * Decides, before anything else of a request is read, who asks and whether they may: the token (401), its scope or role (403), the
 * account (404, as if there were none), and the allowances (429). Each refusal is the same whatever the reason.
 */
export class Gatekeeper {
  readonly #parts: GatekeeperParts;

  constructor(parts: GatekeeperParts) {
    this.#parts = parts;
  }

  /** What a route asks before it reads a request. */
  hookOf(route: Route): RequestHook {
    if (route.scope === 'public') return this.admitStranger;
    return (request, reply, done) => this.#authenticate(route, request, reply, done);
  }

  /** Who comes without a token is welcome until it is too much. */
  readonly admitStranger: RequestHook = (request, reply, done) => {
    if (this.#parts.strangers.take(request.ip)) done();
    else send(reply, this.#tooMany(request, this.#parts.strangers, request.ip));
  };

  /** A command that was let in as one counts for more. */
  readonly countMoreCommands = (accountId: AccountId, more: number): void => this.#parts.commands.takeMore(accountId, more);

  #authenticate(route: Route, request: FastifyRequest, reply: FastifyReply, done: HookHandlerDoneFunction): void {
    const { tokens, strangers } = this.#parts;
    const token = bearerToken(request.headers.authorization);
    const known = token === undefined ? undefined : tokens.known(token);
    if (known !== undefined) return this.#admit(known, route, request, reply, done);
    if (strangers.isExhausted(request.ip)) return send(reply, this.#tooMany(request, strangers, request.ip));
    if (token === undefined) return send(reply, this.#unauthenticated(request, 'no bearer token'));
    tokens.verify(token).then(
      (outcome) => {
        if (outcome.ok) this.#admit(outcome.value.identity, route, request, reply, done);
        else send(reply, this.#refused(request, outcome));
      },
      (error: unknown) => done(asError(error)),
    );
  }

  #admit(identity: Identity, route: Route, request: FastifyRequest, reply: FastifyReply, done: HookHandlerDoneFunction): void {
    const refusal = this.#refusalOf(identity, route, request);
    if (refusal !== undefined) return send(reply, refusal);
    request.identity = identity;
    done();
  }

  #refusalOf(identity: Identity, route: Route, request: FastifyRequest): Reply | undefined {
    const { scope, operationId } = route;
    const { commands, reads, strangers, log } = this.#parts;
    const { subject } = identity;
    // Never an account's id: who may name himself at his issuer could else use up what another's account is allowed.
    const asker = `sub:${subject}`;
    if (!isPermitted(identity, route)) {
      log.info({ subject, operationId, requestId: request.id }, 'A token lacks the scope or the role that it was used for');
      return problemReply('FORBIDDEN', isCommand(request));
    }
    // Staff act on all accounts, each on an allowance of their own.
    if (scope === 'staff') {
      const own = isCommand(request) ? commands : reads;
      return own.take(asker) ? undefined : this.#tooMany(request, own, asker);
    }
    const accountId = accountNamed(request);
    if (accountId === undefined) return reads.take(asker) ? undefined : this.#tooMany(request, reads, asker);
    if (!identity.accounts.has(accountId)) {
      log.warn(
        { subject, accountId, operationId, requestId: request.id },
        'A token was used for an account that it does not name',
      );
      if (!strangers.take(request.ip)) return this.#tooMany(request, strangers, request.ip);
      return problemReply('NOT_FOUND', isCommand(request));
    }
    const allowances = scope === 'trade' ? commands : reads;
    return allowances.take(accountId) ? undefined : this.#tooMany(request, allowances, accountId);
  }

  #refused(request: FastifyRequest, outcome: TokenOutcome & { readonly ok: false }): Reply {
    const { kind, why } = outcome.refusal;
    if (kind === 'refused') return this.#unauthenticated(request, why);
    this.#parts.log.error({ why, requestId: request.id }, 'The keys that tokens are verified with cannot be had');
    return problemReply('DEPENDENCY_UNAVAILABLE', isCommand(request));
  }

  #unauthenticated(request: FastifyRequest, why: string): Reply {
    this.#parts.strangers.take(request.ip);
    this.#parts.log.info({ why, requestId: request.id }, 'A request was not authenticated');
    const refusal = problemReply('UNAUTHENTICATED', isCommand(request));
    return { ...refusal, headers: { 'www-authenticate': 'Bearer' } };
  }

  #tooMany(request: FastifyRequest, allowances: Allowances, key: string): Reply {
    const { limit, remaining, resetS, retryAfterS } = allowances.standing(key);
    return {
      ...problemReply('RATE_LIMITED', isCommand(request)),
      headers: {
        'retry-after': `${retryAfterS}`,
        'ratelimit-limit': `${limit}`,
        'ratelimit-remaining': `${remaining}`,
        'ratelimit-reset': `${resetS}`,
      },
    };
  }
}

/** What a route wants and a token does not say is not permitted. */
function isPermitted({ mayRead, mayTrade, roles }: Identity, route: Route): boolean {
  switch (route.scope) {
    case 'public':
      return true;
    case 'read':
      return mayRead;
    case 'trade':
      return mayTrade;
    case 'staff':
      return route.roles?.some((role) => roles.has(role)) ?? false;
    default:
      return route.scope satisfies never;
  }
}

/** The account that a request is about, in its path or its query; not checked yet. */
function accountNamed({ params, query }: FastifyRequest): AccountId | undefined {
  const inPath = (params as { readonly accountId?: AccountId }).accountId;
  return inPath ?? (query as { readonly accountId?: AccountId }).accountId;
}

export const isCommand = (request: { readonly method: string }): boolean => request.method !== 'GET' && request.method !== 'HEAD';

function bearerToken(header: string | undefined): string | undefined {
  if (header === undefined || header.length > TOKEN_CHARACTERS_MAX) return undefined;
  return BEARER.exec(header)?.[1];
}
