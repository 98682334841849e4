import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { memoryCgroup } from './memory-cgroup.ts';

/** As Linux 6.1 shows them, without the files that nobody reads. */
const trees = {
  'version 1': { 'memory/cgroup.procs': '1\n', 'memory/memory.limit_in_bytes': '9223372036854771712\n' },
  'version 2': {
    'cgroup.controllers': 'cpuset cpu io memory hugetlb pids rdma\n',
    'cgroup.subtree_control': 'cpu memory pids\n',
    'cgroup.procs': '1\n',
  },
  'version 2, whose groups have no limits yet': {
    'cgroup.controllers': 'cpu memory pids\n',
    'cgroup.subtree_control': '\n',
    'cgroup.procs': '1\n',
  },
  'both, memory by version 1': {
    'memory/cgroup.procs': '1\n',
    'unified/cgroup.controllers': '\n',
    'unified/cgroup.procs': '1\n',
  },
  'version 2 without memory': { 'cgroup.controllers': 'cpu pids\n', 'cgroup.subtree_control': '', 'cgroup.procs': '' },
  none: {},
};

it.each([
  ['version 1', 1, ['memory.limit_in_bytes']],
  ['version 2', 2, ['memory.max', 'memory.swap.max']],
  ['version 2, whose groups have no limits yet', 2, ['memory.max', 'memory.swap.max']],
  ['both, memory by version 1', 1, ['memory.limit_in_bytes']],
  ['version 2 without memory', undefined, undefined],
  ['none', undefined, undefined],
] as const)('of a machine with %s is version %s', (name, version, files) => {
  using tree = writeTree(trees[name]);

  const found = memoryCgroup(tree.root);

  expect([found?.version, found?.limits(1).map(([file]) => file)]).toEqual([version, files]);
});

it('gets memory for the groups of version 2 where it has none', () => {
  using tree = writeTree(trees['version 2, whose groups have no limits yet']);

  memoryCgroup(tree.root);

  expect(readFileSync(join(tree.root, 'cgroup.subtree_control'), 'utf8')).toBe('+memory');
});

function writeTree(files: Readonly<Record<string, string>>) {
  const root = mkdtempSync(join(tmpdir(), 'cgroups-'));
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), content);
  }
  return { root, [Symbol.dispose]: () => rmSync(root, { recursive: true }) };
}
