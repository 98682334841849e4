import type { HostServices } from '../../sdk/index.ts';
import { lambdaSource, sourceSettings } from '../items/source.ts';
import type { ExporterContext } from './exporter.ts';

/** Outside of Lambda there is no log stream: time and process id then tell execution environments apart. */
export function exporterContext({ clock, lambda, aws, settings }: HostServices, otlpPort: number): ExporterContext {
  const instanceId = lambda.logStream || `${clock.wallMs().toString(36)}-${process.pid}`;
  return {
    functionName: lambda.name,
    functionVersion: lambda.version,
    region: aws.region,
    source: lambdaSource(settings(sourceSettings), { ...lambda, region: aws.region, instanceId }),
    instanceId,
    otlpPort,
  };
}
