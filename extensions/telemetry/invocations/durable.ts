import { LatestMap } from '../../../foundation/latest-map.ts';
import type { Attributes, LogItem, Value } from '../items/item.ts';
import { ownText } from '../items/own-text.ts';
import type { Execution, Invocation } from './invocations.ts';

interface KnownExecution {
  readonly firstRequestId: string;
  hasFailed: boolean;
}

/**
 * Tells replays apart. Lambda invokes a durable function again and again for one execution, and each time it runs from its start.
 * Records and the lines of AWS's SDK name the execution. What an execution has counted once is not counted again.
 */
export function durableExecutions() {
  const known = new LatestMap<string, KnownExecution>(MOST_KNOWN);
  let isDurable = false;

  function knownOf({ id }: Execution, requestId: string): KnownExecution {
    const before = known.get(id);
    if (before !== undefined) return before;
    const made = { firstRequestId: requestId, hasFailed: false };
    known.set(id, made);
    return made;
  }

  function notice(invocation: Invocation, fields: Attributes): void {
    if (typeof fields.isReplay === 'boolean') invocation.isReplay = fields.isReplay;
    invocation.execution ??= executionIn(fields);
    if (invocation.execution === undefined) return;
    isDurable = true;
    const { firstRequestId } = knownOf(invocation.execution, invocation.requestId);
    if (firstRequestId !== invocation.requestId) invocation.isReplay ??= true;
  }

  return {
    isDurable: () => isDurable,
    /** Only Lambda's runtime for durable functions has this in its version. */
    environmentBegins(runtimeVersion: Value | undefined): void {
      isDurable ||= typeof runtimeVersion === 'string' && runtimeVersion.includes('DurableFunction');
    },
    /** @param record of the platform, of this invocation. */
    noticeRecord: notice,
    /** A line of the function; the first one that names the execution is enough. */
    noticeLine(invocation: Invocation | undefined, { attributes, body }: LogItem): void {
      if (!isDurable || invocation === undefined || invocation.execution !== undefined || invocation.isDone) return;
      const isFields = typeof body === 'object' && body !== null && !Array.isArray(body);
      notice(invocation, isFields ? { ...(body as Attributes), ...attributes } : attributes);
    },
    /** @returns whether the failure is the first of its execution. */
    fails(invocation: Invocation): boolean {
      if (invocation.execution === undefined) return true;
      const ofExecution = knownOf(invocation.execution, invocation.requestId);
      const isFirst = !ofExecution.hasFailed;
      ofExecution.hasFailed = true;
      return isFirst;
    },
    save: (): SavedExecutions => ({ isDurable, known: [...known].slice(-MOST_SAVED) }),
    restore(saved: SavedExecutions | undefined): void {
      isDurable ||= saved?.isDurable === true;
      for (const [id, execution] of saved?.known ?? []) known.set(id, execution);
    },
  };
}

export interface SavedExecutions {
  readonly isDurable: boolean;
  readonly known: readonly (readonly [string, KnownExecution])[];
}

/** Attributes of the span and of the counts of an invocation. */
export function executionAttributes({ execution, isReplay }: Invocation): Attributes {
  return {
    ...(execution !== undefined && { [`${PREFIX}.name`]: execution.name, [`${PREFIX}.id`]: execution.id }),
    ...replayAttribute(isReplay),
  };
}

export function replayAttribute(isReplay: boolean | undefined): Attributes {
  return isReplay === undefined ? {} : { [`${PREFIX}.replay`]: isReplay };
}

/** `arn:…:function:NAME:VERSION/durable-execution/NAME/ID` */
function executionIn(fields: Attributes): Execution | undefined {
  for (const field of FIELDS) {
    const arn = fields[field];
    if (typeof arn !== 'string' || arn.length > LONGEST_ARN) continue;
    const { name, id } = EXECUTION.exec(arn)?.groups ?? {};
    if (name !== undefined && id !== undefined) return { name: ownText(name), id: ownText(id) };
  }
  return undefined;
}

/** Of records; of AWS's SDK and of Powertools with it. */
const FIELDS = ['durableExecutionArn', 'executionArn', 'execution_arn', 'durable_execution_arn'] as const;
const EXECUTION = /\/durable-execution\/(?<name>[^/]+)\/(?<id>[^/]+)$/;
const PREFIX = 'aws.lambda.durable_execution';
const LONGEST_ARN = 1_024;
const MOST_KNOWN = 64;
const MOST_SAVED = 4;
