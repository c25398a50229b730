import type { Health, HealthReport } from '@margrave/runtime';
import type { Handler } from '../call.ts';
import { jsonReply, type Reply } from '../reply.ts';

/** `GET /health/live` */
export const getLiveness =
  (health: Health): Handler =>
  async () =>
    answer(await health.liveness());

/** `GET /health/ready` */
export const getReadiness =
  (health: Health): Handler =>
  async () =>
    answer(await health.readiness());

/** The public face says whether, not why: what we are made of stands on the port for those who watch. */
const answer = ({ ok }: HealthReport): Reply => jsonReply(ok ? 200 : 503, { ok, checks: [] });
