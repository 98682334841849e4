import fc from 'fast-check';
import { wantedRecords } from '../../../extensions/host/intake/wanted-records.ts';
import { correlator } from '../../../extensions/telemetry/invocations/correlate.ts';
import { platformEvents } from '../../../extensions/telemetry/invocations/platform-events.ts';
import { compactor } from '../../../extensions/telemetry/items/compact.ts';
import { parseTraceHeader } from '../../../extensions/telemetry/items/trace-ids.ts';
import { normaliser } from '../../../extensions/telemetry/read/normalise.ts';
import { recordsToItems } from '../../../extensions/telemetry/records-to-items.ts';
import {
  anotherRequestId,
  aSource,
  at,
  functionLine,
  initReport,
  initStart,
  report,
  requestId,
  runtimeDone,
  start,
  startMs,
  traceHeader,
} from '../../support/builders/lambda-records.ts';
import { changedJson, hostileJson, hostileJsonText } from '../inputs/hostile-json.ts';
import { hostileText } from '../inputs/hostile-text.ts';
import { mutatedText } from '../inputs/mutate.ts';
import { parser } from '../parser.ts';

const embedded = {
  _aws: {
    Timestamp: startMs,
    CloudWatchMetrics: [
      {
        Namespace: 'shop',
        Dimensions: [['service'], []],
        Metrics: [{ Name: 'orders', Unit: 'Count' }, { Name: 'ms' }],
      },
    ],
  },
  service: 'orders',
  orders: 3,
  ms: [1, 2.5, 1e9],
};
const objects = [
  { timestamp: at(20), level: 'INFO', requestId, message: 'stored', traceId: traceHeader },
  {
    level: 35,
    time: startMs,
    pid: 8,
    hostname: 'h',
    msg: 'boom',
    err: { type: 'Error', stack: 'Error: no\n    at a' },
  },
  { ts: startMs / 1_000, severity: 'ERROR', trace_id: '62e900b2710d76f009d6e7785905449a', span_id: '54565fb41ac79632' },
  { errorType: 'RangeError', errorMessage: 'far', stackTrace: ['at a'], level: 'ERROR', requestId },
];
const texts = [
  `${at(5)}\t${requestId}\tINFO\tworking\n`,
  `${at(5)}\t${requestId}\tERROR\tInvoke Error \t{"errorType":"RangeError","stack":["RangeError: far","    at a"]}\n`,
  `RequestId: ${requestId} Error: Runtime exited with error: signal: killed\nRuntime.ExitError\n`,
  `START RequestId: ${requestId} Version: $LATEST\n`,
  '    at Object.<anonymous> (/var/task/index.js:1:7)\n',
  'Caused by: Error: no\n',
  '}\n',
];
const records = [
  initStart(),
  initStart('lambda-managed-instances'),
  initReport(),
  start(),
  start(anotherRequestId, 5),
  functionLine('a line'),
  functionLine(objects[0]),
  runtimeDone(),
  report(),
  { time: at(1), type: 'platform.logsDropped', record: { droppedBytes: 12, droppedRecords: 3, reason: 'full' } },
  { time: at(1), type: 'platform.extension', record: { name: 'a', state: 'Ready', events: ['INVOKE'] } },
  { time: at(1), type: 'platform.restoreReport', record: { status: 'success', metrics: { durationMs: 1 } } },
];

/** A pipeline up to its items, whose memory of invocations lives as long as the process. */
function startReader(isManagedInstances = false) {
  const platform = platformEvents({
    source: aSource,
    functionName: 'f',
    architecture: 'x64',
    isManagedInstances,
  });
  const options = { invocations: platform.invocations, isManagedInstances, hasPlatformRecords: () => true };
  const correlate = correlator({ ...options, adoptsSpans: true });
  const { isInvocation } = correlate;
  const normalise = normaliser({
    source: aSource,
    embeddedMetrics: 'metrics-and-logs',
    takesMetrics: true,
    isInvocation,
  });
  return recordsToItems({ source: aSource, normalise, platform, correlator: correlate, compactor: compactor() });
}

const types = fc.oneof(
  fc.constantFrom('function', 'extension', ...records.map(({ type }) => type)),
  hostileText,
) as fc.Arbitrary<string>;

export const logRecordParsers = [
  parser({
    name: 'log lines, as text',
    inputs: fc.array(fc.oneof(mutatedText(texts), hostileText), { minLength: 1, maxLength: 5 }),
    start() {
      const receive = startReader();
      return (lines) =>
        receive(
          lines.map((line) => functionLine(line)),
          startMs,
        );
    },
  }),
  parser({
    name: 'log lines, as JSON',
    inputs: fc.oneof(hostileJsonText(objects), changedJson(objects)),
    start() {
      const receive = startReader(true);
      return (record) => receive([functionLine(record)], startMs);
    },
  }),
  parser({
    name: 'log lines in CloudWatch’s embedded metric format',
    inputs: fc.oneof(hostileJsonText([embedded]), changedJson([embedded])),
    start() {
      const receive = startReader();
      return (record) => receive([functionLine(record)], startMs);
    },
  }),
  parser({
    name: 'platform records, in any order',
    inputs: fc.array(
      fc.oneof(changedJson(records), fc.record({ time: hostileText, type: types, record: hostileJson })),
      {
        maxLength: 8,
      },
    ),
    start() {
      const receive = startReader();
      return (delivery) => receive(delivery, startMs);
    },
  }),
  parser({
    name: 'deliveries of Lambda’s Telemetry API',
    inputs: hostileJsonText([records, [functionLine('a line')], []]),
    start() {
      const receive = startReader();
      return (body) => {
        const parsed = JSON.parse(body);
        const all = Array.isArray(parsed) ? parsed : [parsed];
        receive(wantedRecords(all, ['platform']), startMs);
      };
    },
    // `receiveDeliveries` logs that the delivery could not be read.
    refuses: (error) => error instanceof SyntaxError,
  }),
  parser({
    name: 'X-Ray trace headers',
    inputs: fc.oneof(mutatedText([traceHeader, `${traceHeader};Lineage=a:0`]), hostileText, hostileJson),
    start: () => parseTraceHeader,
  }),
];
