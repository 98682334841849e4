import type { Action } from '../action.ts';
import type { Introduction, Message } from '../messages.ts';

/** What the page asks the command. Each rejects with a sentence for the user. */
export const server = {
  introduction: async () => (await call('introduction')).json() as Promise<Introduction>,
  sample: async (name: string) => (await call(`sample?name=${encodeURIComponent(name)}`)).text(),
  async act(environment: number, action: Action): Promise<string | undefined> {
    const response = await call('act', { method: 'POST', body: JSON.stringify({ environment, action }) });
    return ((await response.json()) as { answer?: string }).answer;
  },
  /** The browser connects again by itself, and says which message it had last. */
  listen(onMessages: (messages: readonly Message[]) => void, onConnection: (isOpen: boolean) => void): void {
    const source = new EventSource('messages');
    source.onopen = () => onConnection(true);
    source.onerror = () => onConnection(false);
    source.onmessage = ({ data }) => onMessages(JSON.parse(String(data)) as Message[]);
  },
};

async function call(path: string, options?: RequestInit): Promise<Response> {
  const response = await fetch(path, options);
  if (!response.ok) throw new Error(await response.text());
  return response;
}
