import { startExtensionsApi } from './extensions-api.ts';
import { cpuMs } from './proc.ts';
import { type Command, type Running, start } from './process.ts';

export interface ExtensionProcess extends Running {
  /** From exec until the API is asked to register it. */
  readonly registeredMs: number;
  /** From exec until the API is asked for the first event. */
  readonly nextMs: number;
  /** CPU time until then. */
  readonly nextCpuMs: number;
  /** Where it wants its telemetry. */
  readonly deliveryUrl: string;
}

/** Starts an extension as Lambda does and waits for its first `/next`. */
export async function startExtension(command: Command): Promise<ExtensionProcess> {
  const { promise: firstNext, resolve } = Promise.withResolvers<{ nextMs: number; nextCpuMs: number }>();
  let registeredMs = Number.NaN;
  const sinceStart = () => performance.now() - startedAtMs;

  const api = await startExtensionsApi({
    register: () => {
      registeredMs = sinceStart();
    },
    next: () => resolve({ nextMs: sinceStart(), nextCpuMs: cpuMs(running.pid) }),
  });
  const startedAtMs = performance.now();
  const running = start({ ...command, environment: { ...command.environment, AWS_LAMBDA_RUNTIME_API: api.address } });
  const reached = await Promise.race([firstNext, running.ended]);

  return {
    ...running,
    ...reached,
    registeredMs,
    deliveryUrl: api.deliveryUrl(),
    async [Symbol.asyncDispose]() {
      await running[Symbol.asyncDispose]();
      await api[Symbol.asyncDispose]();
    },
  };
}
