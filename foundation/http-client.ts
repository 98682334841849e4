import { type Agent, request as httpRequest, type IncomingHttpHeaders } from 'node:http';

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface HttpCall {
  /** `host:port` */
  authority: string;
  method: 'GET' | 'POST' | 'PUT';
  path: string;
  headers?: Readonly<Record<string, string>>;
  body?: string;
  agent?: Agent;
  /** Gives up, whether the answer has begun or not. */
  signal?: AbortSignal;
}

/** One plain HTTP call without any time-out of its own: an environment may be frozen for hours while it waits. */
export function call({ authority, method, path, headers = {}, body, agent, signal }: HttpCall): Promise<HttpAnswer> {
  const { hostname, port } = new URL(`http://${authority}`);
  const contentLength = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
  return new Promise((resolve, reject) => {
    const options = { host: hostname, port, method, path, headers: { ...headers, ...contentLength }, agent, signal };
    const request = httpRequest(options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text });
      });
    });
    request.on('error', reject);
    request.end(body);
  });
}
