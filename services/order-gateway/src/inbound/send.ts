import type { FastifyReply } from 'fastify';
import type { Reply } from './reply.ts';

/** Writes all of an answer but its body, which the caller returns to the framework. */
export function begin(reply: FastifyReply, answer: Reply): Reply {
  const { status, contentType, headers } = answer;
  reply.code(status).header('content-type', contentType);
  if (headers !== undefined) reply.headers(headers);
  return answer;
}

/** Answers from a hook, where no handler will. */
export function send(reply: FastifyReply, answer: Reply): void {
  reply.send(begin(reply, answer).body);
}
