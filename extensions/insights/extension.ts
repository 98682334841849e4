import { defineExtension } from '../sdk/index.ts';
import { settings } from './settings.ts';

/** CloudWatch Lambda Insights. Nothing of it is loaded while `LAMBDA_INSIGHTS` is unset. */
export const insights = defineExtension({
  name: 'insights',
  settings,
  enabledWhen: [settings.outputs],
  startsWhen: [settings.outputs],
  subscribesTo: ['platform'],
  // With Lambda's own second, the reports of a short life would still be on their way at SHUTDOWN.
  telemetryDelay: { setting: settings.outputs, byWord: {}, otherwise: 100 },
  init: async (context) => (await import('./insights.ts')).startInsights(context),
});
