import { insights as extension } from '../../extensions/insights/extension.ts';
import type { Handlers, SettingValues } from '../../extensions/sdk/index.ts';
import { readSettings } from '../../foundation/settings.ts';
import { hostOfInsights } from '../../test/support/lambda/insights-here.ts';

/** The extension in this process. Documents go to a telemetry extension that drops them. */
export async function startInsightsHere({ isManagedInstances }: { isManagedInstances: boolean }): Promise<Handlers> {
  const host = hostOfInsights({ isManagedInstances });
  const { values } = readSettings(extension.settings, { LAMBDA_INSIGHTS: 'otlp' });
  return extension.init({ settings: values as SettingValues<typeof extension.settings>, host });
}

/** Returns how many ms of CPU time this process has used since then. */
export function cpuTime(): () => number {
  const before = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1_000;
  };
}
