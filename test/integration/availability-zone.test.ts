/** Where an environment runs: on what telemetry and Insights send of it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { type EmulatorOptions, startEmulator } from '../../emulator/index.ts';
import { optFolder } from '../support/lambda/host-process.ts';
import { hasEntrypoint } from '../support/lambda/opt-with-preload.ts';
import { startHttpServer } from '../support/servers/http-server.ts';

/** Invokes until telemetry and Insights both name a zone: the first records may leave before the answer is there. */
async function zonesOf(options: Partial<EmulatorOptions>) {
  const folder = mkdtempSync(join(tmpdir(), 'zone-'));
  writeFileSync(join(folder, 'index.mjs'), 'export const handler = () => console.log("a line");');
  let sent = '';
  await using vendor = await startHttpServer(async (request, response) => {
    sent += await text(request);
    response.end('{}');
  });
  const emulator = await startEmulator({
    functionDir: folder,
    optDir: optFolder,
    timeoutMs: 60_000,
    ...options,
    environment: {
      AWS_REGION: 'eu-central-1',
      TELEMETRY_DESTINATIONS: 'otlp',
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${vendor.port}`,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_EXPORTER_OTLP_COMPRESSION: 'none',
      LAMBDA_INSIGHTS: 'emf',
    },
  });
  const inTelemetry = () =>
    [...sent.matchAll(/"cloud\.availability_zone","value":\{"stringValue":"([^"]+)"/g)].map(([, zone]) => zone);
  const inInsights = () =>
    emulator.lines.flatMap(({ text }) => /"availability_zone":"([^"]+)"/.exec(text)?.slice(1) ?? []);
  while (inTelemetry().length === 0 || inInsights().length === 0) await emulator.invoke();
  await emulator.close();
  rmSync(folder, { recursive: true });
  return [...new Set([...inTelemetry(), ...inInsights()])];
}

it('is the one that the metadata endpoint tells', async () => {
  expect(await zonesOf({})).toEqual(['euc1-az1']);
});

it.skipIf(!hasEntrypoint)('is that of the restored environment, never that of the snapshot', async () => {
  expect(await zonesOf({ initializationType: 'snap-start' })).toEqual(['euc1-az2']);
});
