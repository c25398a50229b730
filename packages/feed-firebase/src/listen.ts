import { randomUUID } from 'node:crypto';
import { applicationDefault, cert, deleteApp, initializeApp, type App } from 'firebase-admin/app';
import { getDatabase, type Database, type DataSnapshot } from 'firebase-admin/database';
import { readNode, type FeedFields, type RefusedNode, type SymbolTick } from './feed-node.ts';
import { createSnapshotWindow } from './snapshot-window.ts';

export interface FeedSettings {
  /** `https://name.region.firebasedatabase.app`, or `http://host:port?ns=name` of one that needs no credentials. */
  readonly databaseUrl: string;
  /** `host:port` of a database on this machine that stands for the real one; credentials are not needed then. */
  readonly emulatorHost?: string;
  /** The service account's key file. Without it the credentials of the machine are used, as Google's libraries find them. */
  readonly credentialsFile?: string;
  /** The node whose children are the symbols. */
  readonly path: string;
  readonly fields: FeedFields;
  readonly timeField?: string;
  /** How long a lost connection is left to the SDK at first, whose own pauses grow to five minutes. */
  readonly reconnectAfterMs?: number;
  /** How long to wait before a database that does not let us listen is asked again. */
  readonly askAgainAfterMs?: number;
}

/** Told of what happens, in the order in which it happens. None of them may throw. */
export interface FeedHandlers {
  readonly onTick: (tick: SymbolTick) => void;
  readonly onRefused: (refused: RefusedNode) => void;
  /** A connection was made or lost. A connection says nothing about ages: the SDK hides a feed that is silent. */
  readonly onConnection: (connected: boolean) => void;
  /** The database does not let us listen, and why; it is asked again after a while. */
  readonly onDenied: (reason: string) => void;
}

export interface Feed {
  /** Whether there is a connection, and we are allowed to listen on it. */
  readonly isConnected: () => boolean;
  /** Cuts the connection and makes a new one: the cure for a connection on which nothing comes any more. */
  readonly reconnect: () => void;
  readonly close: () => Promise<void>;
}

const RECONNECT_AFTER_MS = 5_000;
/** A connection that takes long to make must be given the time at last. */
const RECONNECT_AFTER_GROWTH_MAX = 6;
const ASK_AGAIN_AFTER_MS = 5_000;
const CHILD_EVENTS = ['child_added', 'child_changed', 'child_removed'] as const;

/** Listens to a feed in a Firebase Realtime Database, through the SDK that reads the real one, until closed. */
export function listenToFeed(settings: FeedSettings, handlers: FeedHandlers): Feed {
  const app = initializeApp(appOptions(settings), `feed-${randomUUID()}`);
  const database = getDatabase(app);
  const node = database.ref(settings.path);
  const connection = database.ref('.info/connected');
  const layout = { fields: settings.fields, timeField: settings.timeField };
  const snapshots = createSnapshotWindow(setImmediate);
  let connected = false;
  let denied = false;
  let closed = false;
  let askAgain: NodeJS.Timeout | undefined;

  const onChild = (uncheckedSymbol: string, value: unknown): void => {
    denied = false;
    const read = readNode(uncheckedSymbol, value, layout, snapshots.claims(uncheckedSymbol));
    if (read.ok) handlers.onTick(read.value);
    else handlers.onRefused(read.refusal);
  };
  const onValue = (snapshot: DataSnapshot): void => onChild(snapshot.key ?? '', snapshot.val());
  const onRemoved = (snapshot: DataSnapshot): void => onChild(snapshot.key ?? '', null);

  const listen = (): void => {
    for (const event of CHILD_EVENTS) {
      // The three share one listen, so each of them is told of a denial; one of them speaks for all.
      node.on(event, event === 'child_removed' ? onRemoved : onValue, event === 'child_added' ? onDenied : () => undefined);
    }
  };
  const onDenied = (error: Error): void => {
    denied = true;
    snapshots.arm();
    handlers.onDenied(error.message);
    if (!closed) askAgain = setTimeout(listen, settings.askAgainAfterMs ?? ASK_AGAIN_AFTER_MS);
  };
  const onConnection = (snapshot: DataSnapshot): void => {
    const next = snapshot.val() === true;
    if (!next) snapshots.arm();
    if (next === connected || closed) return;
    connected = next;
    if (connected) lost.end();
    else lost.begin();
    handlers.onConnection(connected);
  };

  const reconnect = (): void => {
    database.goOffline();
    database.goOnline();
  };
  const lost = reconnectWhileLost(reconnect, settings.reconnectAfterMs ?? RECONNECT_AFTER_MS);
  lost.begin();
  connection.on('value', onConnection);
  listen();

  return {
    isConnected: () => connected && !denied,
    reconnect,
    close: async () => {
      if (closed) return;
      closed = true;
      lost.end();
      clearTimeout(askAgain);
      node.off();
      connection.off();
      await closeApp(app, database);
    },
  };
}

function appOptions({ databaseUrl, emulatorHost, credentialsFile }: FeedSettings): Parameters<typeof initializeApp>[0] {
  if (emulatorHost !== undefined) return { databaseURL: `http://${emulatorHost}?ns=${namespaceOf(databaseUrl)}` };
  // The SDK itself sends no real credentials over plain HTTP.
  if (databaseUrl.startsWith('http://')) return { databaseURL: databaseUrl };
  return { databaseURL: databaseUrl, credential: credentialsFile === undefined ? applicationDefault() : cert(credentialsFile) };
}

/** An emulator serves many databases at one address and needs the name of ours. */
function namespaceOf(databaseUrl: string): string {
  const url = URL.parse(databaseUrl);
  return url?.searchParams.get('ns') ?? url?.hostname.split('.')[0] ?? 'margrave';
}

/** Begins anew as long as the connection is lost, after pauses that grow. */
function reconnectWhileLost(reconnect: () => void, firstMs: number): { readonly begin: () => void; readonly end: () => void } {
  let timer: NodeJS.Timeout | undefined;
  const wait = (tries: number): void => {
    timer = setTimeout(
      () => {
        reconnect();
        wait(tries + 1);
      },
      firstMs * Math.min(tries, RECONNECT_AFTER_GROWTH_MAX),
    );
  };
  const end = (): void => {
    clearTimeout(timer);
    timer = undefined;
  };
  return {
    begin: () => {
      if (timer === undefined) wait(1);
    },
    end,
  };
}

async function closeApp(app: App, database: Database): Promise<void> {
  database.goOffline();
  await deleteApp(app);
}
