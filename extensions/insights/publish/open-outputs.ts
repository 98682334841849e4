import type { HostServices, Log, SettingValues } from '../../sdk/index.ts';
import type { settings as declarations, OutputName } from '../settings.ts';
import { embeddedMetricLine } from './embedded-metrics.ts';
import { measurementsOf } from './measurements.ts';
import { openCloudWatch } from './open-cloudwatch.ts';
import type { Output } from './output.ts';

type Settings = SettingValues<typeof declarations>;

/** The ways out that `LAMBDA_INSIGHTS` names. */
export function openOutputs(settings: Settings, host: HostServices, log: Log): Output[] {
  const open: Readonly<Record<OutputName, () => Output>> = {
    cloudwatch: () => openCloudWatch(settings, host, log),
    emf: () => embeddedMetrics(settings.emfNamespace, host.writeLine),
    otlp: () => openTelemetry(host.telemetry, log),
  };
  return settings.outputs.map((name) => open[name]());
}

/** What an extension writes goes to the log group of its function. */
function embeddedMetrics(namespace: string, writeLine: HostServices['writeLine']): Output {
  let written = 0;
  return {
    add(document) {
      writeLine(embeddedMetricLine(document, namespace));
      written += 1;
    },
    counts: () => ({ written }),
  };
}

function openTelemetry(telemetry: HostServices['telemetry'], log: Log): Output {
  const counts = { emitted: 0, unsent: 0 };
  return {
    add(document, startMs) {
      const isTaken = telemetry.emit(measurementsOf(document, startMs));
      if (isTaken) counts.emitted += 1;
      else if (counts.unsent++ === 0) {
        log.warn(
          'LAMBDA_INSIGHTS has otlp, but no telemetry extension runs in this process, so nothing is sent that way. Set TELEMETRY_DESTINATIONS, and use the combined layout.',
        );
      }
    },
    counts: () => counts,
  };
}
