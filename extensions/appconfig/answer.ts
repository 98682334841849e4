/** What goes back to a caller. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | number>>;
  readonly body: string | Buffer;
}

export function refusal(status: number, message: string, more: Record<string, string> = {}, code?: string): Answer {
  const body = JSON.stringify({ Message: message, ...more });
  const headers = code === undefined ? {} : { 'X-Extension-Error': code.replace(/[^\x21-\x7e]/g, '?') };
  return {
    status,
    headers: { 'Content-Type': 'application/text', 'Content-Length': Buffer.byteLength(body), ...headers },
    body,
  };
}
