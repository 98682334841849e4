import { type CallJson, type JsonCallerOptions, jsonCaller } from '../../../aws-call/call-json.ts';
import type { Send } from '../exporters/exporter.ts';

/** Calls to AWS on the connections, and by the proxy, of the deliveries. */
export function awsJson({ send, ...options }: Omit<JsonCallerOptions, 'send'> & { readonly send: Send }): CallJson {
  return jsonCaller({
    ...options,
    send: (request, signal) => send({ ...request, compression: 'none', items: [] }, signal),
  });
}
