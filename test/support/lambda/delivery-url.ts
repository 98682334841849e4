import type { Emulator } from '../../../emulator/index.ts';
import { telemetryApi } from '../../../lambda-api/telemetry-api.ts';
import type { ScriptedExtensionsApi } from './extensions-api.ts';

/** Where Lambda would deliver telemetry: what the subscription says, with the sandbox on loopback. */
export function deliveryUrl({ calls }: Pick<ScriptedExtensionsApi, 'calls'>): string {
  const subscription = calls.find(({ path }) => path === telemetryApi.subscribe);
  if (subscription === undefined) throw new Error('nobody has subscribed');
  return onLoopback(JSON.parse(subscription.body).destination.URI);
}

/** The same of our emulator, for the latest environment. */
export function deliveryUrlOfEmulator({ timeline }: Pick<Emulator, 'timeline'>): string {
  const subscription = timeline.findLast(({ kind, name }) => kind === 'effect' && name === 'subscribe');
  if (subscription?.detail === undefined) throw new Error('nobody has subscribed');
  return onLoopback(subscription.detail);
}

function onLoopback(uri: string): string {
  return uri.replace('sandbox.localdomain', '127.0.0.1');
}
