import type { Json, Path } from './data-tree.ts';
import { formatPath, isAtOrBelow, parsePath } from './paths.ts';
import { answer, createFrameReader, framesOf, isObject, pong, push, type ClientRequest } from './protocol.ts';
import type { Change } from './database.ts';

/** What a connection needs of the database behind it. */
export interface ConnectedDatabase {
  readonly read: (path: Path) => Json;
  readonly put: (path: Path, value: Json) => void;
  readonly merge: (path: Path, children: Json) => boolean;
  /** Answers whether the credential opens the database. */
  readonly accepts: (credential: Json | undefined) => boolean;
  readonly mayListen: () => boolean;
}

export interface Connection {
  readonly receive: (frame: string) => void;
  /** Tells the client of a change, if it listens there. */
  readonly tell: (change: Change) => void;
  /** Does what the client asked to be done when it goes. */
  readonly closed: () => void;
}

type Handler = (request: ClientRequest, path: Path) => { readonly status: string; readonly data: Json };

const OK = { status: 'ok', data: {} } as const;

/** One client's websocket: its listens, its answers, and what it left to be done at its end. */
export function createConnection(database: ConnectedDatabase, send: (frame: string) => void): Connection {
  const listens = new Map<string, Path>();
  let atEnd: (() => void)[] = [];
  const read = createFrameReader();
  const say = (message: string): void => framesOf(message).forEach(send);

  const write: Handler = ({ action, body }, path) => {
    // A hash makes the write conditional (transactions). The feed never does that; pretending would lose a write.
    if ('h' in body) return { status: 'error', data: 'conditional writes are not supported here' };
    const value = body['d'] ?? null;
    if (action === 'p') database.put(path, value);
    else if (!database.merge(path, value)) return { status: 'invalid_data', data: 'a merge names children' };
    return OK;
  };
  const handlers: Readonly<Record<string, Handler>> = {
    q: (_, path) => {
      if (!database.mayListen()) return { status: 'permission_denied', data: 'Permission denied' };
      listens.set(formatPath(path), path);
      say(push('d', formatPath(path), database.read(path)));
      return OK;
    },
    n: (_, path) => {
      listens.delete(formatPath(path));
      return OK;
    },
    g: (_, path) => ({ status: 'ok', data: database.read(path) }),
    p: write,
    m: write,
    o: ({ body }, path) => {
      atEnd.push(() => database.put(path, body['d'] ?? null));
      return OK;
    },
    om: ({ body }, path) => {
      atEnd.push(() => database.merge(path, body['d'] ?? null));
      return OK;
    },
    oc: () => {
      atEnd = [];
      return OK;
    },
    auth: ({ body }) =>
      database.accepts(body['cred']) ? OK : { status: 'invalid_token', data: 'the credential is not accepted' },
    gauth: ({ body }) =>
      database.accepts(body['cred']) ? OK : { status: 'invalid_token', data: 'the credential is not accepted' },
    unauth: () => OK,
    appcheck: () => OK,
    unappcheck: () => OK,
    s: () => OK, // statistics of the client
  };

  const serve = (request: ClientRequest): void => {
    const { number, action, body } = request;
    const path = parsePath(typeof body['p'] === 'string' ? body['p'] : '');
    const handler = Object.hasOwn(handlers, action) ? handlers[action] : undefined;
    if (path === undefined) say(answer(number, 'invalid_path', 'a key of the path is not allowed'));
    else if (handler === undefined) say(answer(number, 'error', `unknown action ${action}`));
    else {
      const { status, data } = handler(request, path);
      say(answer(number, status, data));
    }
  };

  return {
    receive: (frame) => {
      const message = read(frame);
      if (message?.kind === 'ping') say(pong());
      else if (message?.kind === 'request') serve(message.request);
    },
    tell: (change) => {
      for (const listened of listens.values()) {
        if (isAtOrBelow(change.path, listened)) {
          framesOf(change.message()).forEach(send);
          return; // one message serves every listen above the change
        }
      }
      for (const listened of listens.values()) {
        if (touches(change, listened)) say(push('d', formatPath(listened), database.read(listened)));
      }
    },
    closed: () => atEnd.forEach((act) => act()),
  };
}

/** Whether a change above a listened path reaches it. */
function touches(change: Change, listened: Path): boolean {
  if (!isAtOrBelow(listened, change.path)) return false;
  if (change.action === 'd' || !isObject(change.data)) return true;
  return Object.keys(change.data).some((key) => {
    const child = [...change.path, ...(parsePath(key) ?? [])];
    return isAtOrBelow(listened, child) || isAtOrBelow(child, listened);
  });
}
