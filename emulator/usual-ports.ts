import { createSocket } from 'node:dgram';
import { createServer, type Server } from 'node:net';
import type { PortDeclaration } from './port-declarations.ts';

/** Where the extensions of one emulator listen. Disposing lets another emulator have the ports. */
export interface PortChoice extends Disposable {
  /** For extensions and function, where a usual port was not to be had. */
  readonly variables: Readonly<Record<string, string>>;
  /** Says so, in one line. */
  readonly hint: string | undefined;
}

/**
 * The usual port of each, or a free one where that is in use, so that several emulators run on one machine. A variable that the
 * user has set stays. The extensions open their ports later; until then a reservation keeps other emulators away.
 */
export async function choosePorts(
  declarations: readonly PortDeclaration[],
  environment: Readonly<Record<string, string | undefined>>,
): Promise<PortChoice> {
  const reservations: Server[] = [];
  const moved: { name: string; variable: string; usualPort: number; port: number }[] = [];
  for (const { name, variable, usualPort, isUdp } of declarations) {
    if (environment[variable]) continue;
    const { port, reservation } = await choosePort(usualPort, isUdp ? isFreeForUdp : isFree);
    if (reservation !== undefined) reservations.push(reservation);
    if (port !== usualPort) moved.push({ name, variable, usualPort, port });
  }
  const otlp = moved.find(({ name }) => name === 'otlp');
  const endpoint = otlp && !environment.OTEL_EXPORTER_OTLP_ENDPOINT && { [OTLP]: `http://localhost:${otlp.port}` };
  const variables = { ...Object.fromEntries(moved.map(({ variable, port }) => [variable, String(port)])), ...endpoint };
  return {
    variables,
    hint:
      moved.length === 0
        ? undefined
        : hintAt(
            moved.map(({ usualPort }) => usualPort),
            variables,
          ),
    [Symbol.dispose]: () => {
      for (const reservation of reservations) reservation.close();
    },
  };
}

/** The usual port if nobody listens there, else a free one. */
export async function usualOrFree(usualPort: number, address: string): Promise<number> {
  return (await isFree(usualPort, address)) ? usualPort : 0;
}

async function choosePort(
  usualPort: number,
  isFreeAt: typeof isFree,
): Promise<{ port: number; reservation?: Server | undefined }> {
  for (let port = usualPort; ; port = await freePort()) {
    const reservation = await reserve(port);
    if (reservation === 'taken') continue;
    if (await isFreeAt(port, LOOPBACK)) return { port, reservation };
    reservation?.close();
  }
}

/** A socket that has a name and no file. Only Linux has such; elsewhere two emulators that start together may choose the same. */
async function reserve(port: number): Promise<Server | 'taken' | undefined> {
  if (process.platform !== 'linux') return undefined;
  const server = createServer().unref();
  return (await canListen(server, { path: `\0lambda-node-extended-port-${port}` })) ? server : 'taken';
}

async function isFree(port: number, host: string): Promise<boolean> {
  const server = createServer();
  const isFree = await canListen(server, { port, host });
  await new Promise((resolve) => server.close(resolve));
  return isFree;
}

function isFreeForUdp(port: number, address: string): Promise<boolean> {
  const socket = createSocket('udp4');
  return new Promise((resolve) => {
    const done = (isFree: boolean) => socket.close(() => resolve(isFree));
    socket.once('error', () => done(false)).bind({ port, address }, () => done(true));
  });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await canListen(server, { port: 0, host: LOOPBACK });
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function canListen(server: Server, where: { path: string } | { port: number; host: string }): Promise<boolean> {
  return new Promise((resolve) => {
    server.once('error', () => resolve(false)).listen(where, () => resolve(true));
  });
}

function hintAt(usualPorts: readonly number[], variables: Readonly<Record<string, string>>): string {
  const which = usualPorts.length === 1 ? `Port ${usualPorts[0]} is` : `Ports ${usualPorts.join(', ')} are`;
  const settings = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
  return `${which} in use, perhaps by another emulator. Function and extensions get ${settings.join(' ')}`;
}

const LOOPBACK = '127.0.0.1';
const OTLP = 'OTEL_EXPORTER_OTLP_ENDPOINT';
