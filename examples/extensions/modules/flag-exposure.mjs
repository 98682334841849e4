/** Sends each `{"exposure":{"flag":"checkout","variant":"b","user":"u-1"}}` of the function's log to a Kinesis stream, once a user and variant. */
import { boundedBuffer, defineExtension, explainAwsError, text } from 'lambda-node-extended/extension';

const settings = { stream: text('EXPOSURE_STREAM', undefined, 'The name of the Kinesis stream.') };
/** Kinesis takes 500 records a call. */
const MOST_RECORDS = 500;
const MOST_REMEMBERED = 10_000;

export default defineExtension({
  name: 'flag-exposure',
  settings,
  enabledWhen: [settings.stream],
  startsWhen: [settings.stream],
  subscribesTo: ['function'],
  init({ settings: { stream: StreamName }, host: { aws, log } }) {
    const callAws = aws.caller({ maxConnections: 1, longestMs: 5_000 });
    const seen = new Set();
    const waiting = boundedBuffer({ items: MOST_REMEMBERED });

    /** Returns whether Kinesis took some. Another call meanwhile sends others. */
    async function send(signal) {
      const records = waiting.take(MOST_RECORDS);
      if (records.length === 0) return false;
      try {
        const target = 'Kinesis_20131202.PutRecords';
        const { Records } = await callAws(
          { service: 'kinesis', target, input: { StreamName, Records: records } },
          signal,
        );
        // It takes some and throttles others.
        const refused = records.filter((_record, index) => Records[index]?.ErrorCode !== undefined);
        waiting.putBack(refused);
        return refused.length < records.length;
      } catch (error) {
        waiting.putBack(records);
        log.warn(`Exposures wait, because ${explainAwsError(error, 'Kinesis').message}`);
        return false;
      }
    }

    return {
      async telemetry(records) {
        for (const exposure of records.flatMap(exposureIn)) {
          const key = JSON.stringify([exposure.flag, exposure.variant, exposure.user]);
          if (seen.has(key)) continue;
          if (seen.size === MOST_REMEMBERED) seen.clear();
          seen.add(key);
          const Data = Buffer.from(JSON.stringify(exposure)).toString('base64');
          waiting.add({ Data, PartitionKey: String(exposure.user) });
        }
        await send(AbortSignal.timeout(5_000));
      },
      async shutdown(_event, { signal }) {
        while (!signal.aborted && (await send(signal)));
      },
    };
  },
});

function exposureIn({ time, record }) {
  try {
    const { exposure } = typeof record === 'string' ? JSON.parse(record) : record;
    return exposure ? [{ time, ...exposure }] : [];
  } catch {
    return [];
  }
}
