import { onFreePorts } from './changed-settings.ts';
import type { Connect, Connection } from './connection.ts';
import { createEmulator, type SharedSnapshot } from './emulator.ts';
import type { Emulator } from './emulator-types.ts';
import type { Environment } from './environment/environment.ts';
import type { LocalFunction } from './functions/local-function.ts';
import { ownEndpoint } from './own-endpoint.ts';
import type { Settings } from './settings.ts';

/** An environment, and what is behind it. */
export interface Started {
  readonly emulator: Emulator;
  readonly environment: Environment;
}

/** Whom the environments of a function serve. */
export interface Tenants {
  readonly emulators: ReadonlyMap<string, Emulator>;
  /** Waits for the environments that start. Later no other starts: nobody would close it. */
  settled(): Promise<void>;
}

/** Starts an emulator whose own environment serves the first tenant. Each other tenant gets one that is closed with it. */
export async function startTenants(settings: Settings): Promise<Emulator> {
  let takeFirst: (emulator: Emulator) => void = () => {};
  const itself = await createEmulator(settings, async (own, environment, onHint) => {
    const connection = await ownEndpoint(own, environment, onHint);
    let closesItself: Emulator | undefined;
    const first = new Promise<Started>((resolve) => {
      takeFirst = (emulator) => {
        closesItself = emulator;
        resolve({ emulator, environment });
      };
    });
    const startAnother = () => startJoined(onFreePorts(settings), connection);
    const { emulators, settled } = isolateTenants(connection.callee, first, startAnother);
    const close = async () => {
      await settled();
      await Promise.all([...emulators.values()].map((one) => (one === closesItself ? undefined : one.close())));
      await connection.close();
    };
    return { ...connection, tenants: emulators, close };
  });
  takeFirst(itself);
  return itself;
}

/** Starts an environment that callers reach by the connection of others. */
export async function startJoined(
  settings: Settings,
  connection: Connection,
  snapshot?: SharedSnapshot,
): Promise<Started> {
  let joined: Environment | undefined;
  const join: Connect = async (_settings, environment) => {
    joined = environment;
    return { ...connection, close: async () => {} };
  };
  const emulator = await createEmulator(settings, join, snapshot);
  if (joined === undefined) throw new Error('The emulator has connected no environment.');
  return { emulator, environment: joined };
}

/** Gives each tenant of a function an environment of its own: to the first one what is there, to the others what is started then. */
export function isolateTenants(
  callee: Pick<LocalFunction, 'isolate'>,
  first: Promise<Started>,
  startAnother: () => Promise<Started>,
): Tenants {
  const emulators = new Map<string, Emulator>();
  const all: Promise<Started>[] = [];
  let isEnding = false;
  callee.isolate(async (tenantId) => {
    if (isEnding) throw new Error('The emulator is shutting down.');
    const starting = all.length === 0 ? first : startAnother();
    all.push(starting);
    const { emulator, environment } = await starting;
    emulators.set(tenantId, emulator);
    return environment;
  });
  return {
    emulators,
    async settled() {
      isEnding = true;
      await Promise.allSettled(all);
    },
  };
}
