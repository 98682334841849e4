import { proxyEnvironment, proxyProblems } from '../../../aws-call/proxy-environment.ts';
import type { Clock } from '../../../foundation/clock.ts';
import type { Log } from '../../../foundation/log.ts';
import { environmentRandom } from '../../../foundation/random.ts';
import type { Environment } from '../../../foundation/settings.ts';
import { writeLine } from '../../../foundation/write-line.ts';
import { isEmulator, isManagedInstances } from '../../../lambda-api/environment.ts';
import type { HostServices, SenderOptions } from '../../sdk/index.ts';
import type { Intake } from '../intake/intake.ts';
import type { LaunchContext } from '../launch-context.ts';
import { availabilityZone } from './availability-zone.ts';
import type { HostsAwsServices } from './aws.ts';
import type { HandedTexts } from './handed-texts.ts';
import { serveOrInherit } from './http.ts';
import { inheritedSockets } from './inherited-sockets.ts';
import { lambdaFunction } from './lambda-function.ts';
import type { SharedServices } from './lent-to.ts';
import { metricsService } from './metrics.ts';
import { secretsInUse } from './secrets-in-use.ts';
import { retryingSender } from './sender.ts';
import { telemetryService } from './telemetry.ts';

/** Makes what the host lends to all extensions, and keeps the other side of each for the host. */
export function hostServices(options: HostServicesOptions) {
  const { environment, launch, intake, aws, texts, clock, log, announceWork, isSnapshotAhead } = options;
  const inherited = inheritedSockets(environment);
  const metrics = metricsService(clock.wallMs);
  const telemetry = telemetryService(intake);
  if (launch.isSubscribed) telemetry.subscribed();
  const secrets = secretsInUse(intake?.redacts);
  secrets.provide('host', aws.secretTexts);
  secrets.provide('client', texts.all);
  let { deadlineMs } = launch;
  for (const problem of proxyProblems(environment)) log.warn(problem);

  const proxies = proxyEnvironment(environment);
  const toSend = { clock, proxyEnvironment: proxies, random: environmentRandom };

  const lent: SharedServices = {
    clock,
    writeLine: (line) => writeLine(line),
    http: {
      ...serveOrInherit(inherited, { clock, log }),
      sender: (options?: SenderOptions) => retryingSender(toSend, options),
      proxyEnvironment: proxies,
    },
    lambda: lambdaFunction(environment),
    aws,
    isManagedInstances: isManagedInstances(environment),
    isSnapshotAhead,
    availabilityZone: availabilityZone({ environment, isSnapshotAhead }),
    isEmulator: isEmulator(environment),
    deadlineMs: () => deadlineMs,
    metrics: metrics.registry,
    secretsInUse: secrets,
    telemetry: telemetry.service,
    announceWork,
  };
  return {
    lent,
    inherited,
    metrics,
    telemetry,
    invocationEndsBy(latestMs: number): void {
      deadlineMs = latestMs;
    },
  };
}

interface HostServicesOptions {
  readonly environment: Environment;
  readonly launch: Pick<LaunchContext, 'isSubscribed' | 'deadlineMs'>;
  readonly intake: Intake | undefined;
  readonly aws: HostsAwsServices;
  readonly texts: Pick<HandedTexts, 'all'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly announceWork: HostServices['announceWork'];
  readonly isSnapshotAhead: HostServices['isSnapshotAhead'];
}
