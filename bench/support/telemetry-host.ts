import { request } from 'undici';
import { freePort } from '../../test/support/servers/free-port.ts';
import { type ExtensionProcess, startExtension } from './extension-process.ts';
import { extension } from './subjects.ts';

export interface TelemetryHost extends AsyncDisposable {
  readonly process: ExtensionProcess;
  /** Posts a delivery as Lambda does. */
  deliver(body: string): Promise<void>;
  /** What each destination counts. */
  counts(): Promise<Record<string, Counts>>;
}

export interface Counts {
  readonly received: number;
  readonly delivered: number;
  readonly dropped: number;
  readonly waiting: number;
}

/** The extension with destinations, without a function. */
export async function startTelemetryHost(environment: Record<string, string>): Promise<TelemetryHost> {
  const [port, httpPort, telemetryPort, redactionPort, otlpPort, appconfigPort] = await Promise.all(
    Array.from({ length: 6 }, freePort),
  );
  const started = await startExtension(
    extension({
      port: port ?? 0,
      environment: {
        EXTENSIONS_HTTP_PORT: String(httpPort),
        EXTENSIONS_TELEMETRY_PORT: String(telemetryPort),
        EXTENSIONS_REDACTION_PORT: String(redactionPort),
        TELEMETRY_OTLP_PORT: String(otlpPort),
        AWS_APPCONFIG_EXTENSION_HTTP_PORT: String(appconfigPort),
        AWS_LAMBDA_FUNCTION_NAME: 'bench',
        ...environment,
      },
    }),
  );
  return {
    process: started,
    async deliver(records) {
      const { body } = await request(started.deliveryUrl, { method: 'POST', body: records });
      await body.dump();
    },
    async counts() {
      const answer = request(`http://127.0.0.1:${httpPort}/metrics`);
      const { body } = await Promise.race([answer, started.ended]);
      const { telemetry } = (await body.json()) as { telemetry: { details: Record<string, Counts> } };
      return telemetry.details;
    },
    [Symbol.asyncDispose]: () => started[Symbol.asyncDispose](),
  };
}

/** Lines of an invocation, as Lambda puts them into one post. */
export function deliveryOf(index: number, lines: number): string {
  const time = new Date(1_764_000_000_000 + index).toISOString();
  const start = { time, type: 'platform.start', record: { requestId: `request-${index}` } };
  const records = Array.from({ length: lines }, (_, line) => ({
    time,
    type: 'function',
    record: `order ${line} of customer 4711 was priced at 12.34 EUR in 17 ms; cache=hit region=eu-central-1 items=${index}`,
  }));
  return JSON.stringify([start, ...records]);
}
