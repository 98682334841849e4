import type { CallJson } from '../../aws-call/call-json.ts';
import type { Clock } from '../../foundation/clock.ts';
import type { LoopbackServer, RequestHandler } from '../../foundation/http-server.ts';
import type { Log, LogLevel } from '../../foundation/log.ts';
import type { Settings, SettingValues } from '../../foundation/settings.ts';
import type { AwsCredentials } from '../../lambda-api/container-credentials.ts';

/** What the host lends to an extension. */
export interface HostServices {
  readonly clock: Clock;
  /** Logs in the extension's name. `atLevel` gives the same log with another threshold. */
  readonly log: Log & { atLevel(level: LogLevel): Log };
  /** Writes a line as it is to the log of the function, whatever the level. The host waits for it before it ends. */
  writeLine(line: string): void;
  /** Reads settings that only count if other settings say so, e.g. those of one vendor, and logs what is wrong with them. */
  settings<S extends Settings>(declarations: S): SettingValues<S>;
  /** The function whose environment it shares. */
  readonly lambda: LambdaFunction;
  /**
   * Calls `work` by wall time while the environment is awake, also on managed instances. The first call comes after `ms`. After a
   * freeze that was longer, one call comes within a second, not one for each `ms` that was missed. Calls do not overlap; an error
   * is logged once. Nothing is called while a snapshot is ahead, and after SHUTDOWN has begun, which aborts `signal`.
   * @param ms 100 at least. @throws RangeError if it is less.
   * @returns a function that ends it.
   */
  every(ms: number, work: (context: { readonly signal: AbortSignal }) => void | Promise<void>): () => void;
  readonly http: {
    /** Serves a loopback port, or the socket of that name which the host inherited. Rejects when the port is taken. */
    serve(options: { name: string; port: number; handle: RequestHandler }): Promise<LoopbackServer>;
    /**
     * Opens a sender: connections that are kept between requests, but not over a freeze; through the proxy; with retries after
     * errors of the network, 429 and 5xx, full jitter, and the server's `Retry-After`.
     */
    sender(options?: SenderOptions): Sender;
    /** `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` for the option `proxyEnv` of an agent. `NO_PROXY` has this machine. */
    readonly proxyEnvironment: Readonly<Record<string, string>>;
  };
  readonly aws: AwsServices;
  /** Invocations run concurrently, and there are no INVOKE events: use a timer in place of `invoke`. */
  readonly isManagedInstances: boolean;
  /**
   * Whether a snapshot of this environment is still to be taken (SnapStart). What is read until then lies in it and is shared by
   * all environments of the version.
   */
  isSnapshotAhead(): boolean;
  /**
   * The id of the zone where the environment runs, e.g. `use1-az1`; undefined where nobody says, and before a snapshot. Takes a
   * second at most, never rejects, and asks once for all extensions. Ask in `ready`, which is called again after a restore.
   */
  availabilityZone(): Promise<string | undefined>;
  /** Whether this is the emulator rather than Lambda. */
  readonly isEmulator: boolean;
  /** When the latest invocation times out, or timed out; undefined before the first, and on managed instances. */
  deadlineMs(): number | undefined;
  /** Takes the counters that `GET /metrics` of the host shows and that are logged at SHUTDOWN. */
  readonly metrics: MetricsRegistry;
  readonly secretsInUse: SecretsInUse;
  readonly telemetry: TelemetryService;
  /**
   * Announces work that cannot be split, before it begins, so that nobody takes it for an endless loop.
   * @param cpuMs how much CPU time it may take at most.
   */
  announceWork(cpuMs: number): void;
}

export interface SenderOptions {
  /** The longest that a request may take, with its retries, in milliseconds. Default: 2,000. */
  readonly longestMs?: number;
  /** How often a request is sent at most. Default: 3. */
  readonly attempts?: number;
  /** To each origin. Default: 2. */
  readonly maxConnections?: number;
}

export interface Sender {
  /**
   * Sends a request until it is answered with a status below 500 other than 429. That answer is returned, be it 404 or 200. The
   * answer's body has 4 MiB at most.
   * @param signal ends it early, the wait between tries included.
   * @throws the last error of the network; where the last answer was 429 or 5xx, a `SendError` with its `status`.
   */
  send(request: SendRequest, signal?: AbortSignal): Promise<SendAnswer>;
  close(): void;
}

export interface SendRequest {
  readonly url: string;
  /** Default: `POST`. */
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Default: none. */
  readonly body?: string | Uint8Array;
}

export interface SendAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Buffer;
}

export interface LambdaFunction {
  readonly name: string;
  readonly version: string;
  readonly memoryMb: number;
  /** Names this execution environment: no other of the function has the same. */
  readonly logStream: string;
}

export interface TelemetryService {
  /** Whether Lambda delivers telemetry; known once `ready` is called. */
  isSubscribed(): boolean;
  /**
   * How many records would be lost if the process ended now. `sending` of them are on their way, and may arrive nonetheless.
   * Records of numbered deliveries do not count, since the supervisor keeps those.
   */
  holds(extension: string, records: number, sending?: number): void;
  /** Resolves when the supervisor knows the numbers. To be awaited before records are acknowledged, or are sent. */
  told(): Promise<void>;
  /**
   * Deliveries with a record of these types come at once, e.g. `platform.runtimeDone`. The others come with them, by `catchUp`,
   * when many wait, or after a second. Default: the reports of phases, or all if no `telemetryDelay` is declared. Where Lambda delivers to
   * the host itself, everything comes as Lambda delivers it.
   */
  wakeFor(extension: string, types: readonly string[]): void;
  /** Resolves when `telemetry` has had everything that Lambda delivered before. Undefined where nothing can wait. */
  catchUp(): Promise<void> | undefined;
  /**
   * Leaves further deliveries in the supervisor's store until this resolves; what has begun goes on. For an extension whose buffers are
   * full. All extensions of the process get theirs later.
   */
  holdBack(until: Promise<void>): void;
  /** The keeper needs no delivery below this number, by what the process before this one confirmed. Known when `telemetry` is called. */
  confirmed(extension: string, keeper: string): number;
  /**
   * For an extension that has `keepers`.
   * @param marks the lowest number that each keeper still needs. The supervisor forgets what is below all of them.
   * @param memo replaces what the process after this one is told, 4 KiB at most: what it must know to continue with the lowest mark.
   */
  confirm(extension: string, marks: Readonly<Record<string, number>>, memo?: string): void;
  /** What the process before this one left. Known when `telemetry` or `invoke` is called. */
  memo(): string | undefined;
  /** Hands measurements to the extension that sends telemetry. `false` where none of this process does. */
  emit(measurements: readonly Measurement[]): boolean;
  /** Takes what other extensions emit. */
  onEmitted(take: (measurements: readonly Measurement[]) => void): void;
}

/** One value of a metric. */
export interface Measurement {
  readonly name: string;
  /** UCUM: `ms`, `By`, `%`, `{thread}` */
  readonly unit: string;
  /** A sum counts what was added since `startMs`. */
  readonly kind: 'gauge' | 'sum';
  readonly value: number;
  readonly startMs: number;
  readonly timeMs: number;
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
}

export interface AwsServices {
  readonly region: string;
  /** The function's credentials, for signing requests without the SDK. Rejects when there are none. */
  credentials(): Promise<AwsCredentials>;
  /** Whether callers can prove that they run in this environment. */
  readonly hasSessionToken: boolean;
  /**
   * Whether it is the session token of the credentials that Lambda gave this environment, compared in constant time.
   * Credentials from the container credentials endpoint change: the current ones count.
   */
  isSessionToken(candidate: string): boolean | Promise<boolean>;
  /**
   * Calls by AWS's JSON protocol without the SDK, which takes 60 ms of CPU time to load. With the function's credentials, AWS's
   * variables for endpoints, retries and proxies, and sockets that survive a freeze.
   * @param maxConnections how many sockets each service may have.
   * @param longestMs how long a call may take at most, whatever its signal says.
   */
  caller(options: { maxConnections: number; longestMs: number }): CallJson;
  /**
   * Options for a client of the AWS SDK: region, the credentials Lambda gives, sockets that survive a freeze.
   * @param maxConnections how many sockets the client may open.
   * @param roleArn a role to assume with those credentials; `role` has its further options.
   * @param region in place of the function's.
   * @param proxy in place of `HTTPS_PROXY` and `HTTP_PROXY`.
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
  /** How long its credentials are valid. */
  readonly durationSeconds?: number | undefined;
}

export interface AwsProxy {
  /** `http` or `https`; the proxy gets the user and the password in it. */
  readonly url: string;
  /** Sent to the proxy only. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Options for the constructor of any client of the AWS SDK, version 3. */
export interface AwsClientOptions {
  region?: string;
  credentials: () => Promise<{
    accessKeyId: string;
    secretAccessKey: string;
    sessionToken?: string;
    expiration?: Date;
  }>;
  /** `endpoint` is the host name of the latest request: the SDK's errors do not name the server that they could not reach. */
  requestHandler: AwsRequestHandler & { readonly endpoint: string | undefined };
}

/** What the clients of the AWS SDK take as `requestHandler`. Its own type would need a package of the SDK wherever this one is used. */
export interface AwsRequestHandler {
  // biome-ignore lint/suspicious/noExplicitAny: requests and responses are the SDK's
  handle(request: any, options?: any): Promise<{ response: any }>;
  destroy(): void;
  updateHttpClientConfig(key: never, value: never): void;
  httpHandlerConfigs(): object;
}

/** Texts that must not leave the environment in telemetry. Extensions of the same process share them. */
export interface SecretsInUse {
  /** @param extension its own name: that of a built-in extension throws a TypeError. */
  provide(extension: string, texts: () => Iterable<string>): void;
  /** The function is about to get these texts. The process after this one knows them, too, should this one crash. */
  announce(texts: Iterable<string>): void;
  all(): Set<string>;
}

export interface MetricsRegistry {
  /**
   * @param extension its own name: that of a built-in extension throws a TypeError.
   * @param snapshot what the extension counted so far; called when the numbers are read.
   */
  provide(extension: string, snapshot: () => ExtensionMetrics): void;
  /** Takes what processes of the environment post to this path of the port for metrics: 4 KiB at most, from anybody. They get an answer when `take` has settled. */
  receive(path: string, take: (body: string) => void | Promise<void>): void;
}

export interface ExtensionMetrics {
  /** Counts and sums, e.g. `hits`; also what is logged at SHUTDOWN as CloudWatch metrics. */
  readonly totals: Readonly<Record<string, number>>;
  /** Anything else; only `GET /metrics` shows it. */
  readonly details?: unknown;
}
