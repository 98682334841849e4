/** Sends each `{"exposure":{"flag":"checkout","variant":"b","user":"u-1"}}` of the function's log to a Kinesis stream, once a user and variant. */
import { defineExtension, explainAwsError, text } from 'lambda-node-extended/extension';

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
    let waiting = [];

    async function send(signal) {
      const records = waiting.slice(0, MOST_RECORDS);
      if (records.length === 0) return;
      try {
        const target = 'Kinesis_20131202.PutRecords';
        const { Records } = await callAws(
          { service: 'kinesis', target, input: { StreamName, Records: records } },
          signal,
        );
        // It takes some and throttles others.
        const refused = records.filter((_record, index) => Records[index]?.ErrorCode !== undefined);
        waiting = [...waiting.slice(records.length), ...refused];
      } catch (error) {
        log.warn(`Exposures wait, because ${explainAwsError(error, 'Kinesis').message}`);
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
          if (waiting.length < MOST_REMEMBERED) waiting.push({ Data, PartitionKey: String(exposure.user) });
        }
        await send(AbortSignal.timeout(5_000));
      },
      shutdown: (_event, { signal }) => send(signal),
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
