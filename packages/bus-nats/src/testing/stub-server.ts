import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';

export interface StubServer {
  readonly url: string;
  /** Passwords that were offered. */
  readonly passwords: readonly string[];
  /** Lets in only who offers this password from now on, and drops who is in. */
  readonly accept: (password: string) => void;
  readonly stop: () => Promise<void>;
}

const INFO = { server_id: 'stub', server_name: 'stub', version: '2.9.10', proto: 1, headers: true, max_payload: 1_048_576 };

/**
 * As much of a NATS server as refusals need: it lets in who offers `good`, or what it is told to accept, and lets nobody publish on `forbidden.*` or
 * subscribe to `secret.*`. Its words are those of nats-server 2.9.10, which the servers of a test run have no users for.
 */
export async function startStubServer(): Promise<StubServer> {
  const passwords: string[] = [];
  const sockets = new Set<Socket>();
  let accepted = 'good';
  const dropAll = (): void => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  };
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.write(`INFO ${JSON.stringify(INFO)}\r\n`);
    let text = '';
    socket.on('data', (bytes) => {
      const lines = (text + bytes.toString()).split('\r\n');
      text = lines.pop() ?? '';
      for (const line of lines) answer(socket, line, passwords, accepted);
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
  if (verb === 'SUB' && subject.startsWith('secret.')) {
    socket.write(`-ERR 'Permissions Violation for Subscription to "${subject}"'\r\n`);
  }
}
