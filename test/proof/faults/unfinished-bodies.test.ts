import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect, it } from 'vitest';
import { memory } from '../../../bench/support/proc.ts';
import { deliveryUrlOfEmulator } from '../../support/lambda/delivery-url.ts';
import { LOGS_LINES, startTelemetryLambda } from '../../support/lambda/telemetry-lambda.ts';
import { startTelemetryVendor } from '../../support/servers/telemetry-vendor.ts';
import { ROUNDS } from '../options.ts';
import { withParent } from './processes.ts';

const CALLERS = 50;
/** Longer than any that is kept, and the longest of OTLP. */
const SIZES = [16 * 1024 * 1024, 4 * 1024 * 1024];
/** Each server allows 16 MB in flight; all these bodies would take 1,000 MB there. Node.js also has what it read and has not collected yet. */
const MOST_MB = { supervisor: 32, host: 160 };

it(`${CALLERS} bodies of 16 MB, and of 4 MB, that never end take little memory, and are gone when their callers are`, {
  timeout: 60_000 + ROUNDS * 60_000,
}, async ({ task }) => {
  await using vendor = await startTelemetryVendor();
  const environment = { TELEMETRY_DESTINATIONS: 'http', TELEMETRY_HTTP_URL: vendor.url, TELEMETRY_FLUSH: 'end' };
  await using lambda = await startTelemetryLambda(LOGS_LINES, environment, { freeze: false });
  await lambda.warmUp();
  lambda.emulator.thaw();
  const host = lambda.hostPid() ?? Number.NaN;
  const [, supervisor = Number.NaN] = withParent(host);
  const used = (pid: number) => memory(pid, { isAlone: true }).anonymousMb;
  const before = { supervisor: used(supervisor), host: used(host) };
  const most = { supervisor: 0, host: 0 };
  const lines: string[] = [];

  for (let round = 0; round < ROUNDS; round++) {
    const urls = [deliveryUrlOfEmulator(lambda.emulator), `http://127.0.0.1:${lambda.otlpPort}/v1/logs`];
    const sockets: Socket[] = [];
    for (const url of urls)
      for (const bytes of SIZES) {
        const callers = Array.from({ length: CALLERS }, () => sendsAllButTheEnd(new URL(url), bytes));
        sockets.push(...(await Promise.all(callers)));
        most.supervisor = Math.max(most.supervisor, used(supervisor) - before.supervisor);
        most.host = Math.max(most.host, used(host) - before.host);
      }
    for (const socket of sockets) socket.destroy();

    const line = `line ${round}`;
    lines.push(line);
    await lambda.invoke({ lines: [line] });
  }
  await lambda.emulator.shutdown();

  expect(most.supervisor).toBeLessThan(MOST_MB.supervisor);
  expect(most.host).toBeLessThan(MOST_MB.host);
  expect(vendor.lines()).toEqual(lines);
  task.meta.proof = {
    part: 'fault',
    tried: `${CALLERS} bodies of 16 MB, and of 4 MB, that never end, at the port of deliveries and at that of OTLP`,
    times: ROUNDS * CALLERS * SIZES.length * 2,
    held: `the supervisor took ${Math.round(most.supervisor)} MB more, the host ${Math.round(most.host)} MB; afterwards Lambda’s delivery arrived`,
  };
});

/** Resolves when the server has taken all but the last byte, or refuses the rest. */
async function sendsAllButTheEnd({ port, host, pathname }: URL, bytes: number): Promise<Socket> {
  const socket = connect(Number(port), '127.0.0.1').on('error', () => undefined);
  socket.resume();
  await once(socket, 'connect');
  socket.write(`POST ${pathname} HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\n`);
  socket.write(`Content-Length: ${bytes}\r\n\r\n`);
  const isRefused = once(socket, 'close');
  const isTaken = new Promise<void>((resolve) => {
    socket.write(Buffer.alloc(bytes - 1, ' '), () => resolve());
  });
  await Promise.race([isTaken, isRefused]);
  return socket;
}
