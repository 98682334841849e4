/** An OpenFeature provider for feature flags of AppConfig. Needs the package `@openfeature/server-sdk`. */
import {
  ErrorCode,
  type EvaluationContext,
  type JsonValue,
  type Provider,
  type ResolutionDetails,
  StandardResolutionReasons,
} from '@openfeature/server-sdk';
import { NotFoundError } from './errors.ts';
import { type Flag, type FlagContext, getFlag } from './get-flag.ts';
import { type ConfigurationName, readConfiguration } from './read-configuration.ts';
import { warnOnce } from './warn.ts';

export interface AppConfigProviderOptions {
  /** Where the flags are. Default: what the variable `APPCONFIG_FLAGS` names. */
  configuration?: ConfigurationName;
  /** The key of the context under which rules find OpenFeature's `targetingKey`. Default: `targetingKey`. */
  targetingKey?: string;
  /** How old an answer from the function's own memory may be, in seconds. Default: 5. */
  maxAgeSeconds?: number;
}

/**
 * `flag` as a boolean says whether it is on; `flag.attribute` is one of its attributes, of any type; `flag` as an object has all
 * of them. A flag that is off has none: then the default is the value.
 */
export class AppConfigProvider implements Provider {
  readonly metadata = { name: 'lambda-node-extended-appconfig' } as const;
  readonly runsOn = 'server';
  readonly #options: AppConfigProviderOptions;

  constructor(options: AppConfigProviderOptions = {}) {
    this.#options = options;
  }

  /** Fetches the flags, so that a provider that is ready has some. */
  async initialize(): Promise<void> {
    const name = this.#options.configuration ?? process.env.APPCONFIG_FLAGS;
    if (name === undefined)
      throw new Error('No configuration is named for the provider: pass "configuration", or set APPCONFIG_FLAGS');
    await readConfiguration({ name });
  }

  resolveBooleanEvaluation(key: string, fallback: boolean, context: EvaluationContext) {
    return this.#resolve(key, fallback, context, enabledOf, isBoolean);
  }

  resolveStringEvaluation(key: string, fallback: string, context: EvaluationContext) {
    return this.#resolve(key, fallback, context, undefined, (value) => typeof value === 'string');
  }

  resolveNumberEvaluation(key: string, fallback: number, context: EvaluationContext) {
    return this.#resolve(key, fallback, context, undefined, (value) => typeof value === 'number');
  }

  resolveObjectEvaluation<T extends JsonValue>(key: string, fallback: T, context: EvaluationContext) {
    return this.#resolve(key, fallback, context, attributesOf, (value) => typeof value === 'object' && value !== null);
  }

  async #resolve<T>(
    key: string,
    fallback: T,
    context: EvaluationContext,
    ofFlag: ((flag: Flag) => unknown) | undefined,
    isOfType: (value: unknown) => boolean,
  ): Promise<ResolutionDetails<T>> {
    const [name = '', attribute] = splitKey(key);
    const { configuration, maxAgeSeconds } = this.#options;
    let flag: Flag;
    try {
      flag = await getFlag(name, {
        context: this.#contextOf(context),
        ...(configuration === undefined ? {} : { configuration }),
        ...(maxAgeSeconds === undefined ? {} : { maxAgeSeconds }),
      });
    } catch (error) {
      const errorCode = error instanceof NotFoundError ? ErrorCode.FLAG_NOT_FOUND : ErrorCode.GENERAL;
      return failed(fallback, errorCode, (error as Error).message);
    }

    const variant = flag._variant === undefined ? {} : { variant: flag._variant };
    const isWholeBoolean = attribute === undefined && ofFlag === enabledOf;
    if (!flag.enabled && !isWholeBoolean)
      return { value: fallback, reason: StandardResolutionReasons.DISABLED, ...variant };
    const value = attribute === undefined ? ofFlag?.(flag) : flag[attribute];
    if (value === undefined) {
      const what = attribute === undefined ? 'ask for flag.attribute' : `it has no attribute "${attribute}"`;
      return failed(fallback, ErrorCode.TYPE_MISMATCH, `Flag ${name} has no value of that type: ${what}`);
    }
    if (!isOfType(value)) return failed(fallback, ErrorCode.TYPE_MISMATCH, `Flag ${key} is a ${typeof value}`);
    return { value: value as T, reason: reasonOf(flag), ...variant };
  }

  /** Rules know texts, numbers, truths and times. What is nested has no place in them: the caller's context has it for others. */
  #contextOf({ targetingKey, ...more }: EvaluationContext): FlagContext {
    const context = Object.entries(more).filter(([key, value]) => {
      const isNested = typeof value === 'object' && value !== null && !(value instanceof Date);
      if (isNested)
        warnOnce(
          `context ${key}`,
          `Left ${JSON.stringify(key)} out of the context for AppConfig, because rules cannot compare objects and lists. Pass its fields by themselves.`,
        );
      return !isNested;
    });
    return {
      ...Object.fromEntries(context),
      ...(targetingKey === undefined ? {} : { [this.#options.targetingKey ?? 'targetingKey']: targetingKey }),
    } as FlagContext;
  }
}

/** AppConfig allows no dot in a flag's key. */
function splitKey(key: string): [string, string | undefined] {
  const at = key.indexOf('.');
  return at === -1 ? [key, undefined] : [key.slice(0, at), key.slice(at + 1)];
}

function enabledOf({ enabled }: Flag): unknown {
  return enabled;
}

function attributesOf({ enabled, _variant, ...attributes }: Flag): Record<string, unknown> {
  return attributes;
}

function reasonOf({ _variant, enabled }: Flag) {
  if (_variant !== undefined) return StandardResolutionReasons.TARGETING_MATCH;
  return enabled ? StandardResolutionReasons.STATIC : StandardResolutionReasons.DISABLED;
}

function failed<T>(value: T, errorCode: ErrorCode, errorMessage: string): ResolutionDetails<T> {
  return { value, reason: StandardResolutionReasons.ERROR, errorCode, errorMessage };
}

function isBoolean(value: unknown): value is boolean {
  return typeof value === 'boolean';
}
