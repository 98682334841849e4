import { randomInt, randomUUID } from 'node:crypto';
import { createEmulator, type SharedSnapshot } from './emulator.ts';
import type { Emulator } from './emulator-types.ts';
import { type EmulatorOptions, readOptions } from './settings.ts';

/**
 * Starts several execution environments of one function, as Lambda restores them from one snapshot: a test sees what is still
 * equal in them and must not be. No process can be copied here, so each initialises by itself, with what can be made equal: the
 * instance id of INIT, and the state of `Math.random` where our Node.js runtime runs the handler. The first one has the ports of
 * `options`, the others have free ones.
 */
export async function startRestores(options: EmulatorOptions, count: number): Promise<Emulator[]> {
  const shared = newSnapshot();
  const started: Emulator[] = [];
  try {
    for (let index = 0; index < count; index++) {
      const ports = index === 0 ? {} : { port: 0, runtimeApiPort: 0 };
      const settings = readOptions({ ...options, initializationType: 'snap-start', ...ports });
      started.push(await createEmulator(settings, undefined, shared));
    }
  } catch (error) {
    await Promise.all(started.map((emulator) => emulator.close()));
    throw error;
  }
  return started;
}

/** What can be made equal in environments that start by themselves. */
export function newSnapshot(): SharedSnapshot {
  return { instanceId: randomUUID(), randomSeed: randomInt(1, 2 ** 31) };
}
