import { listen } from './apis/http.ts';
import { invokeApi } from './apis/invoke-api.ts';
import type { LocalFunction } from './functions/local-function.ts';
import type { Cors } from './http-front/cors.ts';
import { httpFront } from './http-front/http-front.ts';

export interface EndpointOptions {
  readonly address: string;
  readonly port: number;
  /** The function of that name; undefined if there is none. */
  find(name: string): LocalFunction | undefined;
  readonly arnPrefix: string;
}

/** Where callers reach functions: the Invoke API on one port, and a port for each function with an HTTP front. */
export interface Endpoint extends AsyncDisposable {
  readonly port: number;
  /** Returns the port. */
  openHttp(callee: LocalFunction, options: { port: number; cors: Cors | undefined }): Promise<number>;
  close(): Promise<void>;
}

export async function openEndpoint({ address, port, find, arnPrefix }: EndpointOptions): Promise<Endpoint> {
  const isLoopbackOnly = isLoopback(address);
  const invokeListener = await listen(invokeApi({ isLoopbackOnly, find, arnPrefix }), address, port);
  const fronts: { close(): Promise<void> }[] = [];
  const close = async () => {
    await Promise.all([invokeListener, ...fronts].map((listener) => listener.close()));
  };
  return {
    port: invokeListener.port,
    async openHttp(callee, options) {
      const front = await listen(httpFront(callee, { isLoopbackOnly, cors: options.cors }), address, options.port);
      fronts.push(front);
      return front.port;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

export function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === 'localhost' || address === '::1';
}

/** The host at which processes of this machine reach the address; the wildcard addresses include loopback. */
export function hostFor(address: string): string {
  if (address === '0.0.0.0') return '127.0.0.1';
  if (address === '::') return '[::1]';
  return address.includes(':') ? `[${address}]` : address;
}
