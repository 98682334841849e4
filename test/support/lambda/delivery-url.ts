import { readFileSync } from 'node:fs';
import { telemetryApi } from '../../../lambda-api/telemetry-api.ts';
import type { ScriptedExtensionsApi } from './extensions-api.ts';

/** Where Lambda would deliver telemetry: what the subscription says, with the sandbox on loopback. */
export function deliveryUrl({ calls }: Pick<ScriptedExtensionsApi, 'calls'>): string {
  const subscription = calls.find(({ path }) => path === telemetryApi.subscribe);
  if (subscription === undefined) throw new Error('nobody has subscribed');
  return JSON.parse(subscription.body).destination.URI.replace('sandbox.localdomain', '127.0.0.1');
}

/** The same from the host's own variables, where the API is not a scripted one. */
export function deliveryUrlOfHost(pid: number, port: number): string {
  const variables = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  const path = variables.find((variable) => variable.startsWith(PATH))?.slice(PATH.length);
  return `http://127.0.0.1:${port}${path}`;
}

const PATH = 'HOST_TELEMETRY_PATH=';
