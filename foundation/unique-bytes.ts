import { closeSync, openSync, readSync } from 'node:fs';

/**
 * Random bytes of the kernel. Unlike generators in the process, the kernel's is renewed when a machine is restored from a
 * snapshot, so two copies never get the same bytes.
 */
export function uniqueBytes(count: number): Buffer {
  const bytes = Buffer.alloc(count);
  const device = openDevice();
  // No snapshot is taken where there is no such device.
  if (device === undefined) return process.getBuiltinModule('node:crypto').randomFillSync(bytes);
  try {
    for (let filled = 0; filled < count; ) filled += readSync(device, bytes, filled, count - filled, null);
  } finally {
    closeSync(device);
  }
  return bytes;
}

/** A UUID of version 4 from these bytes. */
export function uniqueUuid(): string {
  const bytes = uniqueBytes(16);
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

function openDevice(): number | undefined {
  try {
    return openSync('/dev/urandom', 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
