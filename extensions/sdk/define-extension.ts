import type { Setting, Settings, SettingValues } from '../../foundation/settings.ts';
import type { InvokeEvent, ShutdownEvent } from '../../lambda-api/extensions-api.ts';
import type { TelemetryRecord, TelemetryType } from '../../lambda-api/telemetry-api.ts';
import type { HostServices } from './host-services.ts';

/** One job during the life of a function. The host runs several in one process; none knows the others. */
export interface ExtensionDefinition<S extends Settings = Settings> {
  /** The word in `EXTENSIONS_ENABLED`, in log lines, and the file name in `/opt/extensions` when it runs alone. */
  readonly name: string;
  readonly settings: S;
  /** Settings of which one that is set, to anything but `false`, makes `EXTENSIONS_ENABLED=auto` run it. Default: always. */
  readonly enabledWhen?: readonly Setting<unknown>[];
  /** Whether `EXTENSIONS_ENABLED=auto` runs it, where `enabledWhen` does not say it all. */
  enabled?(settings: SettingValues<S>): boolean;
  /** What it wants from Lambda's Telemetry API. Default: nothing. */
  readonly subscribesTo?: readonly TelemetryType[];
  /** A setting of words that overrides `subscribesTo`. */
  readonly subscribesToSetting?: Setting<readonly string[]>;
  /** How long Lambda may collect records before it delivers them, 25 to 30,000 ms. Default: 1000. */
  readonly telemetryDelay?: TelemetryDelay;
  /** The same as `subscribesTo` where it depends on settings, which only the running host can tell. */
  telemetryTypes?(settings: SettingValues<S>): readonly TelemetryType[];
  /**
   * The ports that callers may use before it runs, by the name given to `host.http.serve`. The supervisor opens them and
   * starts the host at the first connection. Without `listens` and `startsWhen`, or with `telemetryTypes`, the function's
   * start waits for the host.
   */
  readonly listens?: Readonly<Record<string, Setting<number>>>;
  /** A setting that leaves these ports closed where it is `false`, for another process to use. Default: they are opened. */
  readonly listensWhen?: Setting<boolean>;
  /** Settings of which one that is set, to anything but `false`, starts the host together with the function, not on demand. */
  readonly startsWhen?: readonly Setting<unknown>[] | 'always';
  /** Runs before Lambda starts the function, which waits for it: open listeners, leave the network for later. */
  init(context: { settings: SettingValues<S>; host: HostServices }): Handlers | Promise<Handlers>;
}

/** A delay that follows the first word of a setting, in lower case, e.g. `periodic` of `periodic,20000`. */
export interface TelemetryDelay {
  readonly setting: Setting<unknown>;
  readonly byWord: Readonly<Record<string, number>>;
  readonly otherwise: number;
}

/** What the host calls. All of it is optional; whatever one throws is logged once and stops nobody else. */
export interface Handlers {
  /** Once, when the first wait for an event has begun: time for work that the function need not wait for. */
  ready?(): void | Promise<void>;
  /**
   * At each invocation, while the function runs. The environment stays awake, and billed, until it settles or `signal` is
   * aborted: after `invokeBoundMs`, or just before the function's deadline. Never on managed instances.
   */
  invoke?(event: InvokeEvent, context: HandlerContext): void | Promise<void>;
  /** Default: 2000. With 0 `invoke` is called and nobody waits for it. */
  readonly invokeBoundMs?: number;
  /** Telemetry of the types asked for, in Lambda's order. It has been acknowledged already. */
  telemetry?(records: readonly TelemetryRecord[]): void | Promise<void>;
  /** Once, before the process ends; `signal` is aborted 300 ms before Lambda kills it. */
  shutdown?(event: ShutdownEvent, context: HandlerContext): void | Promise<void>;
}

export interface HandlerContext {
  readonly signal: AbortSignal;
}

/** Gives the definition its types; returns it as it is. */
export function defineExtension<const S extends Settings>(definition: ExtensionDefinition<S>): ExtensionDefinition<S> {
  return definition;
}
