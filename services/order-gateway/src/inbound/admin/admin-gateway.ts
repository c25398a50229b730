import { ADMIN_ROUTES, type AdminOperationId } from '@margrave/contracts';
import type { FastifyInstance } from 'fastify';
import type { ViewAccount } from '../../app/records.ts';
import { createSettleOrder, type SettleNeeds } from '../../app/settle-order.ts';
import type { StaffRecords } from '../../app/staff-records.ts';
import type { Handler } from '../call.ts';
import { adminOpenApiDocument } from '../docs/openapi-document.ts';
import { createGatekeeper, httpLimits, monotonicMs } from '../face.ts';
import type { GatewayNeeds, GatewayParts } from '../gateway.ts';
import { createHttpServer, servedAddresses } from '../http-server.ts';
import { SharedReads } from '../limits/shared-reads.ts';
import { explainProblem } from '../service/explain-problem.ts';
import { getLiveness, getReadiness } from '../service/health.ts';
import { listOperatorActions, listUnknownOrders } from './lists.ts';
import { settleOrder } from './settle-order.ts';

/** What the face for staff needs of the world behind it. */
export interface AdminNeeds extends SettleNeeds, Pick<GatewayNeeds, 'market' | 'dealing' | 'isUnavailable'> {
  readonly view: ViewAccount;
  readonly staffRecords: StaffRecords;
}

export interface AdminParts extends Omit<GatewayParts, 'needs' | 'metrics'> {
  readonly needs: AdminNeeds;
  readonly metrics: Pick<GatewayParts['metrics'], 'requests'> & Parameters<typeof settleOrder>[0]['metrics'];
}

/** The face for staff over its needs: the parts of the public one, other addresses, and a gate that asks for roles. */
export function createAdminGateway({ configuration, needs, metrics, health, component }: AdminParts): Promise<FastifyInstance> {
  const handlers: { readonly [Id in AdminOperationId]: Handler } = {
    listUnknownOrders: listUnknownOrders(needs),
    settleOrder: settleOrder({
      settleOrder: createSettleOrder(needs, configuration.commandDeadlineMs),
      dealing: needs.dealing,
      metrics,
      log: component('operators'),
    }),
    listOperatorActions: listOperatorActions(needs.staffRecords),
    explainProblem,
    getLiveness: getLiveness(health),
    getReadiness: getReadiness(health),
  };
  return createHttpServer({
    addresses: servedAddresses(ADMIN_ROUTES, handlers),
    document: adminOpenApiDocument(),
    gatekeeper: createGatekeeper(configuration, component('access')),
    sharedReads: new SharedReads(),
    limits: httpLimits(configuration),
    requestTimes: metrics.requests,
    isUnavailable: needs.isUnavailable,
    log: component('http'),
    monotonicMs,
  });
}
