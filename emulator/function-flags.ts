import type { Command } from 'cac';

export const USUAL = { port: 8080, runtimeApiPort: 9001, httpPort: 3000 } as const;

/** What commands without `withServerFlags` have in place of those flags. */
export const NO_SERVER = {
  port: 0,
  runtimeApiPort: 0,
  address: '127.0.0.1',
  freeze: true,
  whenBusy: 'wait',
  environments: 1,
  retryDelay: 60,
};

/** The flags that describe a function and its environment, for the commands that start one. */
export function withFunctionFlags(command: Command): Command {
  return command
    .option('--handler <name>', 'The handler, as file.method', { default: 'index.handler' })
    .option('--function-dir <dir>', "The folder with the function's code, /var/task on Lambda", { default: '.' })
    .option(
      '--opt-dir <dir>',
      'The folder with the layers, /opt on Lambda, or none. Every file in its folder extensions starts as an extension (default: the extensions of this package)',
    )
    .option('--function-name <name>', 'The name of the function', { default: 'function' })
    .option('--memory <MB>', 'The memory of the function, in MB; reported, not enforced', { default: 128 })
    .option('--timeout <seconds>', 'How long an invocation may take, in seconds', { default: 3 })
    .option('--init-type <type>', 'on-demand, provisioned-concurrency, snap-start or lambda-managed-instances', {
      default: 'on-demand',
    })
    .option('--tenant-isolation', 'Each tenant has an environment of its own; invocations must name their tenant')
    .option('--durable', 'A durable function: its records and its callers are told so. There is no checkpoint API')
    .option('--concurrency <n>', 'How many invocations run at once, on managed instances only', { default: 10 })
    .option(
      '--env, --env-file <file>',
      "The file with the function's variables, one NAME=value a line, or JSON as for SAM",
    )
    .option(
      '--inherit-env',
      'Also pass the variables of this shell to the function, and take timeout, memory and init type from them',
    )
    .option('--log-format <format>', 'The format of log lines, Text or JSON', { default: 'Text' })
    .option(
      '--runtime-command <command>',
      'The runtime to start in place of ours for Node.js, e.g. "python3 bootstrap.py"',
    )
    .option('--no-source-maps', 'Leave stack traces as they are, without the lines of the source')
    .option('--config <file>', 'A file with several functions, emulator.json; flags hold where it says nothing');
}

/** The flags of an emulator that goes on running. */
export function withServerFlags(command: Command): Command {
  return command
    .option(
      '--port <port>',
      `The port that takes invocations (default: ${USUAL.port}, or a free one if that is in use)`,
    )
    .option(
      '--runtime-api-port <port>',
      `The port of the Runtime, Extensions and Telemetry API (default: ${USUAL.runtimeApiPort}, or a free one)`,
    )
    .option(
      '--address <address>',
      'The address that all ports listen on. Any other than 127.0.0.1 lets other machines in',
      {
        default: '127.0.0.1',
      },
    )
    .option(
      '--http [port]',
      `Make the function a web server (default: ${USUAL.httpPort}, or a free one if that is in use)`,
    )
    .option('--cors <origins>', 'The origins whose pages may use the web server, comma-separated, or "*"')
    .option('--environments <n>', 'How many environments of the function run in parallel', { default: 1 })
    .option('--restores <n>', 'The same, restored from equal snapshots; with snap-start only', { default: 1 })
    .option('--retry-delay <seconds>', 'When a failed Event invocation is retried; the second retry waits twice that', {
      default: 60,
    })
    .option('--dead-letter-file <file>', 'The file that keeps Event invocations whose retries all failed, as JSON')
    .option(
      '--inspect [port]',
      'Let a debugger attach to the function, by default at port 9229. No freeze, and no time limit while one does',
    )
    .option('--no-freeze', 'Keep the processes running between invocations')
    .option('--spindown-after <seconds>', 'Shut the environment down after so many seconds without an invocation')
    .option('--when-busy <what>', 'What happens to a call when all environments work: wait, or reject (HTTP 429)', {
      default: 'wait',
    })
    .option('--dashboard [port]', 'Serve a page that shows what happens, on this machine only (default: a free port)')
    .option('--watch', "Start a new environment when the function's files change")
    .option(
      '--extension <file>',
      'Also build and run this extension of yours, and start a new environment when its sources change. May come several times',
    )
    .option('--quiet', 'Print only what the function writes, and hints')
    .option('--json', 'Print every event as a line of JSON');
}
