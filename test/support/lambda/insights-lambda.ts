import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Emulator, type EmulatorOptions, type InvokeResult, startEmulator } from '../../../emulator/index.ts';
import { type AwsAnswer, type AwsServer, answerJson, startAwsServer } from '../servers/aws-server.ts';
import { freePort } from '../servers/free-port.ts';
import { optFolder } from './host-process.ts';

export type InsightsEvent = Readonly<Record<string, unknown>>;

export interface InsightsLambda extends AsyncDisposable {
  readonly emulator: Emulator;
  readonly aws: AwsServer;
  /** Invokes, and waits until the environment may be frozen. */
  invoke(payload?: unknown): Promise<InvokeResult>;
  /** What CloudWatch got so far. */
  events(): InsightsEvent[];
  /** Lines of the extensions in the embedded metric format. */
  embedded(): InsightsEvent[];
  /** What Insights and the host said. */
  said(): string[];
}

export interface InsightsLambdaOptions extends Partial<EmulatorOptions> {
  /** Default: takes everything. */
  readonly answer?: AwsAnswer;
}

/** A function on the emulator with the built extensions and a mock of CloudWatch Logs; `code` is its module. */
export async function startInsightsLambda(
  code: string,
  environment: Record<string, string>,
  { answer = (_call, response) => answerJson(response, 200, {}), ...options }: InsightsLambdaOptions = {},
): Promise<InsightsLambda> {
  const aws = await startAwsServer(answer);
  const folder = mkdtempSync(join(tmpdir(), 'function-'));
  writeFileSync(join(folder, 'index.mjs'), code);
  const ports = ['EXTENSIONS_HTTP_PORT', 'EXTENSIONS_TELEMETRY_PORT', 'PARAMETERS_SECRETS_EXTENSION_HTTP_PORT'];
  const otherPorts = ['AWS_APPCONFIG_EXTENSION_HTTP_PORT', 'TELEMETRY_OTLP_PORT', 'EXTENSIONS_REDACTION_PORT'];
  const chosen = await Promise.all([...ports, ...otherPorts].map(async (name) => [name, String(await freePort())]));
  const emulator = await startEmulator({
    functionDir: folder,
    optDir: optFolder,
    timeoutMs: 10_000,
    ...options,
    environment: {
      ...Object.fromEntries(chosen),
      AWS_ENDPOINT_URL: aws.url,
      AWS_ACCESS_KEY_ID: 'a',
      AWS_SECRET_ACCESS_KEY: 's',
      AWS_SESSION_TOKEN: 't',
      ...environment,
    },
  });
  return {
    emulator,
    aws,
    async invoke(payload) {
      const result = await emulator.invoke(payload);
      await emulator.untilPhase('idle');
      return result;
    },
    events: () =>
      aws.calls
        .filter(({ operation }) => operation === 'PutLogEvents')
        .flatMap(({ input }) => (input.logEvents as { message: string }[]).map(({ message }) => JSON.parse(message))),
    embedded: () => emulator.lines.filter(({ text }) => text.startsWith('{"_aws"')).map(({ text }) => JSON.parse(text)),
    said: () =>
      emulator.lines
        .filter(({ text }) => /\[(insights|host|supervisor)\]/.test(text))
        // The line at the start of each host, which tests of it look at.
        .filter(({ text }) => !text.includes(' INFO [host] Version '))
        .map(({ text }) => text.slice(text.indexOf(' ') + 1)),
    async [Symbol.asyncDispose]() {
      await emulator.close();
      await aws[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true });
    },
  };
}
