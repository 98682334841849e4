/** An extension of one's own: a line in the log for each invocation that takes longer than SLOW_MS. */
import { defineExtension, wholeNumber } from 'lambda-node-extended/extension'; // is in /opt

const settings = {
  slowMs: wholeNumber('SLOW_MS', undefined, 'An invocation that takes longer is logged, in milliseconds.', {
    from: 1,
    to: 900_000,
  }),
};

export default defineExtension({
  name: 'slow-invocations',
  settings,
  enabledWhen: [settings.slowMs],
  startsWhen: [settings.slowMs],
  subscribesTo: ['platform'],
  init: ({ settings: { slowMs }, host: { log } }) => ({
    telemetry(records) {
      for (const { type, record } of records) {
        const durationMs = type === 'platform.runtimeDone' ? record.metrics?.durationMs : undefined;
        if (durationMs > slowMs) log.warn(`Invocation ${record.requestId} took ${Math.round(durationMs)} ms.`);
      }
    },
  }),
});
