import type { InsightsDocument } from '../documents/document.ts';

/** The same event as a line of the function's own log, under another namespace. */
export function embeddedMetricLine({ _aws, ...fields }: InsightsDocument, namespace: string): string {
  const directives = _aws.CloudWatchMetrics.map((directive) => ({ ...directive, Namespace: namespace }));
  return JSON.stringify({ _aws: { Timestamp: _aws.Timestamp, CloudWatchMetrics: directives }, ...fields });
}
