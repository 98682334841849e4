import type { NodeHttpHandler } from '@smithy/node-http-handler';
import type { Clock } from '../../foundation/clock.ts';
import type { LoopbackServer, RequestHandler } from '../../foundation/http-server.ts';
import type { Log, LogLevel } from '../../foundation/log.ts';
import type { Settings, SettingValues } from '../../foundation/settings.ts';
import type { AwsCredentials } from '../../lambda-api/container-credentials.ts';

/** What the host lends to an extension. */
export interface HostServices {
  readonly clock: Clock;
  /** Speaks in the extension's name. `atLevel` gives the same log with a threshold of its own. */
  readonly log: Log & { atLevel(level: LogLevel): Log };
  /** Reads settings that count only where others say so, e.g. those of one vendor; logs what is wrong with them. */
  settings<S extends Settings>(declarations: S): SettingValues<S>;
  /** The function of this environment. */
  readonly lambda: LambdaFunction;
  readonly http: {
    /** Serves a loopback port, or the socket of that name which the host inherited. Rejects when the port is taken. */
    serve(options: { name: string; port: number; handle: RequestHandler }): Promise<LoopbackServer>;
    /** `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` for the option `proxyEnv` of an agent; never for this machine. */
    readonly proxyEnvironment: Readonly<Record<string, string>>;
  };
  readonly aws: AwsServices;
  /** Invocations run side by side, and there are no INVOKE events: what would run at one must run by timer. */
  readonly isManagedInstances: boolean;
  /** Whether this is the emulator rather than Lambda. */
  readonly isEmulator: boolean;
  /** When the latest invocation times out, or timed out; undefined before the first, and on managed instances. */
  deadlineMs(): number | undefined;
  /** Where numbers go that `GET /metrics` of the host shows and that are logged at SHUTDOWN. */
  readonly metrics: MetricsRegistry;
  readonly secretsInUse: SecretsInUse;
  readonly telemetry: TelemetryService;
  readonly compiler: CompilerService;
}

export interface CompilerService {
  /**
   * Does without V8's optimising compiler, which takes more CPU time than it saves for what runs some ten thousand times in
   * the life of an environment: a fifth of that of 1,000 log lines, or of 20,000. To be called when all modules are loaded.
   */
  expectFewRuns(): void;
}

export interface LambdaFunction {
  readonly name: string;
  readonly version: string;
  readonly memoryMb: number;
  /** Names this execution environment among all of the function. */
  readonly logStream: string;
}

export interface TelemetryService {
  /** Whether Lambda delivers telemetry; known once `ready` is called. */
  isSubscribed(): boolean;
  /** So many records that were given to `telemetry` would be lost if the process ended now. */
  holds(extension: string, records: number): void;
}

export interface AwsServices {
  readonly region: string;
  /** What Lambda gives, for signing requests without the SDK. Rejects when there is none. */
  credentials(): Promise<AwsCredentials>;
  /** Whether callers can prove at all that they run in this environment. */
  readonly hasSessionToken: boolean;
  /**
   * Whether it is the session token of the credentials that Lambda gave this environment, compared in constant time.
   * Where they come from the container credentials endpoint they change: the current ones count.
   */
  isSessionToken(candidate: string): boolean | Promise<boolean>;
  /**
   * Options for a client of the AWS SDK: region, the credentials Lambda gives, sockets that survive a freeze.
   * @param maxConnections how many sockets the client may open.
   * @param roleArn a role to assume with those credentials; `role` says more about it.
   * @param region another one than the function's.
   * @param proxy another way out than `HTTPS_PROXY` and `HTTP_PROXY` name.
   */
  clientOptions(options: {
    maxConnections: number;
    roleArn?: string;
    role?: AssumedRole;
    region?: string;
    proxy?: AwsProxy;
  }): Promise<AwsClientOptions>;
}

export interface AssumedRole {
  readonly externalId?: string | undefined;
  readonly sessionName?: string | undefined;
  /** How long its credentials are to be valid. */
  readonly durationSeconds?: number | undefined;
}

export interface AwsProxy {
  /** `http` or `https`; a user and a password in it are shown to the proxy. */
  readonly url: string;
  /** Sent to the proxy alone. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Goes into the constructor of any client of the AWS SDK, version 3. */
export interface AwsClientOptions {
  region?: string;
  credentials: () => Promise<{
    accessKeyId: string;
    secretAccessKey: string;
    sessionToken?: string;
    expiration?: Date;
  }>;
  /** `endpoint` is the host name of the latest request: the SDK's errors do not say whom they could not reach. */
  requestHandler: NodeHttpHandler & { readonly endpoint: string | undefined };
}

/** Texts that must not leave the environment in telemetry. Only extensions of the same process know of each other's. */
export interface SecretsInUse {
  provide(extension: string, texts: () => Iterable<string>): void;
  all(): Set<string>;
}

export interface MetricsRegistry {
  /** @param snapshot what the extension counted so far; called when somebody looks. */
  provide(extension: string, snapshot: () => ExtensionMetrics): void;
}

export interface ExtensionMetrics {
  /** Counts and sums, e.g. `hits`; also what is logged at SHUTDOWN as CloudWatch metrics. */
  readonly totals: Readonly<Record<string, number>>;
  /** Anything else worth a look; shown by `GET /metrics` alone. */
  readonly details?: unknown;
}
