/** `lambda-node-extended/run`: an extension as a process of its own. */
import { basename, dirname } from 'node:path';
import { createLog } from '../../foundation/log.ts';
import { whyNotNamed } from '../../lambda-api/extension-names.ts';
import type { ExtensionDefinition } from '../sdk/index.ts';
import { endLog } from './end-log.ts';
import { isInsideHost } from './inside-host.ts';
import { runCatalog } from './run-catalog.ts';
import { compilerOfThisProcess } from './services/compiler.ts';

export interface RunOptions {
  /**
   * Under which Lambda knows the process: the name of the file in `/opt/extensions` that Lambda started. Default: that of this
   * script, if it lies in a folder `extensions`; else the extension's own name.
   */
  readonly name?: string;
}

/**
 * Runs an extension as a process of its own, on any Linux with Node.js 22 or newer, until SHUTDOWN; then the process ends. To be called by
 * an executable of `/opt/extensions`. In `/opt/lambda-node-extended/modules` the same file is a module: the host runs the extension there,
 * behind the supervisor, and this does nothing else than return it.
 * `EXTENSIONS_LOG_LEVEL`, `EXTENSIONS_METRICS_LOG` and `EXTENSIONS_TELEMETRY_PORT` hold here, too; `EXTENSIONS_ENABLED` does not.
 * `host.aws.clientOptions` rejects, since the AWS SDK is not in this bundle: use `host.aws.caller`, or a client of the SDK with
 * `host.aws.region` and `host.aws.credentials`.
 * @returns the extension, for `export default run(extension)`.
 * @throws TypeError where the extension has the name of a built-in one, or one that Lambda would not take.
 */
export function run<E extends ExtensionDefinition>(extension: E, options: RunOptions = {}): E {
  if (isInsideHost()) return extension;
  const whyNot = whyNotNamed(extension.name);
  if (whyNot !== undefined)
    throw new TypeError(`No extension may be called ${JSON.stringify(extension.name)}: ${whyNot}`);
  void runToTheEnd(extension, options.name ?? registeredName(process.argv[1], extension.name));
  return extension;
}

function registeredName(script: string | undefined, otherwise: string): string {
  return script !== undefined && basename(dirname(script)) === 'extensions' ? basename(script) : otherwise;
}

async function runToTheEnd(extension: ExtensionDefinition, name: string): Promise<void> {
  const lastWords = createLog({ name: extension.name, level: 'error', format: 'text' });
  process.on('uncaughtException', (error: unknown) =>
    lastWords.error(`It continues after an uncaught error: ${error instanceof Error ? error.stack : error}`),
  );
  try {
    await runCatalog({
      name,
      alone: extension.name,
      openCatalog: () => new Map([[extension.name, async () => extension]]),
      environment: process.env,
      compiler: compilerOfThisProcess(),
      loadAwsSdk: () => Promise.reject(new Error(NO_SDK)),
    });
    await endLog();
    process.exit(0);
  } catch (error) {
    lastWords.error(
      `The process exits, because it can do nothing more: ${error instanceof Error ? error.message : error}`,
    );
    await endLog();
    process.exit(1);
  }
}

const NO_SDK =
  'host.aws.clientOptions is not there where run() runs the extension. Use host.aws.caller, or give region: host.aws.region and credentials: host.aws.credentials to your client';
