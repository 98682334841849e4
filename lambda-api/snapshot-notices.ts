/** What the preload posts to the host of the extensions, on its port for metrics. Each is answered when the host has acted on it. */
export const snapshotNotices = {
  /** The hooks before the snapshot have run, and it is about to be taken. */
  ahead: '/snapstart/ahead',
  /** A new environment has begun from it, and its hooks are about to run. */
  past: '/snapstart/past',
} as const;
