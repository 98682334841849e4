import type { Environment } from '../../foundation/settings.ts';
import type { Plan } from './plan.ts';

/** What the supervisor hands to its child; see supervisor/README.md. */
export interface LaunchContext {
  /** Undefined where no supervisor started this process. */
  readonly control: Control | undefined;
  /** Undefined where only the host can make one: there is no supervisor, or it does not know of every module. */
  readonly plan: Plan | undefined;
  /** What is wrong and has been logged already. */
  readonly reported: {
    /** Variables whose values are wrong. */
    readonly variables: readonly string[];
    /** Ports that another process has. */
    readonly ports: readonly number[];
  };
  /** Telemetry records that died with the processes before this one. */
  readonly lostRecords: number;
  /** How many of these were being sent, so that they may have arrived. */
  readonly unsureRecords: number;
  /** Whether Lambda delivers telemetry; undefined where nobody has asked for it. */
  readonly isSubscribed: boolean | undefined;
  /** The supervisor's store of what Lambda delivers; undefined where it takes no deliveries. */
  readonly storeFd: number | undefined;
  /** Whether it takes the place of a process that had values: a snapshot is near. */
  readonly isForSnapshot: boolean;
  /** Of the latest invocation, which began before this process could get its event. */
  readonly deadlineMs: number | undefined;
}

/** How the host speaks with its supervisor, and with Lambda in its name. */
export interface Control {
  readonly fd: number;
  readonly extensionId: string;
  /** Whether the function waits for this process: only until then does Lambda take a subscription. */
  readonly isEager: boolean;
}

export function readLaunchContext(environment: Environment): LaunchContext {
  const { HOST_CONTROL_FD: fd, HOST_PLAN: plan, HOST_REPORTED: reported } = environment;
  return {
    control: fd === undefined ? undefined : controlOf(Number(fd), environment),
    plan: plan ? JSON.parse(plan) : undefined,
    reported: reported ? JSON.parse(reported) : { variables: [], ports: [] },
    lostRecords: Number(environment.HOST_LOST_RECORDS ?? 0),
    unsureRecords: Number(environment.HOST_UNSURE_RECORDS ?? 0),
    isSubscribed: environment.HOST_IS_SUBSCRIBED ? environment.HOST_IS_SUBSCRIBED === '1' : undefined,
    storeFd: environment.HOST_STORE_FD ? Number(environment.HOST_STORE_FD) : undefined,
    isForSnapshot: environment.HOST_REASON === 'snapshot',
    deadlineMs: Number(environment.HOST_DEADLINE_MS ?? 0) || undefined,
  };
}

function controlOf(fd: number, environment: Environment): Control {
  return { fd, extensionId: environment.EXTENSION_ID ?? '', isEager: environment.HOST_REASON === 'eager' };
}
