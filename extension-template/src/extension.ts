import { defineExtension, wholeNumber } from 'lambda-node-extended/extension';

const settings = {
  slowMs: wholeNumber('MY_EXTENSION_SLOW_MS', 1_000, 'An invocation that takes longer is logged, in milliseconds.', {
    from: 1,
    to: 900_000,
  }),
};

/** Logs slow invocations, and their number at the end. */
export default defineExtension({
  name: 'my-extension',
  settings,
  startsWhen: 'always',
  subscribesTo: ['platform'],
  init({ settings: { slowMs }, host: { log } }) {
    let slow = 0;
    return {
      telemetry(records) {
        for (const { type, record } of records) {
          if (type !== 'platform.runtimeDone') continue;
          const { requestId, metrics: { durationMs } = { durationMs: 0 } } = record;
          if (durationMs <= slowMs) continue;
          slow++;
          log.warn(`Invocation ${requestId} took ${Math.round(durationMs)} ms.`);
        }
      },
      shutdown() {
        log.info(`${slow} invocations were slow.`);
      },
    };
  },
});
