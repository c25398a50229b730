import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';

export interface StubServer {
  readonly url: string;
  /** Passwords that were offered. */
  readonly passwords: readonly string[];
  /** Lets in only who offers this password from now on, and drops who is in. */
  readonly accept: (password: string) => void;
  /** Whether a user may hear answers from now on; who may is answered that all he publishes is stored. */
  readonly letHearAnswers: (may: boolean) => void;
  readonly stop: () => Promise<void>;
}

const INFO = { server_id: 'stub', server_name: 'stub', version: '2.9.10', proto: 1, headers: true, max_payload: 1_048_576 };

/**
 * As much of a NATS server as refusals need: it lets in who offers `good`, or what it is told to accept, and lets nobody publish on `forbidden.*`,
 * subscribe to `secret.*`, or hear answers where it was told so. Its words are those of nats-server 2.9.10, which the servers of a test run have no users for.
 */
export async function startStubServer(): Promise<StubServer> {
  const passwords: string[] = [];
  const sockets = new Set<Socket>();
  let accepted = 'good';
  let mayHear = true;
  const dropAll = (): void => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  };
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.write(`INFO ${JSON.stringify(INFO)}\r\n`);
    let text = '';
    /** Under which number this client hears its answers. */
    let answersTo: string | undefined;
    socket.on('data', (bytes) => {
      const lines = (text + bytes.toString()).split('\r\n');
      text = lines.pop() ?? '';
      for (const line of lines) {
        answer(socket, line, passwords, accepted);
        const [verb, subject = '', reply = ''] = line.split(' ');
        if (verb === 'SUB' && subject.startsWith('_INBOX')) {
          if (mayHear) answersTo = reply;
          else refuseToHear(socket, subject);
        }
        if (verb === 'HPUB' && answersTo !== undefined && !subject.startsWith('forbidden.')) {
          socket.write(`MSG ${reply} ${answersTo} ${STORED.length}\r\n${STORED}\r\n`);
        }
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `nats://worker:PASSWORD@127.0.0.1:${(server.address() as AddressInfo).port}`,
    passwords,
    accept: (password) => {
      accepted = password;
      dropAll();
    },
    letHearAnswers: (may) => {
      mayHear = may;
    },
    stop: async () => {
      dropAll();
      server.close();
      await once(server, 'close');
    },
  };
}

function answer(socket: Socket, line: string, passwords: string[], accepted: string): void {
  const [verb, subject = ''] = line.split(' ');
  if (verb === 'PING') socket.write('PONG\r\n');
  if (verb === 'CONNECT') {
    const { pass } = JSON.parse(line.slice('CONNECT '.length)) as { readonly pass: string };
    passwords.push(pass);
    if (pass !== accepted) socket.end("-ERR 'Authorization Violation'\r\n");
  }
  if (verb === 'HPUB' && subject.startsWith('forbidden.')) {
    socket.write(`-ERR 'Permissions Violation for Publish to "${subject}"'\r\n`);
  }
  if (verb === 'SUB' && subject.startsWith('secret.')) refuseToHear(socket, subject);
}

const STORED = '{"stream":"EVENTS","seq":1}';

const refuseToHear = (socket: Socket, subject: string): boolean =>
  socket.write(`-ERR 'Permissions Violation for Subscription to "${subject}"'\r\n`);
