import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Database } from './database.ts';
import { parseUrlPath } from './paths.ts';
import { parseJson } from './protocol.ts';

const SUFFIX = '.json';
const BODY_LENGTH_MAX = 10_000_000;

/** The REST face of a database: `GET`, `PUT`, `PATCH`, `DELETE` of `/path/to/node.json`. */
export async function serveRest(database: Database, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost');
  const path = pathname.endsWith(SUFFIX) ? parseUrlPath(pathname.slice(0, -SUFFIX.length)) : undefined;
  if (path === undefined) return respond(response, 404, { error: 'a node is addressed as /path/to/node.json' });
  if (request.method === 'GET') return respond(response, 200, database.read(path));
  if (request.method === 'DELETE') {
    database.put(path, null);
    return respond(response, 200, null);
  }
  if (request.method !== 'PUT' && request.method !== 'PATCH')
    return respond(response, 405, { error: 'GET, PUT, PATCH or DELETE' });

  const text = await readBody(request);
  const value = text === undefined ? undefined : parseJson(text);
  if (value === undefined) return respond(response, 400, { error: 'the body is not JSON, or too long' });
  if (request.method === 'PUT') database.put(path, value);
  else if (!database.merge(path, value)) return respond(response, 400, { error: 'PATCH takes an object whose keys are paths' });
  respond(response, 200, value);
}

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > BODY_LENGTH_MAX) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function respond(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body));
}
