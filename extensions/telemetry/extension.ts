import { defineExtension } from '../sdk/index.ts';
import { settings } from './settings.ts';

/** Ships logs, metrics and traces. Nothing of it is loaded where no destination is set. */
export const telemetry = defineExtension({
  name: 'telemetry',
  settings,
  enabledWhen: [settings.destinations, settings.config],
  startsWhen: [settings.destinations, settings.config],
  listens: { otlp: settings.otlpPort },
  listensWhen: settings.isOtlpReceived,
  subscribesTo: ['platform', 'function'],
  subscribesToSetting: settings.types,
  telemetryDelay: {
    setting: settings.flush,
    // The end of an invocation must be heard of at once where one waits for it; else a delivery costs more than its records.
    byWord: { periodic: 1_000, continuous: 1_000 },
    otherwise: 25,
  },
  init: async (context) => (await import('./pipeline.ts')).telemetryPipeline(context),
});
