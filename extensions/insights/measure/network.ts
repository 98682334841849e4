export interface NetworkBytes {
  readonly rxBytes: number;
  readonly txBytes: number;
}

/**
 * From /proc/net/dev: the interface that leads out of the environment. Where it has none of Lambda's names, all interfaces
 * but the loopback one together.
 */
export function networkOf(dev: string): NetworkBytes | undefined {
  const interfaces = dev.split('\n').flatMap((line) => {
    const [, name, rest] = /^ *([^:]+):(.*)$/.exec(line) ?? [];
    if (name === undefined || rest === undefined) return [];
    const columns = rest.trim().split(/ +/).map(Number);
    return [{ name, rxBytes: columns[0] ?? 0, txBytes: columns[8] ?? 0 }];
  });
  if (interfaces.length === 0) return undefined;
  const lambdas = interfaces.find(({ name }) => LAMBDAS.has(name));
  const counted = lambdas === undefined ? interfaces.filter(({ name }) => name !== 'lo') : [lambdas];
  return {
    rxBytes: counted.reduce((sum, { rxBytes }) => sum + rxBytes, 0),
    txBytes: counted.reduce((sum, { txBytes }) => sum + txBytes, 0),
  };
}

/** On demand, older and newer; managed instances. Seen by Datadog's extension (bottlecap, `proc/mod.rs`). */
const LAMBDAS: ReadonlySet<string> = new Set(['vinternal_1', 'vint_runtime', 'Ceth1']);
