import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Emulator, type EmulatorOptions, startEmulator } from '../../emulator/index.ts';
import { freePort } from './free-port.ts';
import { copyOpt } from './opt-copy.ts';

export interface TelemetryLambda extends AsyncDisposable {
  readonly emulator: Emulator;
  readonly otlpPort: number;
  /** `GET /metrics` of the host, between invocations. */
  metrics(): Promise<{ telemetry: { totals: Record<string, number>; details: Record<string, OutletCounts> } }>;
  /** What the extension said. */
  said(): string[];
}

interface OutletCounts {
  received: number;
  delivered: number;
  dropped: number;
  rejected: number;
  waiting: number;
}

/** A function on the emulator with the built extensions; `code` is its module. */
export async function startTelemetryLambda(
  code: string,
  environment: Record<string, string>,
  options: Partial<EmulatorOptions> = {},
): Promise<TelemetryLambda> {
  const opt = copyOpt([]);
  const folder = mkdtempSync(join(tmpdir(), 'function-'));
  writeFileSync(join(folder, 'index.mjs'), code);
  const [otlpPort, httpPort, secretsPort, telemetryPort] = await Promise.all([
    freePort(),
    freePort(),
    freePort(),
    freePort(),
  ]);
  const emulator = await startEmulator({
    functionDir: folder,
    optDir: opt.folder,
    timeoutMs: 10_000,
    ...options,
    environment: {
      TELEMETRY_OTLP_PORT: String(otlpPort),
      EXTENSIONS_HTTP_PORT: String(httpPort),
      EXTENSIONS_TELEMETRY_PORT: String(telemetryPort),
      PARAMETERS_SECRETS_EXTENSION_HTTP_PORT: String(secretsPort),
      AWS_ACCESS_KEY_ID: 'a',
      AWS_SECRET_ACCESS_KEY: 's',
      AWS_SESSION_TOKEN: 't',
      ...environment,
    },
  });
  return {
    emulator,
    otlpPort,
    async metrics() {
      emulator.thaw();
      const answer = await fetch(`http://127.0.0.1:${httpPort}/metrics`);
      emulator.freeze();
      return (await answer.json()) as never;
    },
    said: () => emulator.lines.filter(({ text }) => text.includes('[telemetry]')).map(({ text }) => text),
    async [Symbol.asyncDispose]() {
      await emulator.close();
      rmSync(folder, { recursive: true });
      opt[Symbol.dispose]();
    },
  };
}
