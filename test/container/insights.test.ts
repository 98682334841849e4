import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { resolve } from 'node:path';
import { GenericContainer, getContainerRuntimeClient, Wait } from 'testcontainers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCloudWatch } from '../../extensions/insights/publish/open-cloudwatch.ts';
import { BASE_IMAGE, tagOf } from '../../scripts/image.ts';
import { callMinistack } from '../../scripts/ministack.ts';
import { LambdaContainer, type StartedLambdaContainer } from '../../testing/index.ts';
import { type ManualClock, manualClock } from '../support/builders/manual-clock.ts';
import { type AwsContainer, startAws } from '../support/docker/container-aws.ts';
import { hostThatCallsAws, silentLog } from '../support/lambda/insights-here.ts';
import { type AwsCall, answerJson, startAwsServer } from '../support/servers/aws-server.ts';

type InsightsEvent = Readonly<Record<string, unknown>>;

const MEGABYTE = 1_048_576;
const uses = resolve(import.meta.dirname, '../fixtures/functions/uses');
let aws: AwsContainer;
beforeAll(async () => {
  aws = await startAws();
});
afterAll(() => aws[Symbol.asyncDispose]());

/** What ministack keeps of a function, in order. */
async function stored(name: string): Promise<InsightsEvent[]> {
  const logGroupName = '/aws/lambda-insights';
  const { logStreams } = await callMinistack(aws.url, 'Logs_20140328.DescribeLogStreams', {
    logGroupName,
    logStreamNamePrefix: `${name}/`,
  });
  const events: InsightsEvent[] = [];
  for (const { logStreamName } of logStreams as { logStreamName: string }[]) {
    const input = { logGroupName, logStreamName, startFromHead: true };
    const page = await callMinistack(aws.url, 'Logs_20140328.GetLogEvents', input);
    for (const { message } of page.events as { message: string }[]) events.push(JSON.parse(message));
  }
  return events;
}

describe('a container on our emulator', () => {
  const start = async (environment: Record<string, string> = {}, memoryGb?: number) => {
    const name = `uses-${randomUUID().slice(0, 8)}`;
    const container = new LambdaContainer(tagOf('dev'))
      .withFunction(uses)
      .withCommand(['index.handler', '--function-name', name])
      .withNetwork(aws.network)
      .withTmpFs({ '/tmp': 'rw,size=256m' })
      .withEnvironment({
        LAMBDA_INSIGHTS: 'cloudwatch',
        AWS_ENDPOINT_URL: aws.endpoint,
        ...environment,
      });
    if (memoryGb !== undefined) container.withResourcesQuota({ memory: memoryGb });
    return { name, lambda: await container.start() };
  };
  /** What Docker itself counts: `docker stats`. */
  const dockerStats = async (lambda: StartedLambdaContainer) => {
    const { container } = await getContainerRuntimeClient();
    const stats = await container.getById(lambda.getId()).stats({ stream: false });
    return {
      cpuMs: stats.cpu_stats.cpu_usage.total_usage / 1_000_000,
      memoryMb: (stats.memory_stats.usage - (stats.memory_stats.stats.inactive_file ?? 0)) / MEGABYTE,
      rxBytes: stats.networks.eth0?.rx_bytes ?? 0,
    };
  };

  it('has in its events what Docker and the function itself counted', { timeout: 120_000 }, async () => {
    await using files = await new GenericContainer(BASE_IMAGE)
      .withNetwork(aws.network)
      .withNetworkAliases('files')
      .withEntrypoint(['/var/lang/bin/node', '-e', SERVES_MEGABYTES])
      .withExposedPorts(80)
      .withWaitStrategy(Wait.forListeningPorts())
      .start();
    expect(files.getId()).toBeTruthy();
    const { name, lambda } = await start();
    await using _lambda = lambda;
    const invoke = async (event: object) => (await lambda.invoke(event)).payload as Record<string, number>;
    await invoke({});
    const before = await dockerStats(lambda);
    const burnt = await invoke({ burnMs: 2_000 });
    const between = await dockerStats(lambda);
    await invoke({ download: 'http://files/20' });
    const downloaded = await dockerStats(lambda);
    const wrote = await invoke({ writeMb: 50 });
    const opened = await invoke({ sockets: 100, to: { host: 'files', port: 80 } });
    const spawned = await invoke({ threads: 8 });
    const allocated = await invoke({ allocateMb: 300 });
    const full = await dockerStats(lambda);
    await invoke({});
    await lambda.stopGracefully();

    const events = await stored(name);
    expect(events.map(({ cold_start }) => cold_start)).toEqual([true, ...Array(7).fill(false)]);
    const [, burn, download, write, socket, thread, allocate] = events as Record<string, number>[];
    // Ticks of 10 ms for each process; the emulator itself is in Docker's figure, not in ours.
    expect(burn?.cpu_total_time).toBeGreaterThan((burnt.cpuMs ?? 0) - 50);
    expect(burn?.cpu_total_time).toBeLessThan(between.cpuMs - before.cpuMs + 50);
    // Docker's figure also has what the emulator and the calls to CloudWatch took.
    expect(download?.rx_bytes).toBeGreaterThan(20 * MEGABYTE);
    expect(download?.rx_bytes).toBeLessThan((downloaded.rxBytes - between.rxBytes) * 1.01 + 100_000);
    expect(write?.tmp_max).toBe(256 * MEGABYTE);
    expect(Math.abs((write?.tmp_used ?? 0) - (wrote.tmpUsedBytes ?? 0))).toBeLessThan(65_536);
    expect(socket?.fd_use).toBeGreaterThanOrEqual((opened.descriptors ?? 0) - 2);
    expect(socket?.fd_use).toBeLessThan((opened.descriptors ?? 0) + 100);
    expect(thread?.threads_max).toBeGreaterThanOrEqual(spawned.threads ?? 0);
    expect(thread?.threads_max).toBeLessThan((spawned.threads ?? 0) + 30);
    expect(allocate?.used_memory_max).toBeGreaterThanOrEqual((allocated.residentMb ?? 0) * 0.9);
    expect(allocate?.used_memory_max).toBeLessThan(full.memoryMb * 1.1);
  });

  it('says of a time-out, and of a process that the kernel killed for memory, why it ended', {
    timeout: 120_000,
  }, async () => {
    const { name, lambda } = await start({ AWS_LAMBDA_FUNCTION_TIMEOUT: '3' }, 0.4);
    await using _lambda = lambda;
    await lambda.invoke({});
    await lambda.invoke({ hang: true });
    await lambda.invoke({ kill: true });
    await lambda.invoke({});
    await lambda.stopGracefully();

    const endings = (await stored(name)).map(({ timeout, shutdown_reason, extended }) => ({
      timeout,
      shutdown_reason,
      error: (extended as { error_type?: string }).error_type,
    }));
    expect(endings).toContainEqual(expect.objectContaining({ timeout: true, shutdown_reason: 'Timeout' }));
    expect(endings).toContainEqual({
      timeout: undefined,
      shutdown_reason: 'Failure',
      error: expect.stringMatching(/^Runtime\./),
    });
  });
});

it('on AWS’s emulator, which has no Telemetry API, one line says that nothing will come', async () => {
  await using lambda = await new LambdaContainer(tagOf('extended'))
    .withFunction(uses)
    .withEnvironment({ LAMBDA_INSIGHTS: 'emf' })
    .start();
  await lambda.invoke({});
  await lambda.line(/\[insights\]/);

  await lambda.invoke({});

  const lines = lambda.output.split('\n').filter((line) => line.includes('[insights]'));
  expect(lines).toEqual([expect.stringContaining('Telemetry API is not available, so Insights makes no documents')]);
  expect(lambda.output).not.toContain('"_aws"');
});

describe('ministack behind AWS’s errors', () => {
  const forward = async ({ operation, input }: AwsCall, response: ServerResponse) =>
    answerJson(response, 200, await callMinistack(aws.url, `Logs_20140328.${operation}`, input));
  const refusals: Record<string, [status: number, type: string, message: string]> = {
    'denied by IAM': [
      400,
      'AccessDeniedException',
      'User: arn:aws:sts::1:assumed-role/r/f is not authorized to perform: logs:PutLogEvents on resource: arn:aws:logs:us-east-1:1:log-group:/aws/lambda-insights:log-stream:a because no identity-based policy allows the logs:PutLogEvents action',
    ],
    throttled: [400, 'ThrottlingException', 'Rate exceeded'],
    broken: [500, 'InternalFailure', 'x'],
    unavailable: [503, 'ServiceUnavailableException', 'x'],
  };

  it.each([...Object.keys(refusals), 'silent'])(
    '%s, then not: each document is stored once, none is lost',
    async (what) => {
      const name = `orders-${randomUUID().slice(0, 8)}`;
      let isRefusing = true;
      await using gate = await startAwsServer((call, response) => {
        const [status, type, message] = refusals[what] ?? [];
        if (!isRefusing) void forward(call, response);
        else if (status !== undefined) answerJson(response, status, { __type: type, message });
      });
      const clock = manualClock(Date.now());
      const output = cloudWatch(gate.url, name, clock);
      const flush = () => output.flushIfDue?.(new AbortController().signal);
      for (let count = 0; count < 3; count++) output.add(aDocument(clock.wallMs(), count), 0);

      await flush();
      isRefusing = false;
      clock.pass(60_000);
      output.add(aDocument(clock.wallMs(), 3), 0);
      await flush();

      expect((await stored(name)).map(({ count }) => count)).toEqual([0, 1, 2, 3]);
      expect(output.counts()).toEqual({ delivered: 4, rejected: 0, dropped: 0, waiting: 0 });
    },
  );

  it('without the log group: it is made, as AWS’s policy allows', async () => {
    const logGroupName = '/aws/lambda-insights';
    await callMinistack(aws.url, 'Logs_20140328.DeleteLogGroup', { logGroupName }).catch(() => undefined);
    const clock = manualClock(Date.now());
    const output = cloudWatch(aws.url, 'first', clock);
    output.add(aDocument(clock.wallMs(), 0), 0);

    await output.flushIfDue?.(new AbortController().signal);

    expect(await stored('first')).toHaveLength(1);
  });
});

const aDocument = (Timestamp: number, count: number) => ({ _aws: { Timestamp, CloudWatchMetrics: [] }, count });

function cloudWatch(url: string, name: string, clock: ManualClock) {
  const host = hostThatCallsAws({ url, name, clock, region: 'us-east-1' });
  return openCloudWatch({ flushIntervalMs: 10_000, flushTimeoutMs: 2_000 }, host, silentLog);
}

/** `GET /20` answers with 20 MB. */
const SERVES_MEGABYTES = `require('node:http').createServer((request, response) => {
  response.end(Buffer.alloc(Number(request.url.slice(1)) * 1048576));
}).listen(80)`;
