import { AsyncLocalStorage } from 'node:async_hooks';

type Context = Record<PropertyKey, unknown>;

/** What `@aws/lambda-invoke-store` gives to code that wants the invocation it runs in; AWS's client makes it, too. */
export interface InvokeStore {
  getContext(): Context | undefined;
  hasContext(): boolean;
  get(key: PropertyKey): unknown;
  set(key: PropertyKey, value: unknown): void;
  run<T>(context: Context, work: () => T): T;
  getRequestId(): string;
  getXRayTraceId(): unknown;
  getTenantId(): unknown;
  isProtectedKey(key: PropertyKey): boolean;
}

export const STORE_KEYS = {
  REQUEST_ID: Symbol.for('_AWS_LAMBDA_REQUEST_ID'),
  X_RAY_TRACE_ID: Symbol.for('_AWS_LAMBDA_X_RAY_TRACE_ID'),
  TENANT_ID: Symbol.for('_AWS_LAMBDA_TENANT_ID'),
} as const;

/** Only concurrent invocations pay for AsyncLocalStorage. */
export function createInvokeStore(isConcurrent: boolean): InvokeStore {
  const contexts = isConcurrent ? new AsyncLocalStorage<Context>() : undefined;
  let current: Context | undefined;
  const getContext = () => (contexts ? contexts.getStore() : current);
  const get = (key: PropertyKey) => getContext()?.[key];
  const isProtectedKey = (key: PropertyKey) => Object.values<PropertyKey>(STORE_KEYS).includes(key);
  return {
    getContext,
    hasContext: () => getContext() !== undefined,
    get,
    set(key, value) {
      if (isProtectedKey(key)) throw new Error(`Cannot modify protected Lambda context field: ${String(key)}`);
      if (!contexts) current ??= {};
      const context = getContext();
      if (!context) throw new Error('No context available');
      context[key] = value;
    },
    run(context, work) {
      if (contexts) return contexts.run(context, work);
      current = context;
      return work();
    },
    getRequestId: () => (get(STORE_KEYS.REQUEST_ID) as string | undefined) ?? '-',
    getXRayTraceId: () => get(STORE_KEYS.X_RAY_TRACE_ID),
    getTenantId: () => get(STORE_KEYS.TENANT_ID),
    isProtectedKey,
  };
}
