import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it, vi } from 'vitest';
import { call } from '../../../foundation/http-client.ts';
import { receiveDeliveries } from './receive-deliveries.ts';

async function setUp() {
  const taken: unknown[] = [];
  const held: number[] = [];
  const lines: string[] = [];
  const announced: number[] = [];
  const say = (line: string) => void lines.push(line);
  const listener = await receiveDeliveries({
    on: { port: 0, host: '127.0.0.1' },
    isOurPath: (path) => path === '/secret',
    onRecords: async (records) => void taken.push(records),
    onHolding: (records) => held.push(records),
    announceWork: (cpuMs) => announced.push(cpuMs),
    log: { debug: say, info: say, warn: say, error: say },
  });
  const post = async (body: string, { path = '/secret', ...headers }: Record<string, string> = {}) => {
    const authority = `127.0.0.1:${listener?.port}`;
    return (await call({ authority, method: 'POST', path, body, headers })).status;
  };
  /** Leaves the delivery unfinished. */
  const begin = async (part: Buffer) => {
    const socket = connect(Number(listener?.port), '127.0.0.1');
    await once(socket, 'connect');
    socket.write(`POST /secret HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${16 * 1024 * 1024}\r\n\r\n`);
    socket.write(part);
    return socket;
  };
  return {
    port: Number(listener?.port),
    post,
    begin,
    taken,
    held,
    lines,
    announced,
    [Symbol.asyncDispose]: async () => listener?.close(),
  };
}

describe('receiveDeliveries', () => {
  it('counts the records that are acknowledged and not dealt with yet', async () => {
    await using one = await setUp();

    expect(await one.post('[{"type":"a"},{"type":"b"}]')).toBe(200);
    expect(await one.post('[{"type":"c"}]')).toBe(200);

    expect(one.taken).toEqual([[{ type: 'a' }, { type: 'b' }], [{ type: 'c' }]]);
    expect(one.held).toEqual([2, 0, 1, 0]);
  });

  it.each(['{}', '"text"', '7', 'null', '{"type":"function"}'])(
    'takes %s, which is no list, as one record',
    async (body) => {
      await using one = await setUp();

      expect(await one.post(body)).toBe(200);

      expect([one.taken, one.held, one.lines]).toEqual([[[JSON.parse(body)]], [1, 0], []]);
    },
  );

  it('refuses what does not come from Lambda, and says so once', async () => {
    await using one = await setUp();
    const page = { origin: 'https://evil.example' };

    const statuses = [
      await one.post('[{"type":"a"}]', { path: '/' }),
      await one.post('[{"type":"a"}]', { path: '/guess' }),
      await one.post('[{"type":"a"}]', page),
      await one.post('[{"type":"a"}]', { host: 'evil.example' }),
    ];

    expect([statuses, one.taken]).toEqual([[404, 404, 403, 403], []]);
    expect(one.lines.filter((line) => line.includes('not from Lambda'))).toHaveLength(1);
  });

  it.each(['sandbox', 'sandbox.localdomain', '127.0.0.1'])('takes a delivery that is addressed to %s', async (host) => {
    await using one = await setUp();

    expect(await one.post('[{"type":"a"}]', { host: `${host}:2775` })).toBe(200);
  });

  it('drops a body that is longer than any of Lambda’s', async () => {
    await using one = await setUp();

    expect(await one.post(`["${'x'.repeat(16 * 1024 * 1024)}"]`)).toBe(200);

    expect([one.taken, one.lines]).toEqual([
      [],
      ['Dropped a telemetry delivery that cannot be read: it has 16777220 bytes.'],
    ]);
  });

  it('answers 503 while an unfinished delivery fills its share of memory, so that Lambda repeats the delivery', async () => {
    await using one = await setUp();
    const slow = await one.begin(Buffer.alloc(16 * 1024 * 1024 - 1, ' '));

    await vi.waitFor(async () => expect(await one.post('[{"type":"b"}]')).toBe(503));
    slow.destroy();

    await vi.waitFor(async () => expect(await one.post('[{"type":"a"}]')).toBe(200));
    expect(one.taken.at(-1)).toEqual([{ type: 'a' }]);
  });

  it('announces that it parses a long body, and no short one', async () => {
    await using one = await setUp();

    await one.post('[{"type":"a"}]');
    await one.post(JSON.stringify(Array.from({ length: 4_000 }, () => ({ record: 'x'.repeat(1_000) }))));

    expect(one.announced).toEqual([expect.closeTo(1_016, -2)]);
  });

  it('drops a body with more objects than Lambda sends, which would take seconds to parse', async () => {
    await using one = await setUp();

    expect(await one.post(`[${'{},'.repeat(1_000_000)}{}]`)).toBe(200);

    expect([one.taken, one.lines]).toEqual([
      [],
      ['Dropped a telemetry delivery that cannot be read: it has more than 1000000 objects.'],
    ]);
  });

  it('answers 200 to what it cannot read, since Lambda would send it again, and logs that once a minute', async () => {
    await using one = await setUp();

    for (let time = 0; time < 20; time++) expect(await one.post(`[{"type":"a"},${time}`)).toBe(200);

    expect([one.taken, one.lines]).toEqual([[], ['Dropped a telemetry delivery that cannot be read: SyntaxError.']]);
  });

  it('takes another port if that of the plan is in use, since Lambda is told which', async () => {
    await using other = await setUp();
    const silent = () => undefined;

    const listener = await receiveDeliveries({
      on: { port: other.port, host: '127.0.0.1' },
      isOurPath: () => true,
      onRecords: async () => undefined,
      onHolding: () => undefined,
      announceWork: silent,
      log: { debug: silent, info: silent, warn: silent, error: silent },
    });

    expect(listener?.port).not.toBe(other.port);
    expect(listener?.port).toBeGreaterThan(0);
    await listener?.close();
  });
});
