import type { HostServices, Log, TelemetryRecord } from '../../../extensions/sdk/index.ts';
import { type Clock, systemClock } from '../../../foundation/clock.ts';
import { readSettings } from '../../../foundation/settings.ts';

const silent = () => undefined;
export const silentLog: Log = { debug: silent, info: silent, warn: silent, error: silent };

export interface HostOfInsights {
  readonly isManagedInstances: boolean;
  /** In place of the telemetry extension. */
  readonly emit?: HostServices['telemetry']['emit'];
  readonly serve?: HostServices['http']['serve'];
}

/** What Insights needs of a host, in this process, whose machine takes the place of Lambda's. */
export function hostOfInsights({ isManagedInstances, emit = () => true, serve }: HostOfInsights): HostServices {
  return {
    clock: systemClock,
    log: { ...silentLog, atLevel: () => silentLog },
    lambda: { name: 'orders', version: '1', memoryMb: 128, logStream: '' },
    isManagedInstances,
    availabilityZone: async () => undefined,
    isEmulator: false,
    http: { serve },
    settings: () => ({}),
    telemetry: { isSubscribed: () => true, emit },
    metrics: { provide: silent, receive: silent },
  } as unknown as HostServices;
}

/** What Lambda delivers of an invocation. */
export function recordsOf(requestId: string): TelemetryRecord[] {
  const time = new Date().toISOString();
  const metrics = { durationMs: 5.4, billedDurationMs: 6, memorySizeMB: 128, maxMemoryUsedMB: 84 };
  return [
    { time, type: 'platform.start', record: { requestId, version: '1' } },
    { time, type: 'platform.runtimeDone', record: { requestId, status: 'success', metrics: { durationMs: 5.4 } } },
    { time, type: 'platform.report', record: { requestId, status: 'success', metrics } },
  ];
}

export interface CallsToAws {
  /** Of the mock of AWS. */
  readonly url: string;
  readonly clock: Clock;
  readonly name?: string;
  readonly logStream?: string;
  readonly region?: string;
}

/** What an output needs of a host that calls AWS. */
export function hostThatCallsAws(options: CallsToAws) {
  const { url, clock, name = 'orders', logStream = '', region = 'eu-central-1' } = options;
  return {
    clock,
    lambda: { name, version: '$LATEST', memoryMb: 128, logStream },
    http: {
      proxyEnvironment: {},
      serve: () => Promise.reject(new Error('serves nothing')),
      sender: () => {
        throw new Error('sends nothing');
      },
    },
    settings: (declarations) => readSettings(declarations, { AWS_ENDPOINT_URL: url }).values,
    aws: {
      region,
      credentials: async () => ({ accessKeyId: 'a', secretAccessKey: 's', sessionToken: 't' }),
      hasSessionToken: true,
      isSessionToken: () => true,
      caller: () => async () => ({}),
      clientOptions: () => Promise.reject(new Error('no SDK')),
    },
  } satisfies Pick<HostServices, 'clock' | 'lambda' | 'http' | 'settings' | 'aws'>;
}
