import type { HostServices } from '../../sdk/index.ts';
import type { Compactor } from '../items/compact.ts';
import type { Item } from '../items/item.ts';
import { otlpReceiver } from './receiver.ts';

export interface ServeOtlpOptions {
  readonly isOn: boolean;
  readonly port: number;
  /** They are acknowledged when it resolves. */
  readonly onItems: (items: Item[]) => Promise<void>;
  readonly compactor: Compactor;
  readonly announceWork: HostServices['announceWork'];
}

/**
 * Opens the port for OpenTelemetry SDKs. Another extension, such as a collector, may have the port: telemetry goes on without
 * it, since most functions have no SDK.
 */
export async function serveOtlp(
  { http, clock, log }: Pick<HostServices, 'http' | 'clock' | 'log'>,
  { isOn, port, onItems, announceWork, compactor }: ServeOtlpOptions,
): Promise<{ close(): Promise<unknown> } | undefined> {
  if (!isOn) return undefined;
  const handle = otlpReceiver({
    onItems: (items) => onItems([...items]),
    compactor,
    nowMs: clock.wallMs,
    announceWork,
  });
  try {
    return await http.serve({ name: 'otlp', port, handle });
  } catch (error) {
    log.error(
      `Cannot receive from OpenTelemetry SDKs: ${(error as Error).message}. All other telemetry goes on. ` +
        'Set TELEMETRY_OTLP_PORT to a free port, or TELEMETRY_OTLP_RECEIVER to false.',
    );
    return undefined;
  }
}
