import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execaSync } from 'execa';
import { type Emulator, type EmulatorOptions, type InvokeResult, startEmulator } from '../../../emulator/index.ts';
import { type Clock, systemClock } from '../../../foundation/clock.ts';
import type { PlatformRecord, TelemetryRecord } from '../../../lambda-api/telemetry-api.ts';
import { freePort } from '../servers/free-port.ts';
import { copyOpt } from './opt-copy.ts';

export interface TelemetryLambda extends AsyncDisposable {
  readonly emulator: Emulator;
  readonly otlpPort: number;
  readonly dogstatsdPort: number;
  readonly secretsPort: number;
  readonly telemetryPort: number;
  /** Initialises and waits for the host, which otherwise is ready only during the first invocations. */
  warmUp(): Promise<void>;
  /** Invokes, and waits until the environment may be frozen. */
  invoke(payload?: unknown): Promise<InvokeResult>;
  /** The extension overhead in Lambda's report of each invocation, in order. */
  addedMs(): number[];
  /** `GET /metrics` of the host, between invocations. */
  metrics(): Promise<{ telemetry: { totals: Record<string, number>; details: Record<string, DestinationCounts> } }>;
  /** What the extension said. */
  said(): string[];
  /** The process id of the host, if it runs. */
  hostPid(): number | undefined;
  /** Sets the host's wall clock this far from the true time, if it is movable. */
  moveClock(ms: number): void;
}

export interface TelemetryLambdaOptions extends Partial<EmulatorOptions> {
  readonly isClockMovable?: boolean;
  /** Of `test/fixtures/modules`. */
  readonly modules?: readonly string[];
  /** Changes `/opt` before the start. */
  readonly prepare?: (folder: string) => void;
}

interface DestinationCounts {
  received: number;
  delivered: number;
  dropped: number;
  rejected: number;
  handedOver: number;
  waiting: number;
}

/** Logs the lines of the event, and leaves the emulator time to read them. */
export const LOGS_LINES = `export async function handler({ lines = [] }) {
  for (const line of lines) console.log(line);
  await new Promise((resolve) => setTimeout(resolve, 20));
  return 'ok';
}`;

/** Without the line at the start of each host, which tests of it look at. */
function isOurs(text: string): boolean {
  return /\[(telemetry|host|supervisor)\]/.test(text) && !text.includes(' INFO [host] Version ');
}

/** A function on the emulator with the built extensions; `code` is its module. */
export async function startTelemetryLambda(
  code: string,
  environment: Record<string, string>,
  { isClockMovable = false, modules: others = [], prepare, ...options }: TelemetryLambdaOptions = {},
): Promise<TelemetryLambda> {
  const modules = [...(isClockMovable ? ['movable-clock.cjs'] : []), ...others];
  const opt = copyOpt(modules);
  const host = join(opt.folder, 'lambda-node-extended/host.cjs');
  const folder = mkdtempSync(join(tmpdir(), 'function-'));
  const clockFile = join(folder, 'clock');
  writeFileSync(clockFile, '0');
  let movedMs = 0;
  // Never backwards: the supervisor keeps the true time, so every deadline would be in the past.
  const clock: Clock = { ...systemClock, wallMs: () => Date.now() + Math.max(0, movedMs) };
  if (modules.length > 0) {
    const env = { MOVABLE_CLOCK_FILE: clockFile };
    execaSync(process.execPath, [host, '--write-manifest'], { env, extendEnv: false });
  }
  prepare?.(opt.folder);
  writeFileSync(join(folder, 'index.mjs'), code);
  const [otlpPort, dogstatsdPort, httpPort, secretsPort, telemetryPort, redactionPort] = await Promise.all([
    freePort(),
    freePort(),
    freePort(),
    freePort(),
    freePort(),
    freePort(),
  ]);
  // The emulator forgets its first lines when a function logs many thousands.
  const said: string[] = [];
  const emulator = await startEmulator({
    functionDir: folder,
    optDir: opt.folder,
    timeoutMs: 10_000,
    clock,
    ...options,
    onLine(line) {
      if (isOurs(line.text)) said.push(line.text.slice(line.text.indexOf(' ') + 1));
      options.onLine?.(line);
    },
    environment: {
      TELEMETRY_OTLP_PORT: String(otlpPort),
      DD_DOGSTATSD_PORT: String(dogstatsdPort),
      EXTENSIONS_HTTP_PORT: String(httpPort),
      EXTENSIONS_TELEMETRY_PORT: String(telemetryPort),
      EXTENSIONS_REDACTION_PORT: String(redactionPort),
      PARAMETERS_SECRETS_EXTENSION_HTTP_PORT: String(secretsPort),
      MOVABLE_CLOCK_FILE: clockFile,
      AWS_ACCESS_KEY_ID: 'a',
      AWS_SECRET_ACCESS_KEY: 's',
      AWS_SESSION_TOKEN: 't',
      ...environment,
    },
  });
  const askHost = (path: string) => fetch(`http://127.0.0.1:${httpPort}${path}`);
  const whileAwake = async <T>(work: () => Promise<T>): Promise<T> => {
    const wasFrozen = emulator.isFrozen;
    emulator.thaw();
    const result = await work();
    if (wasFrozen) emulator.freeze();
    return result;
  };
  return {
    emulator,
    otlpPort,
    dogstatsdPort,
    secretsPort,
    telemetryPort,
    async warmUp() {
      await emulator.init();
      emulator.thaw();
      while (!(await askHost('/health').catch(() => undefined)))
        await new Promise((resolve) => setTimeout(resolve, 10));
      emulator.freeze();
    },
    async invoke(payload) {
      const result = await emulator.invoke(payload);
      await emulator.untilPhase('idle');
      return result;
    },
    addedMs: () => emulator.telemetry.records.filter(({ type }) => type === 'platform.report').map(addedIn),
    async metrics() {
      await emulator.untilPhase('idle');
      return whileAwake(async () => (await askHost('/metrics')).json() as never);
    },
    said: () => [...said],
    hostPid: () => hostWith(`EXTENSIONS_HTTP_PORT=${httpPort}`),
    moveClock(ms) {
      movedMs = ms;
      writeFileSync(clockFile, String(ms));
    },
    async [Symbol.asyncDispose]() {
      await emulator.close();
      rmSync(folder, { recursive: true });
      opt[Symbol.dispose]();
    },
  };
}

function addedIn({ record }: TelemetryRecord): number {
  const { spans = [] } = record as Extract<PlatformRecord, { type: 'platform.report' }>['record'];
  return spans.find(({ name }) => name === 'extensionOverhead')?.durationMs ?? 0;
}

function hostWith(variable: string): number | undefined {
  const isIt = (pid: string) => {
    try {
      const variables = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
      return variables.includes(variable) && variables.some((other) => other.startsWith('HOST_CONTROL_FD='));
    } catch {
      return false; // It is gone, or another user's.
    }
  };
  const found = readdirSync('/proc').find((name) => /^\d+$/.test(name) && isIt(name));
  return found === undefined ? undefined : Number(found);
}
