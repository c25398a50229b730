import { ROUTES } from '@margrave/contracts';
import type { Account, Dealing, Market } from '@margrave/domain';
import type { Health, Logger } from '@margrave/runtime';
import type { SymbolName } from '@margrave/vocabulary';
import type { FastifyInstance } from 'fastify';
import type { Records, ViewAccount } from '../app/records.ts';
import type { BasketNeeds } from '../app/submit-basket.ts';
import { createSubmitCommand, type SubmitNeeds } from '../app/submit-command.ts';
import type { GatewayMetrics } from '../metrics.ts';
import { createCommandReports } from './commands/command-reports.ts';
import { openApiDocument } from './docs/openapi-document.ts';
import { createGatekeeper, httpLimits, monotonicMs, type FaceConfiguration } from './face.ts';
import { createHandlers } from './handlers.ts';
import { createHttpServer, servedAddresses } from './http-server.ts';
import { SharedReads } from './limits/shared-reads.ts';
import type { Reply } from './reply.ts';

/** What the face needs of the world behind it. */
export interface GatewayNeeds extends SubmitNeeds, BasketNeeds {
  readonly view: ViewAccount;
  readonly records: Records;
  readonly market: () => Market;
  readonly dealing: (account: Account) => Dealing;
  readonly symbols: () => readonly SymbolName[];
  /** Whether a failed read says that something is away for now, rather than that we have a bug. */
  readonly isUnavailable: (error: unknown) => boolean;
}

export interface GatewayParts {
  readonly configuration: FaceConfiguration;
  readonly needs: GatewayNeeds;
  readonly metrics: Pick<GatewayMetrics, 'orderStage' | 'orders' | 'denials' | 'requests'>;
  readonly health: Health;
  readonly component: (name: string) => Logger;
}

/** The public face over its needs, with the gate, the limits and the addresses in their places; not listening yet. */
export function createGateway({ configuration, needs, metrics, health, component }: GatewayParts): Promise<FastifyInstance> {
  const sharedReads = new SharedReads<Reply>();
  const gatekeeper = createGatekeeper(configuration, component('access'));
  const handlers = createHandlers({
    ...needs,
    submit: createSubmitCommand(needs, configuration.commandDeadlineMs),
    ...createCommandReports(metrics, component('orders')),
    commandDeadlineMs: configuration.commandDeadlineMs,
    onChanged: (accountId) => sharedReads.startAnew(accountId),
    countMoreCommands: gatekeeper.countMoreCommands,
    health,
    monotonicMs,
  });
  return createHttpServer({
    addresses: servedAddresses(ROUTES, handlers),
    document: openApiDocument(),
    gatekeeper,
    sharedReads,
    limits: httpLimits(configuration),
    requestTimes: metrics.requests,
    isUnavailable: needs.isUnavailable,
    log: component('http'),
    monotonicMs,
  });
}
