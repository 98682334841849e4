import { explainAwsError, isThrottled } from '../../aws-call/explain-aws-error.ts';
import { withRetries } from '../../aws-call/retry.ts';
import { secret, type Wanted } from '../../aws-call/wanted.ts';
import { type SecretsMetrics, secretsMetrics } from '../../extensions/secrets/metrics.ts';
import { valueReader } from '../../extensions/secrets/read-value.ts';
import { settings as declarations } from '../../extensions/secrets/settings.ts';
import { secretBatches } from '../../extensions/secrets/sources/secret-batches.ts';
import type { Source } from '../../extensions/secrets/sources/source.ts';
import type { Clock } from '../../foundation/clock.ts';
import { type Environment, readSettings } from '../../foundation/settings.ts';
import type { secretsManagerModel } from './secrets-manager.ts';
import { workQueueOf } from './work-queue-of.ts';

export interface Fleet {
  readonly clock: Clock;
  readonly random: () => number;
  readonly aws: ReturnType<typeof secretsManagerModel>;
  readonly variables: Environment;
  readonly secretIds: readonly string[];
  readonly invocationEveryMs: number;
  readonly endMs: number;
  /** Called after each invocation: how long its reads took together, and how many of them were stale or failed. */
  readonly onReads: (ms: number, stale: number, failed: number) => void;
}

/** The life of one execution environment: prefetch, the function's start, and invocations that read all secrets. */
export async function liveEnvironment(fleet: Fleet, startMs: number): Promise<void> {
  const { clock, random, secretIds, invocationEveryMs, endMs, onReads } = fleet;
  await clock.sleep(startMs);
  let stale = 0;
  const metrics: SecretsMetrics = {
    ...secretsMetrics(),
    read(_kind, outcome) {
      if (outcome === 'stale') stale++;
    },
  };
  const reader = valueReader({
    settings: readSettings(declarations, fleet.variables).values,
    source: sourceOf(fleet),
    clock,
    log: SILENT,
    metrics,
    deadlineMs: () => undefined,
    random,
  });
  const wanted = secretIds.map((id) => secret(id));
  void reader.prefetch(wanted);
  await clock.sleep(FUNCTION_START_MS);

  while (clock.wallMs() < endMs) {
    const beganAtMs = clock.wallMs();
    stale = 0;
    const reads = wanted.map((one) => reader.read(one));
    void reader.refreshAhead();
    const outcomes = reads.some((one) => one instanceof Promise) ? await Promise.allSettled(reads) : [];
    const failed = outcomes.filter(({ status }) => status === 'rejected').length;
    onReads(clock.wallMs() - beganAtMs, stale, failed);
    await clock.sleep(invocationEveryMs * (0.5 + random()));
  }
}

function sourceOf({ clock, random, aws, variables }: Fleet): Source {
  const { maxConnections, batchMode } = readSettings(declarations, variables).values;
  const queue = workQueueOf(maxConnections);
  const get = (mostAttempts: number, operation: Parameters<typeof aws.call>[0], signal: AbortSignal) =>
    queue(() => withRetries(() => aws.call(operation), { clock, random, mostAttempts, repair: () => false }, signal));
  const fetchMany = secretBatches({
    mode: batchMode,
    isManagedInstances: false,
    async fetchBatch(ids, signal) {
      await get(1, 'BatchGetSecretValue', signal);
      return { found: ids.map((wanted) => ({ wanted, value: bodyOf(wanted.secretId) })), failures: [] };
    },
    isThrottled: (error) => isThrottled(explainAwsError(error)),
    onThrottled: () => undefined,
    clock,
    random,
  });
  return {
    async fetch(wanted: Wanted, signal) {
      await get(ATTEMPTS, 'GetSecretValue', signal);
      return bodyOf(wanted.kind === 'secret' ? wanted.secretId : '');
    },
    fetchMany: (wanted, signal) =>
      fetchMany(
        wanted.filter((one) => one.kind === 'secret'),
        signal,
      ),
  };
}

function bodyOf(name: string): string {
  return `{"ARN":"arn:aws:secretsmanager:eu-central-1:123456789012:secret:${name}-AbCdEf","Name":"${name}","SecretString":"x"}`;
}

const SILENT = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
/** From the first `next` of the extension to the first invocation. */
const FUNCTION_START_MS = 200;
/** Of the AWS SDK. */
const ATTEMPTS = 3;
