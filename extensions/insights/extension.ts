import { defineExtension } from '../sdk/index.ts';
import { settings } from './settings.ts';

/** CloudWatch Lambda Insights. Nothing of it is loaded while `LAMBDA_INSIGHTS` is unset. */
export const insights = defineExtension({
  name: 'insights',
  settings,
  enabledWhen: [settings.outputs],
  startsWhen: [settings.outputs],
  subscribesTo: ['platform'],
  init: async (context) => (await import('./insights.ts')).startInsights(context),
});
