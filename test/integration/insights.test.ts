import { existsSync, readdirSync, readFileSync, statfsSync } from 'node:fs';
import { Validator } from '@cfworker/json-schema';
import { describe, expect, it } from 'vitest';
import type { PlatformRecord, ReportMetrics } from '../../lambda-api/telemetry-api.ts';
import { startExtensionsApi } from '../support/lambda/extensions-api.ts';
import { optFolder, separateOptFolder, startHost } from '../support/lambda/host-process.ts';
import { type InsightsLambda, startInsightsLambda } from '../support/lambda/insights-lambda.ts';
import { answerJson } from '../support/servers/aws-server.ts';
import { startBlackHole } from '../support/servers/black-hole.ts';
import { freePort } from '../support/servers/free-port.ts';
import { startTelemetryVendor } from '../support/servers/telemetry-vendor.ts';

const CLOUDWATCH = { LAMBDA_INSIGHTS: 'cloudwatch' };
const TIME = '/usr/bin/time';
const RETURNS = 'export const handler = async (event) => event ?? null;';
/** A field of an event may miss what happened within one tick of each CPU, and has what our own processes used. */
const CPU_TOLERANCE_MS = 150;

/** Lambda's reports, in order. */
function reports({ emulator }: InsightsLambda): { requestId: string; metrics: ReportMetrics }[] {
  return emulator.telemetry.records
    .filter(({ type }) => type === 'platform.report')
    .map(({ record }) => record as Extract<PlatformRecord, { type: 'platform.report' }>['record']);
}

describe.each([
  ['combined', optFolder],
  ['separate', separateOptFolder],
])('in the layout %s', (_layout, optDir) => {
  it('each invocation has one event with Lambda’s own figures, and the first is the cold start', async () => {
    await using lambda = await startInsightsLambda(RETURNS, CLOUDWATCH, { optDir });
    const results = [await lambda.invoke('a'), await lambda.invoke('b'), await lambda.invoke('c')];

    await lambda.emulator.shutdown();

    const events = lambda.events();
    expect(events.map(({ request_id }) => request_id)).toEqual(results.map(({ requestId }) => requestId));
    expect(events.map(({ cold_start }) => cold_start)).toEqual([true, false, false]);
    for (const [index, { metrics }] of reports(lambda).entries()) {
      expect(events[index]).toMatchObject({
        duration: Math.round(metrics.durationMs),
        billed_duration: metrics.billedDurationMs,
        billed_mb_ms: (metrics.billedDurationMs ?? 0) * (metrics.memorySizeMB ?? 0),
        used_memory_max: metrics.maxMemoryUsedMB,
        total_memory: metrics.memorySizeMB,
        trace_id: expect.stringMatching(/^1-[0-9a-f]{8}-[0-9a-f]{24}$/),
        cpu_total_time: expect.any(Number),
        agent_memory_max: expect.any(Number),
      });
    }
    expect(events[0]?.init_duration).toBe(Math.round(reports(lambda)[0]?.metrics.initDurationMs ?? -1));
    expect(lambda.said()).toEqual([]);
  });
});

it('in the separate layout telemetry and Insights both get Lambda’s records', async () => {
  await using vendor = await startTelemetryVendor();
  const telemetry = { TELEMETRY_DESTINATIONS: 'http', TELEMETRY_HTTP_URL: vendor.url, TELEMETRY_FLUSH: 'end' };
  await using lambda = await startInsightsLambda(
    RETURNS,
    { ...CLOUDWATCH, ...telemetry },
    { optDir: separateOptFolder },
  );
  const { requestId } = await lambda.invoke('a');

  await lambda.emulator.shutdown();

  expect(lambda.events().map(({ request_id }) => request_id)).toEqual([requestId]);
  expect(vendor.records().some((record) => record.type === 'platform.report' && record.requestId === requestId)).toBe(
    true,
  );
});

it('without LAMBDA_INSIGHTS nothing runs: no subscription, no Node.js process, no call', async () => {
  await using lambda = await startInsightsLambda(RETURNS, {});
  await lambda.invoke('a');
  const hosts = hostsOf(lambda.emulator.runtimeApi);

  await lambda.emulator.shutdown();

  expect(hosts).toEqual([]);

  expect(lambda.emulator.timeline.filter(({ name }) => name === 'subscribe')).toEqual([]);
  expect([lambda.aws.calls, lambda.said()]).toEqual([[], []]);
});

it('with it there is one Node.js process, the host', async () => {
  await using lambda = await startInsightsLambda(RETURNS, CLOUDWATCH);
  await lambda.invoke('a');

  expect(hostsOf(lambda.emulator.runtimeApi)).toHaveLength(1);
});

/** The command lines of the hosts of one environment. */
function hostsOf(runtimeApi: string): string[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.flatMap((pid) => {
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      const isOurs = readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`AWS_LAMBDA_RUNTIME_API=${runtimeApi}`);
      return isOurs && command.includes('host.cjs') ? [command] : [];
    } catch {
      // It has ended meanwhile.
      return [];
    }
  });
}

describe('what a function uses is in its event', () => {
  it('CPU time, as the function itself counts it', async () => {
    const burns = `export const handler = async ({ burnMs }) => {
      const before = process.cpuUsage();
      for (const end = Date.now() + burnMs; Date.now() < end; );
      const { user, system } = process.cpuUsage(before);
      return (user + system) / 1000;
    };`;
    await using lambda = await startInsightsLambda(burns, CLOUDWATCH, { timeoutMs: 30_000 });
    await lambda.invoke({ burnMs: 0 });
    const burnt = await lambda.invoke({ burnMs: 1_500 });
    const idle = await lambda.invoke({ burnMs: 0 });

    await lambda.emulator.shutdown();

    const [, second, third] = lambda.events();
    const ownMs = burnt.json() as number;
    // The first reading comes with INVOKE, beside the function: on a busy machine a little late.
    expect(second?.cpu_total_time).toBeGreaterThan(ownMs - CPU_TOLERANCE_MS);
    expect(second?.cpu_total_time).toBeLessThan(ownMs + CPU_TOLERANCE_MS);
    expect(third?.cpu_total_time).toBeLessThan((idle.json() as number) + CPU_TOLERANCE_MS);
  });

  it.skipIf(!existsSync(TIME))('CPU time of a program, as /usr/bin/time counts them', async () => {
    const runs = `import { spawnSync } from 'node:child_process';
    export const handler = async (burnMs) => {
      if (!burnMs) return;
      const code = 'while (process.cpuUsage().user < ' + burnMs + ' * 1e3) Buffer.alloc(1e5, 1)';
      return spawnSync('${TIME}', ['-v', process.execPath, '-e', code], { encoding: 'utf8' }).stderr;
    };`;
    await using lambda = await startInsightsLambda(runs, CLOUDWATCH, { timeoutMs: 30_000 });
    await lambda.invoke(0);
    const counted = String((await lambda.invoke(1_000)).json());
    await lambda.invoke(0);

    await lambda.emulator.shutdown();

    const seconds = (what: string) => Number(new RegExp(`${what} time \\(seconds\\): ([\\d.]+)`).exec(counted)?.[1]);
    const [userMs, systemMs] = [seconds('User') * 1_000, seconds('System') * 1_000];
    const event = lambda.events()[1] as Record<string, number>;
    expect(userMs).toBeGreaterThan(900);
    // Two ticks, and what our own processes and the function took besides.
    expect(event.cpu_user_time).toBeGreaterThan(userMs - CPU_TOLERANCE_MS);
    expect(event.cpu_user_time).toBeLessThan(userMs + CPU_TOLERANCE_MS);
    expect(event.cpu_system_time).toBeGreaterThan(systemMs - CPU_TOLERANCE_MS);
    expect(event.cpu_system_time).toBeLessThan(systemMs + CPU_TOLERANCE_MS);
  });

  it('threads, open files and /tmp, as the function itself sees them', async () => {
    const uses = `import { Worker } from 'node:worker_threads';
    import { openSync, readdirSync, statfsSync, writeFileSync, rmSync } from 'node:fs';
    export const handler = async () => {
      const files = Array.from({ length: 100 }, () => openSync('/dev/null', 'r'));
      const workers = Array.from({ length: 5 }, () => new Worker('setInterval(() => {}, 1000)', { eval: true }));
      await Promise.all(workers.map((worker) => new Promise((resolve) => worker.once('online', resolve))));
      await new Promise((resolve) => setTimeout(resolve, 2_500));
      const seen = { files: readdirSync('/proc/self/fd').length, threads: readdirSync('/proc/self/task').length };
      await Promise.all(workers.map((worker) => worker.terminate()));
      return seen;
    };`;
    await using lambda = await startInsightsLambda(uses, CLOUDWATCH);
    await lambda.invoke();
    const seen = (await lambda.invoke()).json() as { files: number; threads: number };

    await lambda.emulator.shutdown();

    const event = lambda.events()[1] ?? {};
    // The supervisor and the host have some of their own.
    expect(event.fd_use).toBeGreaterThanOrEqual(seen.files - 2);
    expect(event.fd_use).toBeLessThan(seen.files + 100);
    expect(event.threads_max).toBeGreaterThanOrEqual(seen.threads);
    expect(event.threads_max).toBeLessThan(seen.threads + 30);
    const { bsize, blocks } = statfsSync('/tmp');
    expect(event.tmp_max).toBe(bsize * blocks);
    expect((event.tmp_used as number) + (event.tmp_free as number)).toBe(event.tmp_max);
    expect(event.fd_max).toBe(Number(/^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1]));
  });

  it('what its children use, also of those that have ended', async () => {
    const spawns = `import { execFileSync } from 'node:child_process';
    export const handler = async ({ burnMs }) => {
      const code = 'for (const end = Date.now() + ' + burnMs + '; Date.now() < end; ); console.log(process.cpuUsage().user / 1000)';
      return Number(execFileSync(process.execPath, ['-e', code]));
    };`;
    await using lambda = await startInsightsLambda(spawns, CLOUDWATCH, { timeoutMs: 30_000 });
    await lambda.invoke({ burnMs: 0 });
    const burnt = await lambda.invoke({ burnMs: 800 });
    // The emulator's SHUTDOWN ends the runtime before our readings.
    await lambda.invoke({ burnMs: 0 });

    await lambda.emulator.shutdown();

    expect(lambda.events()[1]?.cpu_total_time).toBeGreaterThan((burnt.json() as number) - CPU_TOLERANCE_MS);
  });
});

it('with the preload’s part an event says how late the function’s event loop was', async () => {
  const blocks = `export const handler = async ({ blockMs }) => {
    await new Promise((resolve) => setTimeout(resolve, 50));
    for (const end = Date.now() + blockMs; Date.now() < end; );
    await new Promise((resolve) => setTimeout(resolve, 50));
  };`;
  await using lambda = await startInsightsLambda(blocks, {
    ...CLOUDWATCH,
    INSIGHTS_EVENT_LOOP: 'true',
    NODE_OPTIONS: `--require ${optFolder}/lambda-node-extended/preload.cjs`,
  });
  for (const blockMs of [0, 300, 0]) await lambda.invoke({ blockMs });

  await lambda.emulator.shutdown();

  const extended = lambda.events()[1]?.extended as Record<string, number> | undefined;
  expect(extended?.event_loop_delay_max).toBeGreaterThan(250);
  expect(extended?.event_loop_delay_max).toBeLessThan(600);
  expect(extended?.heap_used).toBeGreaterThan(1);
});

describe('an invocation that Lambda ends', () => {
  it('by its time-out says so', async () => {
    const hangs =
      'export const handler = (event) => new Promise((resolve) => event ? resolve() : setInterval(() => {}, 100));';
    await using lambda = await startInsightsLambda(hangs, CLOUDWATCH, { timeoutMs: 1_500 });
    await lambda.invoke(true);

    const { requestId } = await lambda.emulator.invoke(false);

    const event = () => lambda.events().find(({ request_id }) => request_id === requestId);
    await expect.poll(event).toMatchObject({ timeout: true, shutdown: true, shutdown_reason: 'Timeout' });
  });

  it('because its process ended says so', async () => {
    const exits = 'export const handler = async (event) => event ? null : process.exit(1);';
    await using lambda = await startInsightsLambda(exits, CLOUDWATCH);
    await lambda.invoke(true);

    const { requestId } = await lambda.emulator.invoke(false);

    const event = () => lambda.events().find(({ request_id }) => request_id === requestId);
    await expect.poll(event).toMatchObject({
      shutdown: true,
      shutdown_reason: 'Failure',
      extended: { error_type: 'Runtime.ExitError' },
    });
  });
});

describe('documents leave', () => {
  it('as lines in the embedded metric format, which CloudWatch’s schema describes, without a call', async () => {
    const schema = JSON.parse(
      readFileSync(new URL('../fixtures/insights/embedded-metric-format.schema.json', import.meta.url), 'utf8'),
    );
    await using lambda = await startInsightsLambda(RETURNS, {
      LAMBDA_INSIGHTS: 'emf',
      INSIGHTS_EMF_NAMESPACE: 'Orders',
    });
    await lambda.invoke('a');
    await lambda.invoke('b');

    await lambda.emulator.shutdown();

    const lines = lambda.embedded();
    expect(lines).toHaveLength(2);
    for (const line of lines) {
      expect(new Validator(schema, '7').validate(line).errors).toEqual([]);
      expect(JSON.stringify(line._aws)).toContain('"Namespace":"Orders"');
    }
    expect(lambda.aws.calls).toEqual([]);
  });

  it('through the destinations of telemetry, and to CloudWatch as well', async () => {
    await using vendor = await startTelemetryVendor();
    await using lambda = await startInsightsLambda(RETURNS, {
      LAMBDA_INSIGHTS: 'otlp,cloudwatch',
      TELEMETRY_DESTINATIONS: 'http',
      TELEMETRY_HTTP_URL: vendor.url,
    });
    await lambda.invoke('a');
    await lambda.invoke('b');

    await lambda.emulator.shutdown();

    const sent = vendor.records().filter(({ name }) => name === 'aws.lambda.insights.memory_utilization');
    expect(sent.map(({ value }) => value)).toEqual(lambda.events().map(({ memory_utilization }) => memory_utilization));
    expect(sent).toHaveLength(2);
  });

  it('on managed instances once an interval, for all invocations together', async () => {
    await using lambda = await startInsightsLambda(
      RETURNS,
      { ...CLOUDWATCH, INSIGHTS_INTERVAL_MS: '1500', INSIGHTS_FLUSH_INTERVAL_MS: '0' },
      { initializationType: 'lambda-managed-instances' },
    );
    await lambda.emulator.init();
    await Promise.all(['a', 'b', 'c', 'd'].map((event) => lambda.emulator.invoke(event)));

    await expect.poll(() => lambda.events().length).toBeGreaterThan(0);

    const [event] = lambda.events();
    expect(event).toMatchObject({
      lambda_mode: 'managed-instance',
      execution_environment_init: true,
      cpu_utilization: expect.any(Number),
      cpu_utilization_max: expect.any(Number),
      memory_utilization: expect.any(Number),
    });
    expect(event).not.toHaveProperty('request_id');
  });

  it('also when the environment is frozen in the middle of a sample', async () => {
    const lingers = `export const handler = async () => { setInterval(() => {}, 10); await new Promise((r) => setTimeout(r, 250)); };`;
    await using lambda = await startInsightsLambda(lingers, CLOUDWATCH);
    await lambda.invoke();
    await new Promise((resolve) => setTimeout(resolve, 300));
    await lambda.invoke();

    await lambda.emulator.shutdown();

    expect(lambda.events()).toHaveLength(2);
    expect(lambda.said()).toEqual([]);
  });
});

describe('when CloudWatch cannot be reached', () => {
  it('an invocation waits no longer than the bound, SHUTDOWN no longer than a second, and the loss is said', async () => {
    await using hole = await startBlackHole();
    await using lambda = await startInsightsLambda(RETURNS, {
      ...CLOUDWATCH,
      AWS_ENDPOINT_URL: `http://127.0.0.1:${hole.port}`,
      INSIGHTS_FLUSH_TIMEOUT_MS: '300',
    });
    for (let count = 0; count < 4; count++) await lambda.invoke('a');

    const startMs = performance.now();
    await lambda.emulator.shutdown();
    const shutdownMs = performance.now() - startMs;

    const addedMs = lambda.emulator.telemetry.records
      .filter(({ type }) => type === 'platform.report')
      .flatMap(({ record }) => (record as { spans?: { name: string; durationMs: number }[] }).spans ?? [])
      .filter(({ name }) => name === 'extensionOverhead')
      .map(({ durationMs }) => durationMs);
    expect(Math.max(...addedMs)).toBeLessThan(600);
    expect(shutdownMs).toBeLessThan(1_500);
    expect(lambda.said().filter((line) => line.includes('CloudWatch took no documents'))).toHaveLength(1);
    expect(lambda.said().at(-1)).toMatch(/^WARN \[insights\] Lost 4 documents of Insights because /);
  });

  it('one line names the permission that is missing, and the function keeps working', async () => {
    await using lambda = await startInsightsLambda(
      RETURNS,
      { ...CLOUDWATCH, INSIGHTS_FLUSH_INTERVAL_MS: '0' },
      {
        answer: (_call, response) =>
          answerJson(response, 400, {
            __type: 'AccessDeniedException',
            message: 'User: a is not authorized to perform: logs:CreateLogStream on resource: b',
          }),
      },
    );
    const results = [];
    for (let count = 0; count < 5; count++) results.push(await lambda.invoke(count));

    expect(results.map((result) => result.json())).toEqual([0, 1, 2, 3, 4]);
    await lambda.emulator.shutdown();

    expect(lambda.said().filter((line) => line.includes('CloudWatchLambdaInsightsExecutionRolePolicy'))).toHaveLength(
      1,
    );
  });
});

describe('one line says what is wrong', () => {
  it('where LAMBDA_INSIGHTS has an unknown word, and the known ones count', async () => {
    await using lambda = await startInsightsLambda(RETURNS, { LAMBDA_INSIGHTS: 'emf,prometheus' });
    await lambda.invoke('a');

    await lambda.emulator.shutdown();

    expect(lambda.said()).toEqual([
      'WARN [insights] LAMBDA_INSIGHTS is "emf,prometheus": expected cloudwatch, emf or otlp, comma-separated. Using emf.',
    ]);
    expect(lambda.embedded()).toHaveLength(1);
  });

  it('where otlp has no telemetry extension', async () => {
    await using lambda = await startInsightsLambda(RETURNS, { LAMBDA_INSIGHTS: 'otlp' });
    await lambda.invoke('a');
    await lambda.invoke('b');

    await lambda.emulator.shutdown();

    expect(lambda.said()).toEqual([expect.stringContaining('Set TELEMETRY_DESTINATIONS')]);
  });

  it('where there is no Telemetry API, as on AWS’s Runtime Interface Emulator', async () => {
    await using api = await startExtensionsApi({ subscribe: { status: 202, body: '' } });
    await using host = await startHost(`${optFolder}/extensions/lambda-node-extended`, {
      AWS_LAMBDA_RUNTIME_API: api.authority,
      PARAMETERS_SECRETS_EXTENSION_HTTP_PORT: String(await freePort()),
      EXTENSIONS_TELEMETRY_PORT: String(await freePort()),
      LAMBDA_INSIGHTS: 'emf',
    });

    const line = await host.line(/\[insights\]/);

    expect(line).toContain('Telemetry API is not available, so Insights makes no documents');
  });

  it('nothing where LAMBDA_INSIGHTS_LOG_LEVEL is off', async () => {
    await using lambda = await startInsightsLambda(RETURNS, {
      LAMBDA_INSIGHTS: 'otlp',
      LAMBDA_INSIGHTS_LOG_LEVEL: 'off',
    });
    await lambda.invoke('a');

    await lambda.emulator.shutdown();

    expect(lambda.said()).toEqual([]);
  });
});

it('at level debug SHUTDOWN has a line for each process', async () => {
  await using lambda = await startInsightsLambda(RETURNS, {
    LAMBDA_INSIGHTS: 'emf',
    LAMBDA_INSIGHTS_LOG_LEVEL: 'debug',
  });
  await lambda.invoke('a');

  await lambda.emulator.shutdown();

  expect(
    lambda.said().filter((line) => /^DEBUG \[insights\] process \d+ \S+: CPU \d+ ms, memory/.test(line)).length,
  ).toBeGreaterThan(1);
});
