import type { HostServices } from '../../sdk/index.ts';

/**
 * Whether Lambda reports the end of each invocation to us, by `platform.runtimeDone`. On Managed Instances invocations run side
 * by side, so no report says when the environment is idle.
 */
export function runtimeDoneReports(
  types: readonly string[],
  { telemetry, isManagedInstances }: Pick<HostServices, 'telemetry' | 'isManagedInstances'>,
): () => boolean {
  if (!types.includes('platform') || isManagedInstances) return () => false;
  return () => telemetry.isSubscribed();
}
