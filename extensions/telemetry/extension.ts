import { defineExtension } from '../sdk/index.ts';
import { settings } from './settings.ts';

/** Sends logs, metrics and traces to vendors. Without a destination nothing of it is loaded. */
export const telemetry = defineExtension({
  name: 'telemetry',
  settings,
  enabledWhen: [settings.destinations, settings.config],
  startsWhen: [settings.destinations, settings.config],
  listens: { otlp: settings.otlpPort },
  listensWhen: settings.isOtlpReceived,
  receives: { dogstatsd: settings.dogstatsdPort },
  receivesWhen: { setting: settings.dogstatsd, word: 'datadog', in: [settings.destinations, settings.config] },
  subscribesTo: ['platform', 'function'],
  subscribesToSetting: settings.types,
  telemetryDelay: {
    setting: settings.flush,
    // Modes that wait for the end of an invocation need its record at once. For others fewer deliveries save CPU time.
    byWord: { periodic: 1_000, continuous: 1_000 },
    otherwise: 25,
  },
  expectsFewRuns: true,
  redacts: true,
  init: async (context) => (await import('./pipeline.ts')).telemetryPipeline(context),
});
