import { chmodSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execaSync } from 'execa';
import { request } from 'undici';
import { freePort } from '../servers/free-port.ts';
import { type ScriptedAnswers, type ScriptedExtensionsApi, startExtensionsApi } from './extensions-api.ts';
import { type HostProcess, optFolder, startHost } from './host-process.ts';
import { copyOpt } from './opt-copy.ts';

/** Without Rust the build installs a launcher script in its place. */
export const isSupervisorBuilt =
  readFileSync(join(optFolder, 'extensions/lambda-node-extended')).subarray(1, 4).toString() === 'ELF';

/** The supervisor with a scripted Lambda and the puppet of `test/fixtures/modules`, which serves its own port. */
export interface Supervised extends AsyncDisposable {
  readonly api: ScriptedExtensionsApi;
  readonly supervisor: HostProcess;
  /** Its copy of `/opt`. */
  readonly folder: string;
  readonly telemetryPort: number;
  readonly secretsPort: number;
  /** Asks the puppet. The answer's body is the host's process id, unless the path selects something else. */
  ask(path?: string): Promise<{ status: number; body: string }>;
  hostPid(): number | undefined;
  /** The host's process id, as soon as there is one. */
  untilHostRuns(): Promise<number>;
  invoke(requestId?: string, deadlineMs?: number): void;
  shutDown(deadlineMs?: number): void;
}

export interface SupervisedOptions {
  modules?: readonly string[];
  environment?: Record<string, string>;
  answers?: ScriptedAnswers;
  uid?: number;
  /** Changes `/opt` before the start. */
  prepare?: (folder: string) => void;
}

export async function startSupervised(options: SupervisedOptions = {}): Promise<Supervised> {
  const { modules = ['puppet.cjs'], environment = {}, answers, uid, prepare } = options;
  const opt = copyOpt(modules);
  chmodSync(opt.folder, 0o755);
  const host = join(opt.folder, 'lambda-node-extended/host.cjs');
  if (modules.length > 0) execaSync(process.execPath, [host, '--write-manifest']);
  prepare?.(opt.folder);
  const api = await startExtensionsApi(answers);
  const [port, telemetryPort, secretsPort] = [await freePort(), await freePort(), await freePort()];
  const variables = {
    AWS_LAMBDA_RUNTIME_API: api.authority,
    PUPPET_PORT: String(port),
    PARAMETERS_SECRETS_EXTENSION_HTTP_PORT: String(secretsPort),
    EXTENSIONS_TELEMETRY_PORT: String(telemetryPort),
    ...environment,
  };
  const supervisor = await startHost(opt.launcher, variables, uid === undefined ? {} : { uid });
  const hostPid = () => childOf(supervisor.process.pid ?? 0);
  await api.asksForEvent(1);

  return {
    api,
    supervisor,
    folder: opt.folder,
    telemetryPort,
    secretsPort,
    ask: (path = '/') => ask(port, path),
    hostPid,
    async untilHostRuns() {
      for (;;) {
        const pid = hostPid();
        if (pid !== undefined) return pid;
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
    invoke: (requestId = 'r-1', deadlineMs = Date.now() + 60_000) =>
      api.send({ eventType: 'INVOKE', deadlineMs, requestId, invokedFunctionArn: 'arn' }),
    shutDown: (deadlineMs = Date.now() + 2_000) =>
      api.send({ eventType: 'SHUTDOWN', shutdownReason: 'spindown', deadlineMs }),
    async [Symbol.asyncDispose]() {
      await supervisor[Symbol.asyncDispose]();
      await api[Symbol.asyncDispose]();
      opt[Symbol.dispose]();
    },
  };
}

/** One request on a connection of its own. */
async function ask(port: number, path: string): Promise<{ status: number; body: string }> {
  const { statusCode, body } = await request(`http://127.0.0.1:${port}${path}`, { reset: true });
  return { status: statusCode, body: await body.text() };
}

function childOf(parent: number): number | undefined {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .find((pid) => {
      const [state, ppid] = statOf(pid);
      return Number(ppid) === parent && state !== 'Z';
    });
}

/** State and parent of a process; empty when it has ended. */
function statOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1)?.split(' ') ?? [];
  } catch {
    return [];
  }
}
