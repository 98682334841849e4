import type { Environment, SettingValues } from '../../foundation/settings.ts';
import { VERSION } from '../../foundation/version.ts';
import type { RunningExtension } from './handlers.ts';
import type { Plan } from './plan.ts';
import type { hostSettings } from './settings.ts';

interface Started {
  readonly plan: Plan;
  readonly extensions: readonly RunningExtension[];
  readonly settings: SettingValues<typeof hostSettings>;
  readonly environment: Environment;
}

/** What runs, in one line of the log: version, extensions with their destinations, ports, and who asks AWS for the function. */
export function startLine({ plan, extensions, settings, environment }: Started): string {
  const running = extensions.map(({ definition: { name }, handlers: { about } }) =>
    about === undefined ? name : `${name} ${about}`,
  );
  const ports = [
    ...plan.sockets.map(({ name, port }) => `${name} ${port}`),
    ...(plan.datagrams ?? []).map(({ name, port }) => `${name} ${port}/udp`),
    ...(plan.telemetry === undefined ? [] : [`deliveries ${plan.telemetry.port}`]),
    ...(plan.isCombined ? [`metrics ${settings.httpPort}`] : []),
  ];
  const parts = [
    `running ${running.join(', ') || 'no extension'}`,
    `ports: ${ports.join(', ') || 'none'}`,
    `EXTENSIONS_CLIENT: ${environment.EXTENSIONS_CLIENT?.trim() || 'auto'}`,
  ];
  return `Version ${VERSION}, ${parts.join('; ')}`;
}
