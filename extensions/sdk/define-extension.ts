import type { Setting, Settings, SettingValues } from '../../foundation/settings.ts';
import type { InvokeEvent, ShutdownEvent } from '../../lambda-api/extensions-api.ts';
import type { RecordOf, TelemetryRecord, TelemetryType } from '../../lambda-api/telemetry-api.ts';
import type { HostServices } from './host-services.ts';

/** One job during the function's life. The host runs several in one process; none knows of the others. */
export interface ExtensionDefinition<S extends Settings = Settings> extends Declarations<S> {
  /** What it wants from Lambda's Telemetry API. Default: nothing. */
  readonly subscribesTo?: readonly TelemetryType[];
  /** A comma-separated setting that overrides `subscribesTo`. */
  readonly subscribesToSetting?: Setting<readonly string[]>;
  /**
   * Opens listeners and leaves the network for later: where the host starts first, the function waits for this. An extension
   * whose `init` rejects, or takes 5 s, is off; its log says why.
   */
  init(context: InitContext<S>): Handlers | Promise<Handlers>;
}

/** What an extension says of itself before it runs. */
export interface Declarations<S extends Settings> {
  /** The word in `EXTENSIONS_ENABLED`, in log lines, and the file name in `/opt/extensions` when it runs alone. */
  readonly name: string;
  readonly settings: S;
  /** `EXTENSIONS_ENABLED=auto` runs it if one of these is set to anything but `false`. Default: it always does. */
  readonly enabledWhen?: readonly Setting<unknown>[];
  /** How long Lambda may collect records before it delivers them, 25 to 30,000 ms. Default: 1000. */
  readonly telemetryDelay?: TelemetryDelay;
  /**
   * The ports that callers may use before it runs, by the name given to `host.http.serve`. The supervisor opens them and
   * starts the host at the first connection. Without `listens` and `startsWhen` the function's start waits for the host.
   */
  readonly listens?: Readonly<Record<string, Setting<number>>>;
  /** `false` or `0` leaves these ports closed, for another process to use. Default: they are opened. */
  readonly listensWhen?: Setting<boolean>;
  /** UDP ports of loopback that it reads, by the name given to `host.datagrams.receive`. The supervisor opens them, and starts the host at the first datagram. */
  readonly receives?: Readonly<Record<string, Setting<number>>>;
  /** Opens these ports only if it holds. Default: they are opened. */
  readonly receivesWhen?: NamedInSettings;
  /** The host starts during the function's own start if one of these is set to anything but `false`. Default: on demand. */
  readonly startsWhen?: readonly Setting<unknown>[] | 'always';
  /** Loads what it needs later. With `EXTENSIONS_START=after-next` the host calls it as soon as it is ready. */
  warmUp?(): Promise<unknown>;
  /**
   * What it does with a record runs some ten thousand times in the life of an environment, too few to pay for V8's optimising
   * compiler. The host then does without it, once `host.telemetry.holds` reports fewer records than before: by then its
   * modules are loaded. Default: false.
   */
  readonly expectsFewRuns?: boolean;
  /**
   * It sends away what the function logs, and redacts it by `host.secretsInUse`. The client then hands over what the function
   * reads by itself. Default: false.
   */
  readonly redacts?: boolean;
}

/** What `init` gets: the values of the settings, checked, and what the host lends. */
export interface InitContext<S extends Settings> {
  readonly settings: SettingValues<S>;
  readonly host: HostServices;
}

/** A setting that is `true` or `false`. If it is neither, it holds where a word is in one of other settings' texts. */
export interface NamedInSettings {
  readonly setting: Setting<unknown>;
  readonly word: string;
  readonly in: readonly Setting<unknown>[];
}

/** A delay in milliseconds that follows the first word of a setting, in lower case, e.g. `periodic` of `periodic,20000`. */
export interface TelemetryDelay {
  readonly setting: Setting<unknown>;
  readonly byWord: Readonly<Record<string, number>>;
  readonly otherwise: number;
}

/**
 * What the host calls, each optional. An error of one is logged once and stops no other extension.
 * @typeParam R the records of telemetry that it gets.
 */
export interface Handlers<R = TelemetryRecord> {
  /** What it does, for the host's first log line, e.g. `to datadog`. */
  readonly about?: string;
  /**
   * Once, when the first wait for an event has begun: for work that the function need not wait for. With SnapStart after `restore`,
   * so that nothing of it lies in the snapshot.
   */
  ready?(): void | Promise<void>;
  /**
   * At each invocation, while the function runs. The environment stays awake, and billed, until it settles or `signal` is
   * aborted: after `invokeBoundMs`, or 100 ms before the function's deadline. Never on managed instances.
   */
  invoke?(event: InvokeEvent, context: HandlerContext): void | Promise<void>;
  /** Of `invoke` and of `flush` at an invocation. Default: 2000. With 0 the host calls them, waits for neither, and aborts no signal. */
  readonly invokeBoundMs?: number;
  /**
   * Telemetry of the types asked for, in Lambda's order. Lambda's delivery is acknowledged already.
   * @param delivery the delivery's number. It is there where the supervisor keeps the delivery until it is confirmed: when this
   * settles, or by `host.telemetry.confirm` if there are `keepers`. After a crash, an unconfirmed delivery comes again.
   * @param last short deliveries come together: the records are of all from `delivery` to this one.
   */
  telemetry?(records: readonly R[], delivery?: number, last?: number): void | Promise<void>;
  /** Names of what keeps records after `telemetry` has settled, such as destinations. With them, `telemetry` gets even deliveries without a record for it. */
  readonly keepers?: readonly string[];
  /**
   * Sends what waits. Called at an invocation, while the function runs, if `flushEveryMs` have passed since it was last called;
   * before a snapshot; and before `shutdown`. On managed instances, where there are no INVOKE events, by a timer. What comes after the
   * call of an invocation leaves with a later one. `signal` is the deadline: that of `invoke`, `beforeSnapshot` or `shutdown`;
   * 2 s by a timer.
   */
  flush?(reason: FlushReason, context: HandlerContext): void | Promise<void>;
  /** Wall time, so a freeze counts. Default: 10,000. With 0 it flushes at each invocation; on managed instances each second. */
  readonly flushEveryMs?: number;
  /**
   * Before the snapshot of a function with SnapStart is taken: drop values that must not lie in it, and send what waits. `signal`
   * is aborted after 5 s. Only where the preload runs in the function's process. Extensions that redact are called before the others.
   * Then the supervisor replaces this process by one that never had a value, without `shutdown`.
   */
  beforeSnapshot?(context: HandlerContext): void | Promise<void>;
  /**
   * When a new environment begins from a snapshot (SnapStart): renew what was fixed before, such as ids, seeds, credentials,
   * sockets and values in memory. The environments of one snapshot share them. `signal` is aborted after 2 s.
   */
  restore?(context: HandlerContext): void | Promise<void>;
  /** Once, before the process ends; `signal` is aborted 300 ms before Lambda kills it. */
  shutdown?(event: ShutdownEvent, context: HandlerContext): void | Promise<void>;
}

/** Why `flush` is called. */
export type FlushReason = 'invocation' | 'timer' | 'snapshot' | 'shutdown';

export interface HandlerContext {
  /** Aborted when the time of the handler is over. The host goes on without the handler then. */
  readonly signal: AbortSignal;
}

/**
 * Gives the definition its types; returns it as it is. The values of `settings` have the types of their declarations, and the
 * records of `telemetry` those of `subscribesTo`. `subscribesToSetting` may name any type, so with it they have all types.
 */
export function defineExtension<
  const S extends Settings,
  const T extends TelemetryType = never,
  V extends Setting<readonly string[]> | undefined = undefined,
>(definition: TypedDefinition<S, T, V>): ExtensionDefinition<S> {
  return definition as ExtensionDefinition<S>;
}

/** A definition whose handlers get records of type `T`; of any type where a setting chooses. */
interface TypedDefinition<S extends Settings, T extends TelemetryType, V> extends Declarations<S> {
  readonly subscribesTo?: readonly T[];
  readonly subscribesToSetting?: V;
  init(context: InitContext<S>): TypedHandlers<T, V> | Promise<TypedHandlers<T, V>>;
}

type TypedHandlers<T extends TelemetryType, V> = Handlers<RecordOf<[V] extends [undefined] ? T : TelemetryType>>;
