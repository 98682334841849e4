import { copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Emulator, EmulatorOptions, startEmulator } from '../../../emulator/index.ts';
import { decodeEventStream } from '../../integration/emulator/decode-event-stream.ts';

/** A folder with the handlers of one behaviour each, for AWS's runtime clients and ours. */
export function makeHandlers(): Disposable & { readonly folder: string } {
  const folder = mkdtempSync(join(tmpdir(), 'ric-'));
  cpSync(join(import.meta.dirname, 'handlers'), folder, { recursive: true });
  copyFileSync(join(folder, 'syntax.txt'), join(folder, 'syntax.mjs'));
  writeFileSync(join(folder, 'imports.mjs'), 'import "nowhere"; export const handler = () => 1;');
  writeFileSync(join(folder, 'requires.cjs'), 'require("nowhere");');
  mkdirSync(join(folder, 'node_modules/ours'), { recursive: true });
  writeFileSync(join(folder, 'node_modules/ours/index.js'), 'exports.handler = () => "of a package"');
  writeFileSync(join(folder, 'node_modules/ours/file.js'), 'exports.handler = () => "of its file"');
  return { folder, [Symbol.dispose]: () => rmSync(folder, { recursive: true }) };
}

/** The command of AWS's unmodified runtime client from npm, with a stand-in for its native addon. */
export function awsClient(addon: string, entry: string, ...args: string[]): string[] {
  const flags = ['--expose-gc', '--max-http-header-size=81920', '--require', join(import.meta.dirname, addon)];
  return [process.execPath, ...flags, entry, ...args];
}

/** Where the client's own files lie, when it is and how deep the stack is below the function are not its behaviour. */
function normal(text: string): string {
  return text
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'ID')
    .replaceAll(/(,|\\n)?\\*"? {4,}at [^"]*?(\\*")(?=[,\]])/g, '')
    .replaceAll(/\n +at [^"\n]*/g, '')
    .replaceAll(/\\n +at [^"]*/g, '')
    .replaceAll(/(file:\/\/)?\/[^\s"']*(aws-lambda-ric(-3)?|node-runtime|dist\/lib)\/\S+?\.(mjs|ts|js)(:\d+)?/g, 'CLIENT');
}

/** What the function logs through the client. Its own output comes by another pipe, at any moment; and what Node.js itself prints of an end shows the client's code. */
const logged = ({ lines }: Emulator) =>
  lines.flatMap(({ source, text }) => (source === 'function' && /^(\d{4}-|\{")/.test(text) ? [normal(text)] : []));

export type Observed = { answers: unknown[]; logs: string[] };

export type Observe = ReturnType<typeof observer>;

/** Invokes with one event after the other. Node.js 22 runs this file, too, and has no `using`. */
export function observer(start: typeof startEmulator, folder: string) {
  return async (
    runtimeCommand: string[] | undefined,
    handler: string,
    events: readonly object[],
    environment: Record<string, string> = {},
    options: Partial<EmulatorOptions> = {},
  ): Promise<Observed> => {
    const emulator = await start({
      functionDir: folder,
      optDir: 'none',
      handler,
      timeoutMs: 600_000,
      initLimitMs: 600_000,
      environment,
      runtimeCommand,
      ...options,
    });
    try {
      const answers: unknown[] = [];
      const invoke = handler.endsWith('streamed') ? callStreamed : call;
      for (const event of events) answers.push(await invoke(emulator, event));
      return { answers, logs: logged(emulator) };
    } finally {
      await emulator.close();
    }
  };
}

async function call(emulator: Emulator, event: object): Promise<unknown> {
  const { payload, functionError } = await emulator.invoke(event);
  return { payload: normal(payload), functionError };
}

/** The body of the stream, and how it ended. */
async function callStreamed(emulator: Emulator, event: object): Promise<unknown> {
  const url = emulator.invokeUrl
    .replace('2015-03-31', '2021-11-15')
    .replace(/invocations$/, 'response-streaming-invocations');
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(event) });
  const events = decodeEventStream(Buffer.from(await response.arrayBuffer()));
  const text = (type: string) =>
    events.flatMap(({ headers, payload }) => (headers[':event-type'] === type ? [payload.toString()] : [])).join('');
  const type = response.headers.get('x-amzn-remapped-content-type');
  return { type, body: text('PayloadChunk'), end: normal(text('InvokeComplete')) };
}
