/**
 * Whether a request's `Host` names this machine. A web page can make a browser resolve its name to 127.0.0.1, but not make
 * it send another name. A request without one comes from no browser.
 */
export function isLoopbackHost(host: string | undefined): boolean {
  return host === undefined || LOOPBACK.test(host);
}

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/i;
