import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A local port of one of our extensions. */
export interface PortDeclaration {
  /** `secrets`, `appconfig`, `otlp`, `host`, or what a module of the user's calls it. */
  readonly name: string;
  readonly variable: string;
  readonly usualPort: number;
  /** Default: TCP. */
  readonly isUdp?: boolean;
}

/**
 * The ports that the extensions in `/opt` will open in this environment, by the manifest that the supervisor reads, too
 * (`extensions/host/manifest.ts`). None where /opt is not ours.
 */
export function portDeclarations(
  optDir: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): PortDeclaration[] {
  const file = join(optDir ?? '', 'lambda-node-extended/manifest');
  if (optDir === undefined || !existsSync(file)) return [];
  return declarationsOf(readFileSync(file, 'utf8'), environment);
}

export function declarationsOf(
  manifest: string,
  environment: Readonly<Record<string, string | undefined>>,
): PortDeclaration[] {
  const isOn = (variable: string) => Boolean(environment[variable]) && environment[variable] !== 'false';
  const wanted = (environment.EXTENSIONS_ENABLED ?? 'auto').split(',').map((name) => name.trim());
  if (wanted.includes('none')) return [];

  const ports: PortDeclaration[] = [];
  for (const block of manifest.split(/^(?=extension )/m)) {
    const facts = block.split('\n').map((line) => line.trim().split(/\s+/));
    const factOf = (name: string) => facts.find(([first]) => first === name)?.slice(1);
    const extension = factOf('extension')?.join(' ');
    const runs = wanted.includes('auto') ? (factOf('enabled')?.some(isOn) ?? true) : wanted.includes(extension ?? '');
    const [listensWhen] = factOf('listens-when') ?? [];
    const isReceiving = runs && isNamed(factOf('receives-when'), environment);
    const isClosed = listensWhen !== undefined && /^(false|0)$/.test(environment[listensWhen] ?? '');
    for (const [fact, ...words] of facts) {
      const [variable, port] = words.slice(-2);
      const usualPort = Number(port);
      if (!variable || !(usualPort > 0)) continue;
      if (fact === 'host-port') ports.push({ name: 'host', variable, usualPort });
      if (fact === 'listens' && runs && !isClosed) ports.push({ name: words[0] ?? '', variable, usualPort });
      if (fact === 'receives' && isReceiving) ports.push({ name: words[0] ?? '', variable, usualPort, isUdp: true });
    }
  }
  return ports;
}

/** As the supervisor decides it, in supervisor/src/plan.rs. */
function isNamed(
  [variable = '', word = '', ...others]: readonly string[] = [],
  environment: Readonly<Record<string, string | undefined>>,
): boolean {
  const answer = environment[variable]?.trim().toLowerCase() ?? '';
  if (variable === '' || /^(true|1)$/.test(answer)) return true;
  if (/^(false|0)$/.test(answer)) return false;
  return others.some((other) => environment[other]?.split(/[^\w-]+/).includes(word));
}
