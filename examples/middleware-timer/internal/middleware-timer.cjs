/** In the function's own process: logs how long each middleware took, when the invocation has ended. The function measures, by `performance`. */
const { defineInternalExtension, wholeNumber } = require('lambda-node-extended/internal'); // is in /opt

const settings = {
  slowMs: wholeNumber('MIDDLEWARE_SLOW_MS', 0, 'Middleware that takes less is left out, in milliseconds.', {
    from: 0,
    to: 900_000,
  }),
};

module.exports = defineInternalExtension({
  name: 'middleware-timer',
  settings,
  init: ({ settings: { slowMs } }) => ({
    beforeInvoke: forget,
    // The caller has its answer already.
    afterInvoke({ requestId }) {
      const slow = performance.getEntriesByType('measure').filter(({ duration }) => duration >= slowMs);
      const middlewareMs = Object.fromEntries(slow.map(({ name, duration }) => [name, Math.round(duration * 10) / 10]));
      if (slow.length > 0) console.log(JSON.stringify({ middlewareMs, requestId }));
      forget();
    },
  }),
});

function forget() {
  performance.clearMarks();
  performance.clearMeasures();
}
