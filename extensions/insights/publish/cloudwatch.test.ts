import { describe, expect, it } from 'vitest';
import { manualClock } from '../../../test/support/builders/manual-clock.ts';
import { hostThatCallsAws } from '../../../test/support/lambda/insights-here.ts';
import { type AwsAnswer, answerJson, startAwsServer } from '../../../test/support/servers/aws-server.ts';
import { startBlackHole } from '../../../test/support/servers/black-hole.ts';
import { freePort } from '../../../test/support/servers/free-port.ts';
import { documentOf } from '../documents/document.ts';
import { openCloudWatch } from './open-cloudwatch.ts';

const aDocument = (name: string, timeMs = 1_700_000_000_000) => documentOf(timeMs, [], { name });

/** The output, with a clock that the test moves, and what it logs. */
function open(url: string, { logStream = '2026/12/01/[$LATEST]abc:d', timeoutMs = 300 } = {}) {
  const clock = manualClock();
  const lines: string[] = [];
  const say = (line: string) => void lines.push(line);
  const log = { debug: say, info: say, warn: say, error: say };
  const host = hostThatCallsAws({ url, clock, logStream });
  const output = openCloudWatch({ flushIntervalMs: 10_000, flushTimeoutMs: timeoutMs }, host, log);
  const flush = () => output.flushIfDue?.(new AbortController().signal);
  const end = () => output.end?.(new AbortController().signal);
  return { ...output, flush, end, clock, lines, add: (name: string) => output.add(aDocument(name), 0) };
}

const taken: AwsAnswer = (_call, response) => answerJson(response, 200, {});
const refusal = (type: string, message = 'of AWS', status = 400): AwsAnswer => {
  return (_call, response) => answerJson(response, status, { __type: type, message });
};

/** The names of the documents in each PutLogEvents. */
const put = (calls: readonly { operation: string; input: Record<string, unknown> }[]) =>
  calls
    .filter(({ operation }) => operation === 'PutLogEvents')
    .map(({ input }) => (input.logEvents as { message: string }[]).map(({ message }) => JSON.parse(message).name));
const operations = (calls: readonly { operation: string }[]) => calls.map(({ operation }) => operation);

describe('CloudWatch', () => {
  it('gets documents in a stream of this environment, signed, in one call', async () => {
    await using aws = await startAwsServer(taken);
    const output = open(aws.url);
    output.add('a');
    output.add('b');

    await output.flush();

    expect(operations(aws.calls)).toEqual(['CreateLogStream', 'PutLogEvents']);
    expect(aws.calls[1]?.input).toEqual({
      logGroupName: '/aws/lambda-insights',
      logStreamName: 'orders/2026/12/01/[$LATEST]abc_d',
      logEvents: ['a', 'b'].map((name) => ({
        timestamp: 1_700_000_000_000,
        message: JSON.stringify(aDocument(name)),
      })),
    });
    expect(aws.calls[1]?.headers.authorization).toMatch(/^AWS4-HMAC-SHA256 .*\/eu-central-1\/logs\/aws4_request/);
    expect(output.counts()).toEqual({ delivered: 2, rejected: 0, dropped: 0, waiting: 0 });
  });

  it('is called at most once an interval', async () => {
    await using aws = await startAwsServer(taken);
    const output = open(aws.url);
    output.add('a');
    await output.flush();
    output.add('b');
    output.clock.pass(9_999);
    await output.flush();
    const before = put(aws.calls);
    output.clock.pass(1);

    await output.flush();

    expect(before).toEqual([['a']]);
    expect(put(aws.calls)).toEqual([['a'], ['b']]);
  });

  it('is called at once when the wall clock stepped back by more than an interval', async () => {
    await using aws = await startAwsServer(taken);
    const output = open(aws.url);
    output.add('a');
    await output.flush();
    output.add('b');
    output.clock.jump(-60_000);

    await output.flush();

    expect(put(aws.calls)).toEqual([['a'], ['b']]);
  });

  it('without the log group gets it, as AWS’s policy allows', async () => {
    let hasGroup = false;
    await using aws = await startAwsServer((call, response) => {
      if (call.operation === 'CreateLogGroup') hasGroup = true;
      else if (!hasGroup) return refusal('ResourceNotFoundException')(call, response);
      answerJson(response, 200, {});
    });
    const output = open(aws.url);
    output.add('a');

    await output.flush();

    expect(operations(aws.calls)).toEqual(['CreateLogStream', 'CreateLogGroup', 'CreateLogStream', 'PutLogEvents']);
    expect(output.counts().delivered).toBe(1);
    expect(output.lines).toEqual([]);
  });

  it('that says the group and the stream are there already gets the documents', async () => {
    await using aws = await startAwsServer((call, response) =>
      call.operation === 'PutLogEvents'
        ? taken(call, response)
        : refusal('ResourceAlreadyExistsException')(call, response),
    );
    const output = open(aws.url);
    output.add('a');

    await output.flush();

    expect(output.counts().delivered).toBe(1);
  });

  it('gets a new stream when somebody deleted it', async () => {
    let isDeleted = false;
    await using aws = await startAwsServer((call, response) => {
      if (call.operation === 'CreateLogStream') isDeleted = false;
      if (isDeleted) return refusal('ResourceNotFoundException')(call, response);
      answerJson(response, 200, {});
    });
    const output = open(aws.url);
    output.add('a');
    await output.flush();
    isDeleted = true;
    output.add('b');
    output.clock.pass(10_000);

    await output.flush();

    expect(output.counts()).toMatchObject({ delivered: 2, waiting: 0 });
  });

  it('gets another stream after a restore, since all copies of a snapshot have the same memory', async () => {
    await using aws = await startAwsServer(taken);
    const output = open(aws.url, { logStream: '' });
    output.add('a');
    await output.flush();
    output.restored?.();
    output.add('b');
    output.clock.pass(10_000);

    await output.flush();

    const streams = aws.calls.filter(({ operation }) => operation === 'PutLogEvents').map(({ input }) => input);
    expect(new Set(streams.map(({ logStreamName }) => logStreamName)).size).toBe(2);
    for (const { logStreamName } of streams) expect(logStreamName).toMatch(/^orders\/\$LATEST\/[0-9a-f-]{36}$/);
  });
});

describe('what CloudWatch rejects', () => {
  it.each([
    ['the first, and the last', { tooOldLogEventEndIndex: 1, tooNewLogEventStartIndex: 2 }, 2],
    ['those that the group keeps no longer', { expiredLogEventEndIndex: 2 }, 2],
    ['the expired ones, of which some are too old, too', { tooOldLogEventEndIndex: 1, expiredLogEventEndIndex: 2 }, 2],
    ['all', { tooOldLogEventEndIndex: 3, tooNewLogEventStartIndex: 0 }, 3],
  ])('is counted by the indices of its answer: %s', async (_case, rejectedLogEventsInfo, count) => {
    await using aws = await startAwsServer((call, response) =>
      answerJson(response, 200, call.operation === 'PutLogEvents' ? { rejectedLogEventsInfo } : {}),
    );
    const output = open(aws.url);
    for (const name of ['a', 'b', 'c']) output.add(name);

    await output.flush();

    expect(output.counts()).toMatchObject({ delivered: 3 - count, rejected: count, waiting: 0 });
    expect(output.lines).toEqual([expect.stringContaining(`CloudWatch rejected ${count} documents`)]);
  });

  it.each([{}, { rejectedLogEventsInfo: null }, { rejectedLogEventsInfo: {} }])(
    'is nothing where the answer is %j',
    async (answer) => {
      await using aws = await startAwsServer((_call, response) => answerJson(response, 200, answer));
      const output = open(aws.url);
      output.add('a');

      await output.flush();

      expect([output.counts().delivered, output.lines]).toEqual([1, []]);
    },
  );

  it('as invalid is not sent again', async () => {
    await using aws = await startAwsServer((call, response) =>
      call.operation === 'PutLogEvents' ? refusal('InvalidParameterException')(call, response) : taken(call, response),
    );
    const output = open(aws.url);
    output.add('a');

    await output.flush();

    expect(output.counts()).toMatchObject({ delivered: 0, rejected: 1, waiting: 0 });
  });
});

describe('documents wait, and one line says what to do, when', () => {
  it.each([
    [
      'the permission is missing',
      refusal(
        'AccessDeniedException',
        'User: arn:aws:sts::1:assumed-role/r/f is not authorized to perform: logs:CreateLogStream on resource: x',
      ),
      /the function’s role may not call logs:CreateLogStream.*Attach the policy CloudWatchLambdaInsightsExecutionRolePolicy/,
    ],
    ['AWS throttles', refusal('ThrottlingException'), /is busy \(ThrottlingException\).*INSIGHTS_FLUSH_INTERVAL_MS/],
    ['AWS fails', refusal('InternalFailure', 'x', 500), /is busy/],
    ['the credentials are void', refusal('UnrecognizedClientException'), /UnrecognizedClientException: of AWS/],
    [
      'something else answers, e.g. a proxy',
      (_call, response) => void response.writeHead(200).end('<html>'),
      /unreadable answer: it is not JSON \(from 127.0.0.1:\d+\).*VPC endpoint/,
    ],
    ['AWS is silent', () => undefined, /did not answer in time.*VPC endpoint/],
  ] satisfies [string, AwsAnswer, RegExp][])('%s', async (_case, answer, line) => {
    await using aws = await startAwsServer(answer);
    const output = open(aws.url);
    output.add('a');

    await output.flush();
    output.clock.pass(10_000);
    await output.flush();

    expect(output.lines).toEqual([expect.stringMatching(line)]);
    expect(output.counts()).toMatchObject({ delivered: 0, waiting: 1 });
  });

  it('nobody listens', async () => {
    const output = open(`http://127.0.0.1:${await freePort()}`);
    output.add('a');

    await output.flush();

    expect(output.lines).toEqual([expect.stringMatching(/not reachable \(ECONNREFUSED\).*VPC endpoint/)]);
  });

  it('packets are dropped: the wait has a bound', async () => {
    await using hole = await startBlackHole();
    const output = open(`http://127.0.0.1:${hole.port}`, { timeoutMs: 200 });
    output.add('a');

    const startMs = performance.now();
    await output.flush();

    expect(performance.now() - startMs).toBeLessThan(1_000);
    expect(output.counts().waiting).toBe(1);
  });
});

describe('after failures', () => {
  it('the next call is later each time, at most after five minutes', async () => {
    await using aws = await startAwsServer(refusal('ThrottlingException'));
    const output = open(aws.url);
    output.add('a');
    const triesAtS: number[] = [];

    for (let second = 0; second < 1_000; second++) {
      const before = aws.calls.length;
      await output.flush();
      if (aws.calls.length > before) triesAtS.push(second);
      output.clock.pass(1_000);
    }

    expect(triesAtS).toEqual([0, 10, 30, 70, 150, 310, 610, 910]);
  });

  it('documents arrive when CloudWatch takes them again, which is said', async () => {
    let isBusy = true;
    await using aws = await startAwsServer((call, response) =>
      isBusy ? refusal('ThrottlingException')(call, response) : taken(call, response),
    );
    const output = open(aws.url);
    output.add('a');
    await output.flush();
    isBusy = false;
    output.add('b');
    output.clock.pass(10_000);

    await output.flush();

    expect(put(aws.calls)).toEqual([['a', 'b']]);
    expect(output.lines.at(-1)).toBe('CloudWatch takes documents again.');
  });

  it('memory stays bounded, and what was lost is said at the end', async () => {
    await using aws = await startAwsServer(refusal('ThrottlingException'));
    const output = open(aws.url);
    await output.flush();

    for (let count = 0; count < 10_000; count++) output.add('a'.repeat(1_000));
    await output.end();

    const { dropped = 0, waiting = 0 } = output.counts();
    expect(dropped + waiting).toBe(10_000);
    expect(waiting).toBeLessThan(600);
    expect(output.lines.at(-1)).toMatch(/^Lost 10000 documents of Insights because CloudWatch Logs is busy/);
  });
});

it('the end sends what waits, though its time has not come', async () => {
  await using aws = await startAwsServer(taken);
  const output = open(aws.url);
  output.add('a');
  await output.flush();
  output.add('b');

  await output.end();

  expect(put(aws.calls)).toEqual([['a'], ['b']]);
  expect(output.lines).toEqual([]);
});
