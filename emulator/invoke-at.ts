import { type RequestOptions, request } from 'node:http';
import { buffer } from 'node:stream/consumers';

export interface Answer {
  readonly status: number;
  readonly payload: string;
  readonly functionError: string | undefined;
  /** The end of the log, if it was asked for. */
  readonly log: string | undefined;
}

export interface InvokeAtOptions {
  readonly functionName: string;
  readonly tail: boolean;
  readonly qualifier: string | undefined;
  readonly tenantId?: string | undefined;
  readonly durableExecutionName?: string | undefined;
}

/**
 * Calls the Invoke API of an emulator; its answer may take as long as the function. Returns what is wrong if nobody answers.
 * @param url `http://127.0.0.1:8080`; the path of an invocation is left out.
 */
export async function invokeAt(
  url: string,
  event: string,
  { functionName, tail, qualifier, tenantId, durableExecutionName }: InvokeAtOptions,
): Promise<Answer | string> {
  try {
    const target = new URL(`/2015-03-31/functions/${encodeURIComponent(functionName)}/invocations`, url);
    if (qualifier !== undefined) target.searchParams.set('Qualifier', qualifier);
    const { status, headers, body } = await send(target, event, {
      ...(tail ? { 'X-Amz-Log-Type': 'Tail' } : {}),
      ...(tenantId === undefined ? {} : { 'X-Amz-Tenant-Id': tenantId }),
      ...(durableExecutionName === undefined ? {} : { 'X-Amz-Durable-Execution-Name': durableExecutionName }),
    });
    const log = headers['x-amz-log-result'];
    return {
      status,
      payload: body,
      functionError: headers['x-amz-function-error']?.toString(),
      log: log === undefined ? undefined : Buffer.from(String(log), 'base64').toString(),
    };
  } catch (error) {
    return `Nobody answers at ${url}: ${(error as Error).message}. Start the emulator with lambda-node-extended dev.`;
  }
}

/** Whether an Invoke API answers there. Any program may have that port: it is asked by GET, and may be silent for ever. */
export async function isEmulator(url: string): Promise<boolean> {
  try {
    const { headers } = await send(new URL('/', url), '', {}, { method: 'GET', signal: AbortSignal.timeout(PROBE_MS) });
    return headers['x-amzn-errortype'] === 'UnknownOperationException';
  } catch {
    return false;
  }
}

const PROBE_MS = 1_000;

async function send(url: URL, body: string, headers: Record<string, string>, options: RequestOptions = {}) {
  const call = request(url, { method: 'POST', headers, agent: false, ...options });
  const response = await new Promise<import('node:http').IncomingMessage>((resolve, reject) => {
    call.on('response', resolve).on('error', reject).end(body);
  });
  return { status: response.statusCode ?? 0, headers: response.headers, body: (await buffer(response)).toString() };
}
