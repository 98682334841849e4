import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { execa, execaSync } from 'execa';
import { freePort } from './free-port.ts';

const source = resolve(import.meta.dirname, '../../compatibility/otlp-collector');
const program = resolve(import.meta.dirname, '../../../node_modules/.cache/otlp-collector/collector');

export const hasGo = !execaSync('go', ['version'], { reject: false }).failed;

/** Takes one to two minutes the first time; then Go's cache has it. */
export function buildCollector(): void {
  execaSync('go', ['build', '-trimpath', '-o', program, '.'], { cwd: source, stdio: 'inherit' });
}

export interface Collector extends AsyncDisposable {
  readonly url: string;
  /** How it understood the last request, e.g. to `/v1/logs`, in OTLP's JSON. */
  understood(): { path: string; json: string };
}

/** An OpenTelemetry Collector that forwards what it understood to us before it answers. */
export async function startCollector(): Promise<Collector> {
  let understood = { path: '', json: '' };
  const target = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    understood = { path: request.url ?? '', json: Buffer.concat(chunks).toString() };
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  await once(target.listen(0, '127.0.0.1'), 'listening');
  const port = await freePort();
  const args = ['--config', `yaml:${JSON.stringify(config(port, target.address() as AddressInfo))}`];
  const child = execa(program, args, { reject: false, buffer: false });
  await untilReady(child.stderr);
  return {
    url: `http://127.0.0.1:${port}`,
    understood: () => understood,
    async [Symbol.asyncDispose]() {
      child.kill();
      await child;
      target.closeAllConnections();
      target.close();
    },
  };
}

function config(port: number, target: AddressInfo) {
  const pipeline = { receivers: ['otlp'], exporters: ['otlp_http'] };
  return {
    receivers: { otlp: { protocols: { http: { endpoint: `127.0.0.1:${port}` } } } },
    exporters: {
      otlp_http: {
        endpoint: `http://127.0.0.1:${target.port}`,
        encoding: 'json',
        compression: 'none',
        sending_queue: { enabled: false },
        retry_on_failure: { enabled: false },
      },
    },
    service: { pipelines: { logs: pipeline, metrics: pipeline, traces: pipeline } },
  };
}

async function untilReady(output: NodeJS.ReadableStream): Promise<void> {
  const lines: string[] = [];
  for await (const line of createInterface(output)) {
    lines.push(line);
    if (!line.includes('Everything is ready')) continue;
    output.resume();
    return;
  }
  throw new Error(`The Collector ended: ${lines.join('\n')}`);
}
