import type { Route } from '@margrave/contracts';
import { refuse, type AccountId, type Result } from '@margrave/vocabulary';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isCommand, type Gatekeeper } from './access/gatekeeper.ts';
import type { Call, Handler } from './call.ts';
import type { SharedReads } from './limits/shared-reads.ts';
import { malformed } from './malformed.ts';
import type { Reply } from './reply.ts';
import { refusalOfAnyBody, refusalOfForm } from './requests/body-form.ts';
import type { Fault, Faults } from './requests/faults.ts';
import type { ReadBody } from './requests/json-body.ts';
import { requestCheck, type CheckedRequest, type RequestCheck } from './requests/request-check.ts';
import { begin, send } from './send.ts';

export interface ServeParts {
  readonly gatekeeper: Gatekeeper;
  readonly sharedReads: SharedReads<Reply>;
}

/** Serves one address of the contract: its gate, the check of its requests, its handler. */
export function serveRoute(app: FastifyInstance, route: Route, handler: Handler, { gatekeeper, sharedReads }: ServeParts): void {
  const check = requestCheck(route);
  const answer = isSharedRead(route) ? shared(handler, sharedReads) : handler;
  app.route({
    method: route.method,
    url: route.path,
    onRequest: gatekeeper.hookOf(route),
    preParsing: (request, reply, payload, done) => {
      const refusal = (route.body === null ? refusalOfAnyBody : refusalOfForm)(request.headers);
      if (refusal === undefined) done(null, payload);
      else send(reply, refusal);
    },
    config: { operationId: route.operationId },
    handler: async (request: FastifyRequest, reply: FastifyReply) => {
      const checked = checkedRequest(request, check);
      const answered = checked.ok ? await answer({ ...checked.value, request }) : malformed(checked.refusal, isCommand(request));
      return begin(reply, answered).body;
    },
  });
}

function checkedRequest(request: FastifyRequest, check: RequestCheck): Result<CheckedRequest, Faults> {
  const read = request.body as ReadBody | undefined;
  if (read?.ok === false) return refuse([unreadable(read.refusal)]);
  return check({ parameters: request.params, query: request.query, body: read?.value, headers: request.headers });
}

const unreadable = (why: string): Fault => ({
  place: '',
  rule: `must be plain JSON: ${why}`,
  sentence: `The body is not JSON as it is accepted here: ${why}.`,
});

/** Reads of one account: what they answer depends on the address alone, once the gate let them in. */
const isSharedRead = ({ scope, path }: Route): boolean => scope === 'read' && path.includes('/:accountId');

const shared =
  (handler: Handler, reads: SharedReads<Reply>): Handler =>
  (call: Call) => {
    const { accountId } = call.parameters as { readonly accountId: AccountId };
    return reads.read(accountId, call.request.url, async () => handler(call));
  };
