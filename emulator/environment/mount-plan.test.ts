import { basename, dirname } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Entry, type Machine, type MountStep, mountScript, planMounts } from './mount-plan.ts';

/** A machine that has these paths; a path that ends with a slash is a folder, and `a -> b` is a link. */
function machineOf(...paths: string[]): Machine {
  const entries = new Map<string, Entry>();
  for (const path of paths) {
    const [name = '', target] = path.split(' -> ');
    const parts = name.split('/').filter(Boolean);
    for (let depth = 1; depth < parts.length; depth++) entries.set(`/${parts.slice(0, depth).join('/')}`, 'folder');
    entries.set(`/${parts.join('/')}`, target === undefined ? (name.endsWith('/') ? 'folder' : 'file') : { target });
  }
  return {
    look: (path) => entries.get(path),
    list: (folder) => [...entries.keys()].filter((path) => dirname(path) === folder).map((path) => basename(path)),
  };
}

const wanted = { stage: '/tmp/s', functionDir: '/home/f', optDir: '/home/opt', hosts: undefined, kept: [] };

/** Where each path of the environment comes from, by carrying the steps out on names alone. */
function sources(steps: readonly MountStep[]): Map<string, string> {
  const found = new Map<string, string>();
  const origin = (path: string): string => {
    const at = [...found.keys()]
      .filter((key) => path === key || path.startsWith(`${key}/`))
      .sort((a, b) => b.length - a.length)[0];
    return at === undefined ? path : (found.get(at) ?? '') + path.slice(at.length);
  };
  for (const step of steps) {
    if (step.do === 'bind') found.set(step.to, origin(step.from));
    else if (step.do === 'cover') {
      for (const key of [...found.keys()]) if (key.startsWith(`${step.at}/`)) found.delete(key);
      found.set(step.at, 'memory');
    } else if (step.do === 'link') found.set(step.at, `-> ${step.target}`);
    else if (step.do === 'root') {
      const inside = [...found].filter(([path]) => path.startsWith(`${step.at}/`));
      return new Map(inside.map(([path, source]) => [path.slice(step.at.length), source]));
    }
  }
  return found;
}

describe('the mounts', () => {
  it('bind both folders as they are where the machine has /var/task', () => {
    const plan = sources(planMounts(wanted, machineOf('/var/task/', '/opt/other', '/home/f/x', '/home/opt/bin/')));

    expect(plan.get('/var/task')).toBe('/home/f');
    expect(plan.get('/opt')).toBe('/home/opt');
  });

  it('keep the other entries of /var where /var/task is not there, and its links as links', () => {
    const machine = machineOf('/var/lib/', '/var/run -> /run', '/var/file', '/opt/', '/home/f/', '/home/opt/');

    const plan = sources(planMounts(wanted, machine));

    expect(plan.get('/var/lib')).toBe('/var/lib');
    expect(plan.get('/var/file')).toBe('/var/file');
    expect(plan.get('/var/run')).toBe('-> /run');
    expect(plan.get('/var/task')).toBe('/home/f');
  });

  it.each([
    ['there is none', []],
    ['it is a link', ['/opt -> /var/opt']],
    ['it is a file', ['/opt']],
  ])('make a root with /opt and the entries of the machine where %s', (_why, opt) => {
    const machine = machineOf('/usr/bin/', '/bin -> usr/bin', '/swap', '/var/task/', '/home/f/', '/home/opt/', ...opt);

    const plan = sources(planMounts(wanted, machine));

    expect(Object.fromEntries(plan)).toMatchObject({
      '/opt': '/home/opt',
      '/var': '/var',
      '/usr': '/usr',
      '/bin': '-> usr/bin',
      '/swap': '/swap',
    });
  });

  it('hold a function that lies in /opt, before the layers cover it', () => {
    const machine = machineOf('/var/task/', '/opt/app/index.mjs', '/home/opt/bin/');

    const plan = sources(planMounts({ ...wanted, functionDir: '/opt/app', kept: ['/opt/app'] }, machine));

    expect(plan.get('/var/task')).toBe('/opt/app');
    expect(plan.get('/opt/app')).toBe('/opt/app');
    expect(plan.get('/opt/bin')).toBe('/home/opt/bin');
  });

  it('merge a folder that both have down to the kept entry, and the layers win', () => {
    const machine = machineOf('/var/task/', '/opt/bin/node', '/opt/bin/tool', '/home/opt/bin/tool', '/home/f/');

    const plan = sources(planMounts({ ...wanted, kept: ['/opt/bin/node'] }, machine));

    expect(plan.get('/opt/bin/node')).toBe('/opt/bin/node');
    expect(plan.get('/opt/bin/tool')).toBe('/home/opt/bin/tool');
  });

  const name = fc.constantFrom('bin', 'lib', 'node', 'a', 'b');
  const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));
  it('show each file of the layers, and each kept file that they do not hide', () => {
    fc.assert(
      fc.property(fc.array(path), fc.array(path), fc.array(path, { minLength: 1 }), (layers, others, kept) => {
        const asFiles = (root: string, paths: string[]) =>
          paths.filter((one) => !paths.some((other) => other.startsWith(`${one}/`))).map((one) => `${root}/${one}`);
        const inLayers = asFiles('/home/opt', layers);
        const inOpt = asFiles('/opt', [...others, ...kept]);
        const machine = machineOf('/var/task/', '/home/f/', '/home/opt/', '/opt/', ...inLayers, ...inOpt);

        const plan = sources(planMounts({ ...wanted, kept: kept.map((one) => `/opt/${one}`) }, machine));

        const shown = (file: string): string => {
          const at = [...plan.keys()]
            .filter((key) => file === key || file.startsWith(`${key}/`))
            .sort((a, b) => b.length - a.length)[0];
          return (plan.get(at ?? '') ?? '') + file.slice((at ?? '').length);
        };
        for (const file of inLayers) expect(shown(file.replace('/home', ''))).toBe(file);
        for (const one of kept) {
          const parts = one.split('/');
          const isHidden = parts.some((_, index) => {
            const prefix = parts.slice(0, index + 1).join('/');
            return (
              inLayers.includes(`/home/opt/${prefix}`) ||
              (machine.look(`/home/opt/${prefix}`) && machine.look(`/opt/${prefix}`) === 'file')
            );
          });
          if (!isHidden && machine.look(`/opt/${one}`) === 'file') expect(shown(`/opt/${one}`)).toBe(`/opt/${one}`);
        }
      }),
    );
  });
});

describe('the script', () => {
  it('quotes any path', () => {
    expect(mountScript([{ do: 'bind', from: "/it's $HOME", to: '/a b' }])).toBe(
      `set -e\nmount --rbind '/it'\\''s $HOME' '/a b'`,
    );
  });
});
