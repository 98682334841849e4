/** One event in the format of Lambda Insights: fields, and the directive by which CloudWatch makes metrics of some of them. */
export interface InsightsDocument {
  readonly _aws: {
    readonly Timestamp: number;
    readonly CloudWatchMetrics: readonly MetricDirective[];
    readonly LambdaInsights?: { readonly ShareTelemetry: true };
  };
  readonly [field: string]: unknown;
}

export interface MetricDirective {
  readonly Namespace: string;
  readonly Dimensions: readonly (readonly string[])[];
  readonly Metrics: readonly MetricDefinition[];
}

export interface MetricDefinition {
  readonly Name: string;
  readonly Unit: 'Percent' | 'Megabytes' | 'Milliseconds' | 'Bytes';
}

/** What every document of a function has in common. */
export interface DocumentIdentity {
  readonly functionName: string;
  readonly functionVersion: string;
  readonly agentVersion: string;
  readonly memoryMb: number;
  readonly availabilityZone?: string | undefined;
}

/** A metric whose field is unknown is not announced: CloudWatch would report an error of the format. */
export function documentOf(
  timeMs: number,
  metrics: readonly MetricDefinition[],
  fields: Readonly<Record<string, unknown>>,
): InsightsDocument {
  const known = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
  return {
    _aws: {
      Timestamp: Math.trunc(timeMs),
      CloudWatchMetrics: [
        {
          Namespace: 'LambdaInsights',
          Dimensions: [['function_name'], ['function_name', 'version']],
          Metrics: metrics.filter(({ Name }) => known[Name] !== undefined),
        },
      ],
      LambdaInsights: { ShareTelemetry: true },
    },
    ...known,
  };
}
