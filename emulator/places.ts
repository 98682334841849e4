import type { FunctionOptions } from './command-line.ts';
import type { Place } from './several-functions.ts';

export interface Places {
  /** Whether a line has to say where it is from. */
  readonly hasSeveral: boolean;
  /** The function, and its environment if it has several. */
  nameOf(place: Place): string;
  /** Its place among the environments of all functions. Those that are started for a tenant later have none. */
  indexOf(place: Place): number | undefined;
}

export function placesOf(functions: readonly FunctionOptions[]): Places {
  const firsts = new Map<string, number>();
  let next = 0;
  for (const { functionName, environments } of functions) {
    firsts.set(functionName, next);
    next += environments;
  }
  const find = (name: string) => functions.find(({ functionName }) => functionName === name);
  return {
    hasSeveral: functions.length > 1 || functions.some(hasSeveralEnvironments),
    nameOf({ functionName, environment }) {
      const found = find(functionName);
      return found && hasSeveralEnvironments(found) ? `${functionName}#${environment}` : functionName;
    },
    indexOf({ functionName, environment }) {
      const first = firsts.get(functionName);
      const isKnown = environment <= (find(functionName)?.environments ?? 0);
      return first !== undefined && isKnown ? first + environment - 1 : undefined;
    },
  };
}

function hasSeveralEnvironments({ environments, tenantIsolation }: FunctionOptions): boolean {
  return environments > 1 || tenantIsolation === true;
}
