import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { BASE_IMAGE, EXTENDED_IMAGE, firstInvocationMs } from './cold-start.ts';
import { atMost, type Benchmark, type Measurement } from './support/benchmark.ts';
import { docker, imageId } from './support/docker.ts';
import { floor, interleave, spread } from './support/statistics.ts';

/** What EXTENSIONS_START costs and saves, compared with a function that calls AWS itself. */
export const policies: Benchmark = {
  name: 'policies',
  title: 'Cold start by EXTENSIONS_START on the Runtime Interface Emulator',

  async measure({ rounds }) {
    for (const image of [EXTENDED_IMAGE, BASE_IMAGE]) {
      if ((await imageId(image)) === undefined) return { kind: 'left out', reason: `Docker has no image ${image}` };
    }
    const folder = mkdtempSync(join(tmpdir(), 'policies-'));
    try {
      await using aws = await startAws();
      const measurements: Measurement[] = [];
      for (const cpus of [2, 1, 0.5]) {
        for (const use of uses)
          measurements.push(...(await measureUse(use, { cpus, folder, rounds: rounds(12), aws: aws.url })));
      }
      return { kind: 'measured', measurements };
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
};

const uses: readonly Use[] = [
  { what: 'reads nothing', withExtension: 'reads-nothing', without: 'reads-nothing', floorName: 'base image' },
  { what: 'reads in INIT', withExtension: 'reads-in-init', without: 'sdk-in-init', floorName: 'AWS SDK itself' },
  {
    what: 'reads in the handler',
    withExtension: 'reads-in-handler',
    without: 'sdk-in-handler',
    floorName: 'AWS SDK itself',
  },
  {
    what: 'reads in INIT by the client',
    withExtension: 'client-in-init',
    without: 'sdk-in-init',
    floorName: 'AWS SDK itself',
    client: 'extension',
  },
  {
    what: 'reads in INIT by the client, direct',
    withExtension: 'client-in-init',
    without: 'sdk-in-init',
    floorName: 'AWS SDK itself',
    client: 'direct',
  },
];

interface Use {
  readonly what: string;
  readonly withExtension: string;
  readonly without: string;
  readonly floorName: string;
  /** `EXTENSIONS_CLIENT` */
  readonly client?: 'extension' | 'direct';
}

async function measureUse(
  { what, withExtension, without, floorName, client = 'extension' }: Use,
  { cpus, folder, rounds, aws }: { cpus: number; folder: string; rounds: number; aws: string },
): Promise<Measurement[]> {
  const handlerFile = await bundle(withExtension, folder);
  const withoutUs = await bundle(without, folder);
  const environment = {
    AWS_ENDPOINT_URL: aws,
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'bench',
    AWS_SECRET_ACCESS_KEY: 'bench',
    EXTENSIONS_CLIENT: client,
  };
  const policy = (EXTENSIONS_START: string) => () =>
    firstInvocationMs({ image: EXTENDED_IMAGE, handlerFile, cpus, environment: { ...environment, EXTENSIONS_START } });

  const { base, ...ours } = await interleave(rounds, {
    'on-demand': policy('on-demand'),
    'after-next': policy('after-next'),
    base: () => firstInvocationMs({ image: BASE_IMAGE, handlerFile: withoutUs, cpus, environment }),
  });
  return Object.entries(ours).map(([name, values]) => {
    const beside = floor(values, base);
    const isGoal = what.startsWith('reads in INIT') && name === 'after-next' && cpus === 2;
    return {
      what: `${what}, ${name}, ${cpus} CPU`,
      unit: 'ms',
      ours: spread(values),
      floors: { [floorName]: beside },
      ...(isGoal ? { target: atMost(1, beside.ratio, `x ${floorName}`) } : {}),
    };
  });
}

/** One file, as a function is deployed. */
async function bundle(name: string, folder: string): Promise<string> {
  const outfile = join(folder, `${name}.mjs`);
  await build({
    entryPoints: [fileURLToPath(new URL(`functions/${name}.mjs`, import.meta.url))],
    outfile,
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'esm',
    target: 'node22',
    // The client loads the SDK only if there is no extension.
    external: name.startsWith('sdk') ? [] : ['@aws-sdk/*'],
    banner: { js: 'import{createRequire}from"node:module";const require=createRequire(import.meta.url);' },
  });
  return outfile;
}

/** A mock of AWS that containers can reach; it answers each call with the secret. */
async function startAws(): Promise<{ url: string } & AsyncDisposable> {
  // The bridge has the first address of its subnet. Docker reports a gateway only if one was configured.
  const subnet = await docker('network', 'inspect', 'bridge', '--format', '{{(index .IPAM.Config 0).Subnet}}');
  const gateway = subnet.replace(/\d+\/\d+$/, '1');
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' });
      response.end(JSON.stringify({ ARN: 'arn', Name: 'bench', SecretString: 'a secret', VersionId: '1' }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, gateway, resolve));
  return {
    url: `http://${gateway}:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
