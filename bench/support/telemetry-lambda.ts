import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Emulator, type EmulatorOptions, startEmulator } from '../../emulator/index.ts';
import { copyOpt } from '../../test/support/lambda/opt-copy.ts';
import { freePort } from '../../test/support/servers/free-port.ts';

export interface TelemetryLambda extends AsyncDisposable {
  readonly emulator: Emulator;
  /** Of the extension: supervisor and host. */
  readonly pid: number;
}

/** A function that logs, with the built extensions and modules of `test/fixtures/modules`, on the emulator. */
export async function startTelemetryLambda(
  environment: Record<string, string>,
  { modules = [], ...options }: Partial<EmulatorOptions> & { readonly modules?: readonly string[] } = {},
): Promise<TelemetryLambda> {
  const ports = await Promise.all(
    [
      'PARAMETERS_SECRETS_EXTENSION_HTTP_PORT',
      'EXTENSIONS_HTTP_PORT',
      'EXTENSIONS_TELEMETRY_PORT',
      'EXTENSIONS_REDACTION_PORT',
      'TELEMETRY_OTLP_PORT',
      'AWS_APPCONFIG_EXTENSION_HTTP_PORT',
    ].map(async (name) => [name, String(await freePort())]),
  );
  const opt = copyOpt(modules);
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  cpSync(fileURLToPath(new URL('../functions/logs-lines.mjs', import.meta.url)), join(folder, 'index.mjs'));
  const emulator = await startEmulator({
    functionDir: folder,
    optDir: opt.folder,
    timeoutMs: 60_000,
    ...options,
    environment: {
      AWS_ACCESS_KEY_ID: 'a',
      AWS_SECRET_ACCESS_KEY: 's',
      AWS_SESSION_TOKEN: 't',
      ...Object.fromEntries(ports),
      ...environment,
    },
  });
  await emulator.init();
  return {
    emulator,
    pid: extensionPid(emulator.runtimeApi),
    async [Symbol.asyncDispose]() {
      await emulator.close();
      rmSync(folder, { recursive: true });
      opt[Symbol.dispose]();
    },
  };
}

function extensionPid(runtimeApi: string): number {
  const isIt = (pid: string) => {
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      return (
        command.includes('/extensions/lambda-node-extended') &&
        readFileSync(`/proc/${pid}/environ`, 'utf8').includes(runtimeApi)
      );
    } catch {
      return false;
    }
  };
  const pids = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter(isIt);
  return Math.min(...pids.map(Number));
}
