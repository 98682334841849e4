import type { HostServices } from '../../sdk/index.ts';
import { lambdaSource, ownerNames, sourceSettings } from '../items/source.ts';
import type { ExporterContext } from './exporter.ts';

/** Without a log stream, time and process id tell execution environments apart; after a restore, what `renewInstance` gets does. */
export function exporterContext({ clock, lambda, aws, settings }: ContextOptions, otlpPort: number): RenewableContext {
  let instanceId = lambda.logStream || `${clock.wallMs().toString(36)}-${process.pid}`;
  let functionArn: string | undefined;
  const ofSource = settings(sourceSettings);
  const source = lambdaSource(ofSource, { ...lambda, region: aws.region, instanceId });
  return {
    functionName: lambda.name,
    functionVersion: lambda.version,
    region: aws.region,
    source,
    ownerNames: ownerNames(ofSource),
    get functionArn() {
      return functionArn;
    },
    noticeArn(invokedArn) {
      functionArn ??= invokedArn;
    },
    get instanceId() {
      return instanceId;
    },
    otlpPort,
    renewInstance(newId) {
      // Items are grouped by the identity of their source. A name that the owner has given stays.
      if (source.resource[INSTANCE] === instanceId) Object.assign(source.resource, { [INSTANCE]: newId });
      instanceId = newId;
    },
    runsIn(zone) {
      const isGiven = Object.hasOwn(source.resource, ZONE);
      if (zone !== undefined && !isGiven) Object.assign(source.resource, { [ZONE]: zone });
    },
  };
}

const INSTANCE = 'faas.instance';
const ZONE = 'cloud.availability_zone';

type ContextOptions = Pick<HostServices, 'clock' | 'lambda' | 'settings'> & {
  readonly aws: Pick<HostServices['aws'], 'region'>;
};

export interface RenewableContext extends ExporterContext {
  /** In an environment that began from a snapshot: the others have the same id. */
  renewInstance(newId: string): void;
  /** By which the function is invoked, perhaps with a qualifier. */
  noticeArn(invokedArn: string): void;
  /** Adds the availability zone to the source, also of what is buffered. One that the owner has given stays. */
  runsIn(zone: string | undefined): void;
}
