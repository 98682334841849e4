import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { freePort } from '../test/support/servers/free-port.ts';
import { textsHandedOver } from './hand-over-texts.ts';

const secret = JSON.stringify({ SecretString: 'hunter2' });
const warned = vi.spyOn(process, 'emitWarning').mockReturnValue();
afterEach(() => warned.mockClear());

/** A supervisor that reads as far as `texts-end`. */
async function startSupervisor(onRead: (socket: Socket) => void) {
  const received: string[] = [];
  const server = createServer((socket) => {
    let text = '';
    socket.setEncoding('latin1').on('data', (part) => {
      text += part;
      if (!text.endsWith('texts-end\n')) return;
      received.push(text);
      onRead(socket);
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const environment = {
    TELEMETRY_DESTINATIONS: 'http',
    AWS_SESSION_TOKEN: 'the-token',
    EXTENSIONS_REDACTION_PORT: String(port),
  };
  return { received, environment, [Symbol.dispose]: () => void server.close() };
}

describe('what the function read', () => {
  it('is handed over with the token, and the reader gets it once it is taken', async () => {
    let isTaken = false;
    using supervisor = await startSupervisor((socket) => {
      isTaken = true;
      socket.end('taken\n');
    });

    await textsHandedOver(supervisor.environment)(secret);

    expect(isTaken).toBe(true);
    expect(supervisor.received).toEqual(['token the-token\ntext aHVudGVyMg==\ntexts-end\n']);
    expect(warned).not.toHaveBeenCalled();
  });

  it.each<[string, (socket: Socket) => void]>([
    ['refuses it', (socket) => socket.destroy()],
    ['answers something else', (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')],
    ['never answers', () => undefined],
  ])('reaches its reader where the supervisor %s, and that is said once, without the value', async (_what, onRead) => {
    using supervisor = await startSupervisor(onRead);
    const handOver = textsHandedOver(supervisor.environment);

    await handOver(secret);
    await handOver(secret);

    expect(supervisor.received).toHaveLength(2);
    expect(warned).toHaveBeenCalledOnce();
    expect(warned.mock.calls[0]?.[0]).toContain(`nobody on port ${supervisor.environment.EXTENSIONS_REDACTION_PORT}`);
    expect(String(warned.mock.calls)).not.toMatch(/hunter2|aHVudGVyMg|the-token/);
  });

  it('reaches its reader where nobody listens', async () => {
    const environment = { TELEMETRY_CONFIG: '{}', EXTENSIONS_REDACTION_PORT: String(await freePort()) };

    await textsHandedOver(environment)(secret);

    expect(warned).toHaveBeenCalledOnce();
  });

  it.each([
    ['without telemetry', { TELEMETRY_DESTINATIONS: 'false' }, secret],
    ['where nothing of it is secret', {}, JSON.stringify({ Parameter: { Type: 'String', Value: 'public value' } })],
  ])('is not handed over %s', async (_when, environment, json) => {
    using supervisor = await startSupervisor((socket) => socket.end('taken\n'));

    await textsHandedOver({ ...supervisor.environment, ...environment })(json);

    expect(supervisor.received).toEqual([]);
    expect(warned).not.toHaveBeenCalled();
  });
});
