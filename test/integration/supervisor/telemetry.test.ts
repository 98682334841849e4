import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { telemetryApi } from '../../../lambda-api/telemetry-api.ts';
import { deliveryUrl } from '../../support/lambda/delivery-url.ts';
import { isSupervisorBuilt, startSupervised } from '../../support/lambda/supervised.ts';
import { freePort } from '../../support/servers/free-port.ts';
import { startTelemetryVendor } from '../../support/servers/telemetry-vendor.ts';

describe.runIf(isSupervisorBuilt)('the supervisor', () => {
  describe('with a telemetry subscription', () => {
    const records = JSON.stringify(
      Array.from({ length: 3 }, () => ({ time: '2026-01-01T00:00:00.000Z', type: 'function', record: 'x' })),
    );

    it('asks Lambda for it as the host alone would, and starts the host at the first delivery', async () => {
      await using lambda = await startSupervised({
        modules: ['collector.cjs'],
        environment: { EXTENSIONS_START: 'on-demand' },
      });
      expect(lambda.hostPid()).toBeUndefined();

      const delivered = await fetch(deliveryUrl(lambda.api), { method: 'POST', body: records });

      expect(delivered.status).toBe(200);
      const subscription = lambda.api.calls.find(({ path }) => path === telemetryApi.subscribe);
      expect(JSON.parse(subscription?.body ?? '')).toEqual({
        schemaVersion: '2025-01-29',
        types: ['platform', 'function'],
        buffering: { maxItems: 1_000, maxBytes: 262_144, timeoutMs: 1_000 },
        destination: {
          protocol: 'HTTP',
          URI: expect.stringMatching(`^http://sandbox.localdomain:${lambda.telemetryPort}/[0-9a-f]{32}$`),
        },
      });
    });

    it.each([
      [
        202,
        '{"errorType":"Telemetry.NotSupported"}',
        /INFO \[supervisor\] This environment has no Telemetry API\. Extensions get no telemetry\.$/,
      ],
      [404, '', /INFO \[supervisor\] This environment has no Telemetry API\. Extensions get no telemetry\.$/],
      [
        500,
        '{"errorType":"x"}',
        /ERROR \[supervisor\] Extensions get no telemetry, because the telemetry subscription failed with status 500: .*x/,
      ],
    ])('that is answered %i, goes on without, and says so once', async (status, body, line) => {
      await using vendor = await startTelemetryVendor();
      await using lambda = await startSupervised({
        answers: { subscribe: { status, body } },
        environment: {
          TELEMETRY_DESTINATIONS: 'http',
          TELEMETRY_HTTP_URL: vendor.url,
          TELEMETRY_OTLP_PORT: String(await freePort()),
        },
      });

      lambda.invoke('r-1');
      await lambda.api.asksForEvent(2);
      lambda.invoke('r-2');
      await lambda.api.asksForEvent(3);

      expect(lambda.supervisor.output.trimEnd().split('\n')).toEqual([expect.stringMatching(line)]);
    });

    it.each<[string, (folder: string) => void, string[]]>([
      ['what a module of the manifest declares', () => undefined, ['platform', 'function']],
      ['all that a module may want which is not in the manifest', dropRecorder, ['platform', 'function', 'extension']],
    ])('asks also for %s, and gives each extension its own', async (_case, prepare, types) => {
      await using vendor = await startTelemetryVendor();
      await using lambda = await startSupervised({
        modules: ['recorder.cjs'],
        prepare,
        environment: {
          TELEMETRY_DESTINATIONS: 'http',
          TELEMETRY_HTTP_URL: vendor.url,
          TELEMETRY_TYPES: 'platform',
          TELEMETRY_FLUSH: 'continuous,0',
          TELEMETRY_OTLP_PORT: String(await freePort()),
        },
      });
      const body = JSON.stringify(
        ['function', 'extension', 'platform.fault'].map((type) => ({
          time: '2026-01-01T00:00:00.000Z',
          type,
          record: type,
        })),
      );

      await fetch(deliveryUrl(lambda.api), { method: 'POST', body });
      await lambda.supervisor.line(/^telemetry function,platform\.fault$/);
      lambda.shutDown();
      await lambda.supervisor.exit;

      const subscription = lambda.api.calls.find(({ path }) => path === telemetryApi.subscribe);
      expect(JSON.parse(subscription?.body ?? '')).toMatchObject({ types });
      expect(vendor.records().map(({ type }) => type)).toEqual(['platform.fault']);
    });

    it('loses nothing with a host that is killed, and counts what no host has confirmed at the end', async () => {
      await using lambda = await startSupervised({ modules: ['collector.cjs'] });
      let deliveries = 0;
      // Blanks, because the same bytes again would count as a repetition.
      const deliver = () => {
        deliveries += 1;
        const body = records + ' '.repeat(deliveries);
        return fetch(deliveryUrl(lambda.api), { method: 'POST', body });
      };

      for (let batch = 0; batch < 3; batch++) await deliver();
      process.kill(await lambda.untilHostRuns(), 'SIGKILL');
      const complaint = await lambda.supervisor.line(/terminated by signal 9\./);
      await deliver();
      await lambda.untilHostRuns();
      lambda.shutDown();
      await lambda.supervisor.exit;

      expect(complaint).not.toMatch(/lost/);
      expect(lambda.supervisor.output.match(/.*\d+ telemetry records.*/g)).toEqual([
        expect.stringMatching(/Lost 12 telemetry records, because the host ended before it delivered them\.$/),
      ]);
    });
  });
});

/** Leaves the module in its folder, and takes it out of the manifest. */
function dropRecorder(folder: string): void {
  const file = join(folder, 'lambda-node-extended/manifest');
  const [before = ''] = readFileSync(file, 'utf8').split('extension recorder\n');
  writeFileSync(file, before);
}
