import type { HostServices } from '../../sdk/index.ts';
import { lambdaSource, ownerNames, sourceSettings } from '../items/source.ts';
import type { ExporterContext } from './exporter.ts';

/** Outside of Lambda there is no log stream: time and process id then tell execution environments apart. */
export function exporterContext({ clock, lambda, aws, settings }: HostServices, otlpPort: number): ExporterContext {
  const ofSource = settings(sourceSettings);
  const instanceId = lambda.logStream || `${clock.wallMs().toString(36)}-${process.pid}`;
  return {
    functionName: lambda.name,
    functionVersion: lambda.version,
    region: aws.region,
    source: lambdaSource(ofSource, { ...lambda, region: aws.region, instanceId }),
    ownerNames: ownerNames(ofSource),
    instanceId,
    otlpPort,
  };
}
