/** Sums `{"metric":"orders","value":1}` in the function's log, and posts the sums to a server of your own at most every METRICS_EVERY_SECONDS. */
import { defineExtension, text, wholeNumber } from 'lambda-node-extended/extension';

const settings = {
  url: text('METRICS_URL', undefined, 'Where the sums go, as JSON.'),
  everySeconds: wholeNumber('METRICS_EVERY_SECONDS', 10, 'How often, in seconds.', { from: 0, to: 3_600 }),
};

export default defineExtension({
  name: 'business-metrics',
  settings,
  enabledWhen: [settings.url],
  startsWhen: [settings.url],
  subscribesTo: ['function'],
  init({ settings: { url, everySeconds }, host: { clock, log } }) {
    let sums = {};
    let sentAtMs = clock.wallMs();

    async function send(signal) {
      if (Object.keys(sums).length === 0) return;
      const body = JSON.stringify(sums);
      sums = {};
      sentAtMs = clock.wallMs();
      const why = await fetch(url, { method: 'POST', body, signal }).then(
        ({ ok, status }) => (ok ? undefined : `${url} answered ${status}`),
        ({ message }) => `${url} did not answer: ${message}`,
      );
      if (why !== undefined) log.warn(`${why}, so these sums are lost: ${body}`);
    }

    return {
      async telemetry(records) {
        for (const { metric, value } of records.map(parsed)) {
          if (typeof metric === 'string' && typeof value === 'number') sums[metric] = (sums[metric] ?? 0) + value;
        }
        // Not by a timer, which a freeze would stop.
        if (clock.wallMs() - sentAtMs >= everySeconds * 1_000) await send(AbortSignal.timeout(2_000));
      },
      shutdown: (_event, { signal }) => send(signal),
    };
  },
});

function parsed({ record }) {
  if (typeof record !== 'string') return record ?? {};
  try {
    return JSON.parse(record) ?? {};
  } catch {
    return {};
  }
}
