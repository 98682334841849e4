import type { RequestHandler } from '../../../foundation/http-server.ts';
import { bodyReader } from '../../../foundation/read-body.ts';
import { readTarget } from '../../../foundation/request-target.ts';
import { VERSION } from '../../../foundation/version.ts';
import type { MetricsRegistry } from '../../sdk/index.ts';

/** Collects the counters of the extensions. */
export function metricsService(wallMs: () => number) {
  const snapshots = new Map<string, Parameters<MetricsRegistry['provide']>[1]>();
  const receivers = new Map<string, (body: string) => void | Promise<void>>();
  const readBody = bodyReader({ bodyBytes: 4 * 1024, inFlightBytes: 64 * 1024 });

  return {
    registry: {
      provide: (extension, snapshot) => void snapshots.set(extension, snapshot),
      receive: (path, take) => void receivers.set(path, take),
    } satisfies MetricsRegistry,

    /** `GET /metrics` and `GET /health` of the host, and what extensions receive. */
    handle: (async (request, response) => {
      const [path] = readTarget(request.url ?? '/');
      const take = request.method === 'POST' ? receivers.get(path) : undefined;
      if (take !== undefined) {
        let taken: unknown;
        await readBody(request, (body) => {
          if (Buffer.isBuffer(body)) taken = take(body.toString());
        });
        await taken;
        return void response.writeHead(204).end();
      }
      const isGet = request.method === 'GET';
      if (isGet && path === '/health') return void response.end(`healthy: lambda-node-extended ${VERSION}\n`);
      if (!isGet || path !== '/metrics') return void response.writeHead(404).end('the paths are /metrics and /health');
      const all = [...snapshots].map(([extension, snapshot]) => [extension, snapshot()]);
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(Object.fromEntries(all)));
    }) satisfies RequestHandler,

    /**
     * One line for each extension that counted anything, in CloudWatch's embedded metric format: CloudWatch makes metrics of
     * such lines. https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
     * @param complain gets the error of an extension whose counters cannot be read. The others are not concerned.
     */
    embeddedMetricLines(functionName: string, complain: (extension: string, error: unknown) => void): string[] {
      return [...snapshots].flatMap(([extension, snapshot]) => {
        try {
          const { totals } = snapshot();
          if (Object.values(totals).every((total) => total === 0)) return [];
          const metrics = Object.keys(totals).map((Name) => ({ Name }));
          const directive = { Namespace: NAMESPACE, Dimensions: [['FunctionName', 'Extension']], Metrics: metrics };
          const envelope = { Timestamp: wallMs(), CloudWatchMetrics: [directive] };
          return [JSON.stringify({ _aws: envelope, FunctionName: functionName, Extension: extension, ...totals })];
        } catch (error) {
          complain(extension, error);
          return [];
        }
      });
    },
  };
}

const NAMESPACE = 'LambdaNodeExtended';
