import type { Settings, SettingValues } from '../../../foundation/settings.ts';
import type { HookedInvocation } from '../../../lambda-api/invocation-hooks.ts';

/** An extension in the function's own process. `EXTENSIONS_INTERNAL` names its file, whose default export it is. */
export interface InternalExtension<S extends Settings = Settings> {
  /** In log lines, and where it registers, in Lambda's reports. */
  readonly name: string;
  readonly settings: S;
  /**
   * Registers with Lambda's Extensions API, and so takes one of the ten places. Lambda then lists it, and counts the time of
   * `afterInvoke` as that of an extension, not of the function. Default: false.
   */
  readonly register?: boolean;
  /**
   * Called before the first line of the function where its file is CommonJS, else in parallel. A promise is awaited before INIT
   * ends, for 5 s at most. Where it throws, the function runs without the extension, and its log says so.
   */
  init(context: { readonly settings: SettingValues<S> }): InternalHandlers | Promise<InternalHandlers>;
}

/** Each is optional and awaited. An error of one is logged once; the invocation goes on. */
export interface InternalHandlers {
  /** With each invocation, before the handler sees it: the caller waits. */
  beforeInvoke?(invocation: HookedInvocation, context: InternalContext): void | Promise<void>;
  /**
   * When the invocation has ended, its streamed answer included: as the runtime asks for the next one. The caller has its answer;
   * the time is billed. Not called where the invocation timed out or the process ended.
   */
  afterInvoke?(invocation: HookedInvocation, context: InternalContext): void | Promise<void>;
  /** How long each of the two is waited for, in milliseconds; never later than 100 ms before the function's deadline. Default: 1,000. */
  readonly boundMs?: number;
  /** Lambda has no SHUTDOWN for internal extensions: an extension of `lambda-node-extended/extension` gets one. */
  readonly shutdown?: never;
}

export interface InternalContext {
  /** Aborted when the time is over. The function goes on without the handler then. */
  readonly signal: AbortSignal;
}

/** Gives the definition its types; returns it as it is. */
export function defineInternalExtension<const S extends Settings>(
  definition: InternalExtension<S>,
): InternalExtension<S> {
  return definition;
}
