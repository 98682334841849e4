import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { execaSync } from 'execa';
import { atMost, type Benchmark, type Measurement } from './support/benchmark.ts';
import { spread } from './support/statistics.ts';
import { subPathBundles } from './support/sub-path-bundles.ts';

const dist = fileURLToPath(new URL('../dist', import.meta.url));

/** What the image contains: each bundle, and the layer as a registry stores it. What a sub-path of the package adds to a user's bundle. */
export const size: Benchmark = {
  name: 'size',
  title: 'Size',

  async measure() {
    const bundles = globSync('opt/**/*.{cjs,mjs,js}', { cwd: dist }).toSorted();
    const { stdout: layer } = execaSync('tar', ['-C', dist, '-c', 'opt'], { encoding: 'buffer' });
    const layerKb = gzipSync(layer).length / 1e3;
    return {
      kind: 'measured',
      measurements: [
        ...bundles.flatMap((bundle) => fileSizes(bundle, readFileSync(`${dist}/${bundle}`))),
        ...(await subPathBundles()).flatMap(({ name, content }) => fileSizes(name, content)),
        kilobytes('layer', layer.length / 1e3),
        { ...kilobytes('layer, gzip', layerKb), target: atMost(3_000, layerKb, 'kB') },
      ],
    };
  },
};

function fileSizes(name: string, content: Uint8Array): Measurement[] {
  return [kilobytes(name, content.length / 1e3), kilobytes(`${name}, gzip`, gzipSync(content).length / 1e3)];
}

function kilobytes(what: string, value: number): Measurement {
  return { what, unit: 'kB', ours: spread([value]) };
}
