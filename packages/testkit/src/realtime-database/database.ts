import { createDataTree, type Json, type JsonObject, type Path } from './data-tree.ts';
import { formatPath, parsePath } from './paths.ts';
import { isObject, push } from './protocol.ts';

/** One write, as those who listen are told of it. */
export interface Change {
  readonly action: 'd' | 'm';
  readonly path: Path;
  readonly data: Json;
  /** The message that tells of it, made once however many listen. */
  readonly message: () => string;
}

/** A tree that tells of its changes. */
export interface Database {
  readonly read: (path: Path) => Json;
  readonly put: (path: Path, value: Json) => void;
  /** Writes several children at once, each named by its path below `path`. False, and nothing written, when a name is no path. */
  readonly merge: (path: Path, children: Json) => boolean;
  readonly onChange: (tell: (change: Change) => void) => void;
  readonly writes: () => number;
}

export function createDatabase(nowMs: () => number): Database {
  const tree = createDataTree();
  const listeners: ((change: Change) => void)[] = [];
  let writes = 0;

  const tell = (action: 'd' | 'm', path: Path, data: Json): void => {
    writes += 1;
    let text: string | undefined;
    const message = (): string => (text ??= push(action, formatPath(path), data));
    for (const listener of listeners) listener({ action, path, data, message });
  };

  return {
    read: tree.read,
    put: (path, value) => {
      const resolved = resolveServerValues(value, nowMs());
      tree.write(path, resolved);
      tell('d', path, resolved);
    },
    merge: (path, children) => {
      const resolved = resolveServerValues(children, nowMs());
      const writesBelow = isObject(resolved) ? childWrites(resolved) : undefined;
      if (writesBelow === undefined) return false;
      for (const { below, value } of writesBelow) tree.write([...path, ...below], value);
      tell('m', path, resolved);
      return true;
    },
    onChange: (listener) => {
      listeners.push(listener);
    },
    writes: () => writes,
  };
}

function childWrites(children: JsonObject): { readonly below: Path; readonly value: Json }[] | undefined {
  const writes = Object.entries(children).map(([key, value]) => ({ below: parsePath(key), value }));
  return writes.every((write): write is { below: Path; value: Json } => write.below !== undefined && write.below.length > 0)
    ? writes
    : undefined;
}

/** `{".sv": "timestamp"}` stands for the server's time. */
function resolveServerValues(value: Json, nowMs: number): Json {
  if (!isObject(value)) return value;
  if (value['.sv'] === 'timestamp') return nowMs;
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, resolveServerValues(child, nowMs)]));
}
