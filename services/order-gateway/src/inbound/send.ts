import type { FastifyReply } from 'fastify';
import type { Reply } from './reply.ts';

/** The body is JSON text already. Without a serializer the framework would add a charset to the type, which JSON has none of. */
const asItIs = (body: unknown): string => body as string;

/** Writes all of an answer but its body, which the caller returns to the framework. */
export function begin(reply: FastifyReply, answer: Reply): Reply {
  const { status, contentType, headers } = answer;
  reply.code(status).header('content-type', contentType).serializer(asItIs);
  if (headers !== undefined) reply.headers(headers);
  return answer;
}

/** Answers from a hook, where no handler will. */
export function send(reply: FastifyReply, answer: Reply): void {
  reply.send(begin(reply, answer).body);
}
