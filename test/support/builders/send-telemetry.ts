import { httpSender } from '../../../extensions/telemetry/deliver/http-sender.ts';
import type { Exporter, ExportRequest, Verdict } from '../../../extensions/telemetry/exporters/exporter.ts';
import type { Item } from '../../../extensions/telemetry/items/item.ts';
import { systemClock } from '../../../foundation/clock.ts';

/** Sends items once, as the extension does, and returns the exporter's verdict on each answer. */
export async function sendTelemetry(
  exporter: Exporter,
  items: readonly Item[],
  nowMs = Date.now(),
): Promise<Verdict[]> {
  const credentials = async () => ({ accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret', sessionToken: 'token' });
  const sender = httpSender({ clock: systemClock, proxyEnvironment: {}, credentials, longestMs: 10_000 });
  const verdicts: Verdict[] = [];
  const send = async (request: ExportRequest) =>
    exporter.judge(await sender.send(request, AbortSignal.timeout(10_000)), request);
  for (const request of exporter.encode(items, nowMs)) {
    if (request === undefined) continue;
    const verdict = await send(request);
    verdicts.push(verdict);
    if (verdict.kind !== 'prepare') continue;
    for (const preparation of request.preparation ?? []) await send(preparation);
    verdicts.push(await send(request));
  }
  sender.close();
  return verdicts;
}
