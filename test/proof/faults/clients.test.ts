import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { request } from 'undici';
import { expect, it } from 'vitest';
import { LOGS_LINES, startTelemetryLambda } from '../../support/lambda/telemetry-lambda.ts';
import { freePort } from '../../support/servers/free-port.ts';
import { startTelemetryVendor } from '../../support/servers/telemetry-vendor.ts';
import { ROUNDS, SEED } from '../options.ts';
import { seededRandom } from '../random.ts';
import { attack, hostileClients } from './hostile-clients.ts';

const CLIENTS_A_KIND = 3;

it(`clients that are slow, never end or speak no HTTP stop no port for others, with seed ${SEED}`, {
  timeout: 60_000 + ROUNDS * 60_000,
}, async ({ task }) => {
  const random = seededRandom(SEED + 2);
  await using vendor = await startTelemetryVendor();
  const appConfigPort = await freePort();
  const environment = {
    TELEMETRY_DESTINATIONS: 'http',
    TELEMETRY_HTTP_URL: vendor.url,
    TELEMETRY_FLUSH: 'end',
    AWS_APPCONFIG_EXTENSION_HTTP_PORT: String(appConfigPort),
  };
  await using lambda = await startTelemetryLambda(LOGS_LINES, environment, { freeze: false });
  await lambda.warmUp();
  lambda.emulator.thaw();
  const host = lambda.hostPid() ?? 0;
  const ports = {
    appconfig: appConfigPort,
    secrets: lambda.secretsPort,
    metrics: Number(variableOf(host, 'EXTENSIONS_HTTP_PORT')),
    deliveries: lambda.telemetryPort,
    otlp: lambda.otlpPort,
    lambda: Number(variableOf(host, 'AWS_LAMBDA_RUNTIME_API').split(':')[1]),
  };
  const sockets: Socket[] = [];
  const lines: string[] = [];

  for (let round = 0; round < ROUNDS; round++) {
    for (const port of Object.values(ports)) {
      const clients = Object.values(hostileClients).flatMap((client) =>
        Array.from({ length: CLIENTS_A_KIND }, () => client),
      );
      sockets.push(...(await Promise.all(clients.map((client) => attack(port, client, random)))));
    }

    const statuses = await Promise.all([
      statusOf(ports.appconfig, '/ping'),
      statusOf(ports.secrets, '/ping'),
      statusOf(ports.metrics, '/health'),
      statusOf(ports.otlp, '/v1/logs', '{"resourceLogs":[]}'),
      statusOf(ports.lambda, '/2018-06-01/ping'),
    ]);
    const line = `line ${round}`;
    lines.push(line);
    const { payload } = await lambda.invoke({ lines: [line] });

    expect(statuses).toEqual([200, 200, 200, 200, 200]);
    expect(payload).toBe('"ok"');
    for (const socket of sockets.splice(0)) socket.destroy();
  }
  await lambda.emulator.untilPhase('idle');

  expect(lambda.hostPid()).toBe(host);
  await lambda.emulator.shutdown();
  expect(vendor.lines()).toEqual(lines);
  const kinds = Object.keys(hostileClients).length;
  task.meta.proof = {
    part: 'fault',
    tried: `clients that are slow, never end or speak no HTTP: ${kinds} kinds on each of ${Object.keys(ports).length} ports`,
    times: ROUNDS * kinds * CLIENTS_A_KIND * Object.keys(ports).length,
    held: 'other clients were answered meanwhile, Lambda’s deliveries arrived, the host was not restarted',
  };
});

async function statusOf(port: number, path: string, json?: string): Promise<number> {
  const options =
    json === undefined ? {} : { method: 'POST' as const, body: json, headers: { 'content-type': 'application/json' } };
  const { statusCode, body } = await request(`http://127.0.0.1:${port}${path}`, { reset: true, ...options });
  await body.dump();
  return statusCode;
}

function variableOf(pid: number, name: string): string {
  const variables = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  return variables.find((variable) => variable.startsWith(`${name}=`))?.slice(name.length + 1) ?? '';
}
