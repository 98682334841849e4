import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { optFolder } from '../support/lambda/host-process.ts';

const read = (file: string) => readFileSync(join(optFolder, file), 'latin1');

it('the notices of /opt name what Rust linked into the supervisor', () => {
  const supervisor = read('extensions/lambda-node-extended');
  const notices = read('lambda-node-extended/THIRD-PARTY-NOTICES.txt');

  // The paths of panics name the crates of the standard library.
  for (const [, name] of supervisor.matchAll(/\/(?:rust\/deps|vendor)\/([a-z][a-z0-9_-]*?)-\d/g)) {
    expect(notices).toContain(`\n${name} (`);
  }
  expect(notices).toContain('The Rust standard library (MIT OR Apache-2.0)');
  expect(notices).toContain(supervisor.includes('GLIBC_') ? 'The GNU C Library (LGPL' : 'musl, the C library (MIT)');
});

it('the notices of the emulator in the dev image name its packages', () => {
  const notices = read('../emulator/THIRD-PARTY-NOTICES.txt');

  const titles = [...notices.matchAll(/^(\S+) \d+\.\d+\.\d+ \(.*\)$/gm)].map(([, name]) => name);
  const d3 = titles.filter((title) => title?.startsWith('d3-'));
  const others = titles.filter((title) => !title?.startsWith('d3-'));
  // AWS's client has a licence of its own kind.
  expect(others).toEqual(['@cfworker/json-schema', 'aws-lambda-ric', 'buffer-crc32', 'cac', 'undici', 'yazl']);
  expect(notices.match(/Permission is hereby granted/g)).toHaveLength(others.length - 1);
  expect(notices).toContain('Apache License');
  expect(notices.match(/Permission to use, copy/g)).toHaveLength(d3.length);
});
