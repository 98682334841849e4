import { buffer } from 'node:stream/consumers';
import { decodeText, readTextSync } from '../foundation/read-text.ts';
import type { DevFlags } from './command-line.ts';
import { NO_SERVER, USUAL } from './function-flags.ts';
import { type Answer, invokeAt, isEmulator } from './invoke-at.ts';
import { readFunctions } from './read-functions.ts';
import { sampleEvent } from './samples/samples.ts';
import { startFunctions } from './several-functions.ts';

export interface InvokeFlags extends DevFlags {
  readonly event?: string;
  readonly sample?: string;
  readonly tail?: boolean;
  readonly url?: string;
  readonly qualifier?: unknown;
  readonly tenantId?: unknown;
  readonly durableExecutionName?: unknown;
  readonly printEvent?: boolean;
}

/** 1 if the function failed, 3 if it was not invoked. */
const EXIT = { ok: 0, functionError: 1, notInvoked: 3 } as const;

/**
 * Invokes once: prints the payload to standard output and the rest to standard error. Returns the exit status.
 * @throws Error with what is wrong with the flags.
 */
export async function invokeOnce(
  flags: InvokeFlags,
  argv: readonly string[],
  shell: Readonly<Record<string, string | undefined>>,
): Promise<number> {
  const event = await readEvent(flags);
  if (flags.printEvent) {
    process.stdout.write(`${event}\n`);
    return EXIT.ok;
  }
  const url = await runningEmulator(flags, argv);
  const answer = await (url === undefined ? invokeHere(flags, event, shell) : invokeThere(url, flags, event));
  if (typeof answer === 'string') {
    process.stderr.write(`${answer}\n`);
    return EXIT.notInvoked;
  }
  if (answer.log !== undefined) process.stderr.write(answer.log);
  else if (PROCESS_ENDED.test(answer.payload)) {
    process.stderr.write('hint: A process ended. --tail prints the end of the log, with what it wrote before.\n');
  }
  process.stdout.write(`${answer.payload}\n`);
  if (answer.status >= 300) return EXIT.notInvoked;
  return answer.functionError === undefined ? EXIT.ok : EXIT.functionError;
}

/** Such an error does not say why. */
const PROCESS_ENDED = /^\{"errorType":"(Runtime\.ExitError|Extension\.)/;

async function readEvent({ event, sample }: InvokeFlags): Promise<string> {
  if (event !== undefined && sample !== undefined) throw new Error('Use --event or --sample, not both.');
  if (sample !== undefined) return JSON.stringify(sampleEvent(String(sample), Date.now()), undefined, 2);
  if (event === undefined) return '{}';
  try {
    return event === '-' ? decodeText(await buffer(process.stdin)) : readTextSync(event);
  } catch (error) {
    throw new Error(`--event is "${event}": ${(error as Error).message}.`);
  }
}

/** The one that --url names; else, if no flag describes a function to start, the one at the usual port. */
async function runningEmulator({ url }: InvokeFlags, argv: readonly string[]): Promise<string | undefined> {
  if (url !== undefined) return String(url);
  if (argv.some((word) => OF_A_FUNCTION.test(word))) return undefined;
  const usual = `http://127.0.0.1:${USUAL.port}`;
  return (await isEmulator(usual)) ? usual : undefined;
}

async function invokeThere(url: string, flags: InvokeFlags, event: string): Promise<Answer | string> {
  process.stderr.write(`Invoked by the emulator at ${url}.\n`);
  return invokeAt(url, event, { functionName: String(flags.functionName), ...wanted(flags) });
}

async function invokeHere(
  flags: InvokeFlags,
  event: string,
  shell: Readonly<Record<string, string | undefined>>,
): Promise<Answer | string> {
  const { functionName } = flags;
  const all = readFunctions({ ...NO_SERVER, ...flags }, shell);
  const chosen =
    flags.config === undefined || all.length === 1 ? all[0] : all.find((one) => one.functionName === functionName);
  if (chosen === undefined) {
    throw new Error(
      `--function-name is "${functionName}": expected ${all.map((one) => one.functionName).join(' or ')}.`,
    );
  }
  await using running = await startFunctions({
    functions: [chosen, ...all.filter((one) => one !== chosen)].map((one) => ({ ...one, http: undefined })),
    takesAnyName: flags.config === undefined,
    onLine({ source, text }) {
      if (source === 'hint') process.stderr.write(`hint: ${text}\n`);
    },
    onTimeline() {},
  });
  const { origin } = new URL(running.functions[0]?.invokeUrl ?? '');
  return await invokeAt(origin, event, { functionName: chosen.functionName, ...wanted(flags) });
}

function wanted({ tail, qualifier, tenantId, durableExecutionName }: InvokeFlags) {
  const text = (flag: unknown) => (flag === undefined ? undefined : String(flag));
  return {
    tail: tail === true,
    qualifier: text(qualifier),
    tenantId: text(tenantId),
    durableExecutionName: text(durableExecutionName),
  };
}

/** These say which function to start. */
const OF_A_FUNCTION =
  /^--(handler|function-dir|opt-dir|env|env-file|config|runtime-command|inherit-env|memory|timeout|init-type|tenant-isolation|durable)(=|$)/;
