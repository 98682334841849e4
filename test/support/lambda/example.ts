import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../servers/free-port.ts';
import { optFolder } from './host-process.ts';
import { startTelemetryLambda, type TelemetryLambda, type TelemetryLambdaOptions } from './telemetry-lambda.ts';

const EXAMPLES = fileURLToPath(new URL('../../../examples', import.meta.url));

/**
 * Runs a folder of `examples/` on the emulator, with the handler and the variables of its Dockerfile.
 * @param here What is elsewhere on this machine, such as AWS's endpoints: replaces the variables of the Dockerfile.
 */
export async function startExample(
  name: string,
  here: Readonly<Record<string, string>>,
  options: TelemetryLambdaOptions = {},
): Promise<TelemetryLambda> {
  const functionDir = join(EXAMPLES, name);
  const { handler, variables } = readDockerfile(join(functionDir, 'Dockerfile'));
  const onThisMachine = Object.entries(variables).map(([variable, value]) => [
    variable,
    value.replace(/^\/opt\//, OPT),
  ]);
  const environment = {
    AWS_REGION: 'eu-central-1',
    AWS_APPCONFIG_EXTENSION_HTTP_PORT: String(await freePort()),
    ...Object.fromEntries(onThisMachine),
    ...here,
  };
  const prepare = (folder: string) => addModules(join(functionDir, 'modules'), folder);
  return startTelemetryLambda('', environment, { functionDir, handler, timeoutMs: 30_000, prepare, ...options });
}

/** As the Dockerfiles do, where the example has modules. */
function addModules(modules: string, optDir: string): void {
  if (!existsSync(modules)) return;
  const host = join(optDir, 'lambda-node-extended');
  cpSync(modules, join(host, 'modules'), { recursive: true });
  execFileSync(process.execPath, [join(host, 'host.cjs'), '--write-manifest']);
}

const OPT = `${optFolder}/`;

/** What the image of an example tells Lambda. */
export function readDockerfile(file: string): { handler: string; variables: Record<string, string> } {
  const lines = readFileSync(file, 'utf8').replaceAll('\\\n', ' ').split('\n');
  const after = (instruction: string) =>
    lines.filter((line) => line.startsWith(`${instruction} `)).map((line) => line.slice(instruction.length));
  const [handler] = JSON.parse(after('CMD')[0] ?? '[]');
  // A value in single quotes is taken as it is.
  const assignments = after('ENV').flatMap((line) => [...line.matchAll(/\s(\w+)=(?:'([^']*)'|(\S*))/g)]);
  return {
    handler,
    variables: Object.fromEntries(assignments.map(([, name, quoted, plain]) => [name, quoted ?? plain])),
  };
}
