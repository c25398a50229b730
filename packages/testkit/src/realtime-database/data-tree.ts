/** What a Realtime Database holds. Arrays come as objects with whole-number keys; null, and an object without children, is nothing. */
export type Json = null | boolean | number | string | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}
export type Path = readonly string[];

type Node = boolean | number | string | Branch;
type Branch = Map<string, Node>;

/** The tree of one database. Branches without children do not exist, as in the real one. */
export interface DataTree {
  readonly read: (path: Path) => Json;
  /** Writing null deletes. */
  readonly write: (path: Path, value: Json) => void;
}

export function createDataTree(): DataTree {
  let root: Node | undefined;
  return {
    read: (path) => toJson(nodeAt(root, path)),
    write: (path, value) => {
      root = withValue(root, path, toNode(value));
    },
  };
}

const nodeAt = (node: Node | undefined, path: Path): Node | undefined =>
  path.reduce<Node | undefined>((parent, key) => (parent instanceof Map ? parent.get(key) : undefined), node);

/** The node with a value put at a path below it. Branches are changed in place: nobody else holds them. */
function withValue(node: Node | undefined, path: Path, value: Node | undefined): Node | undefined {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (!(node instanceof Map) && value === undefined) return node;
  const branch: Branch = node instanceof Map ? node : new Map<string, Node>();
  const child = withValue(branch.get(key), rest, value);
  if (child === undefined) branch.delete(key);
  else branch.set(key, child);
  return branch.size === 0 ? undefined : branch;
}

function toNode(value: Json): Node | undefined {
  if (value === null) return undefined;
  if (typeof value !== 'object') return value;
  const branch: Branch = new Map();
  for (const [key, child] of Object.entries(value)) {
    const node = toNode(child);
    if (node !== undefined) branch.set(key, node);
  }
  return branch.size === 0 ? undefined : branch;
}

function toJson(node: Node | undefined): Json {
  if (node === undefined) return null;
  if (!(node instanceof Map)) return node;
  // `fromEntries` defines keys, so that a key like `__proto__` stays a key.
  return Object.fromEntries([...node].map(([key, child]) => [key, toJson(child)]));
}
