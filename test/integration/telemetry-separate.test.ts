import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { separateOptFolder } from '../support/lambda/host-process.ts';
import { isSupervisorBuilt } from '../support/lambda/supervised.ts';
import { LOGS_LINES, startTelemetryLambda, type TelemetryLambda } from '../support/lambda/telemetry-lambda.ts';
import { startTelemetryVendor } from '../support/servers/telemetry-vendor.ts';

const INVOCATIONS = 12;
const LINES = 20;

describe.runIf(isSupervisorBuilt)('in the separate layout', () => {
  it('each extension has a store of its own: what kills and outages do to one, the other does not notice', async () => {
    let isUp = false;
    await using up = await startTelemetryVendor();
    await using down = await startTelemetryVendor((response) => {
      if (isUp) return false;
      response.writeHead(503).end();
      return true;
    });
    const destinations = { up: { type: 'http', url: up.url }, down: { type: 'http', url: down.url } };
    await using lambda = await startTelemetryLambda(
      LOGS_LINES,
      {
        TELEMETRY_CONFIG: JSON.stringify({ destinations }),
        TELEMETRY_FLUSH: 'end',
        LAMBDA_INSIGHTS: 'emf',
      },
      { optDir: separateOptFolder },
    );
    await lambda.emulator.init();
    const [telemetry, insights] = [supervisorOf(lambda, 'telemetry'), supervisorOf(lambda, 'insights')];
    const sent: string[] = [];
    const requestIds: string[] = [];

    for (let invocation = 0; invocation < INVOCATIONS; invocation++) {
      const lines = Array.from({ length: LINES }, (_, index) => `line ${sent.length + index}`);
      sent.push(...lines);
      const invoked = lambda.invoke({ lines });
      const victim = [telemetry, undefined, insights, undefined][invocation % 4];
      if (victim !== undefined && invocation > 3) process.kill(hostOf(victim) as number, 'SIGKILL');
      requestIds.push((await invoked).requestId);
    }
    const stores = { telemetry: storeOf(telemetry), insights: storeOf(insights) };
    isUp = true;
    while (new Set(down.lines()).size < sent.length) await lambda.invoke({});
    await lambda.emulator.shutdown();

    expect(stores.telemetry.inode).not.toBe(stores.insights.inode);
    // The vendor that is down keeps telemetry's records, and no others.
    expect(stores.telemetry.bytes).toBeGreaterThan(sent.join('').length);
    expect(stores.insights.bytes).toBeLessThan(stores.telemetry.bytes / 2);
    expect(new Set(up.lines())).toEqual(new Set(sent));
    expect([...down.lines()].sort()).toEqual([...sent].sort());
    expect(lambda.said().filter((line) => /lost/i.test(line))).toEqual([]);
    expect(documentsOf(lambda).filter((id) => requestIds.includes(id))).toEqual(requestIds);
  });
});

/** Of which invocations Insights has written a document, in order. */
function documentsOf({ emulator }: TelemetryLambda): string[] {
  const documents = emulator.lines.filter(({ text }) => text.startsWith('{"_aws"'));
  return documents.map(({ text }) => (JSON.parse(text) as { request_id: string }).request_id);
}

function supervisorOf({ emulator }: TelemetryLambda, extension: string): number {
  const found = allPids().find((pid) => {
    const command = contentOf(`/proc/${pid}/cmdline`).split('\0')[0];
    return (
      command?.endsWith(`/extensions/${extension}`) && contentOf(`/proc/${pid}/environ`).includes(emulator.runtimeApi)
    );
  });
  return found ?? Number.NaN;
}

function hostOf(supervisor: number): number | undefined {
  return allPids().find((pid) => contentOf(`/proc/${pid}/stat`).split(') ').at(-1)?.split(' ')[1] === `${supervisor}`);
}

/** The anonymous file in which a supervisor keeps deliveries. */
function storeOf(supervisor: number): { inode: number; bytes: number } {
  const files = readdirSync(`/proc/${supervisor}/fd`).map((fd) => `/proc/${supervisor}/fd/${fd}`);
  const store = files.find((file) => readlinkSync(file).startsWith('/memfd:telemetry')) ?? '';
  const { ino, blocks } = statSync(store);
  return { inode: ino, bytes: blocks * 512 };
}

function allPids(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

function contentOf(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    // The process has ended.
    return '';
  }
}
