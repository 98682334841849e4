import { port, readSettings } from '../foundation/settings.ts';

/** Where an extension listens: it reads the same variable. */
export function extensionPort(variable: string, fallback: number): number {
  return readSettings({ port: port(variable, fallback, '') }, process.env).values.port;
}
