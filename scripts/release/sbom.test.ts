import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { billOfMaterials, type Component, DPKG_FORMAT, npmComponents, systemComponents, validateBill } from './sbom.ts';

const ROOT = resolve(import.meta.dirname, '../..');

it('is valid, whatever the packages of a system are named', async () => {
  const field = fc.string().filter((text) => !/[\t\n]/.test(text) && text !== '');
  const packages = fc.sample(fc.tuple(field, field, fc.constantFrom('amd64', 'noarch'), field), 300);
  const listing = packages.map((one) => one.join('\t')).join('\n');

  await validateBill(billOfMaterials('image', systemComponents('rpm', 'amazon', listing)));
});

it('names each component once, in the same order, with where it comes from', () => {
  const components = npmComponents(ROOT, ['node_modules/undici', 'node_modules/cac', 'node_modules/undici']);

  const bill = JSON.parse(billOfMaterials('npm', components)) as { components: Component[] };

  expect(bill.components.map(({ purl }) => purl)).toEqual([
    expect.stringMatching(/^pkg:npm\/cac@\d/),
    expect.stringMatching(/^pkg:npm\/undici@\d/),
  ]);
});

it('is refused when it is none', async () => {
  await expect(validateBill('{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{}]}')).rejects.toThrow(
    'not CycloneDX',
  );
});

it.runIf(existsSync('/usr/bin/dpkg-query'))('reads what dpkg prints', () => {
  const listing = execFileSync('dpkg-query', ['-W', '-f', DPKG_FORMAT], { encoding: 'utf8' });

  const names = systemComponents('deb', 'debian', listing).map(({ purl }) => purl);

  expect(names).toContainEqual(expect.stringMatching(/^pkg:deb\/debian\/libc6@.*\?arch=/));
});
