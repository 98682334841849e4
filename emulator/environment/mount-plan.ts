import { dirname, join } from 'node:path';

/** One step of setting up the mounts of an environment; each path is absolute. */
export type MountStep =
  | { readonly do: 'bind'; readonly from: string; readonly to: string }
  /** An empty folder in memory takes the place of what was there. */
  | { readonly do: 'cover'; readonly at: string }
  | { readonly do: 'folder'; readonly at: string }
  | { readonly do: 'file'; readonly at: string }
  | { readonly do: 'link'; readonly at: string; readonly target: string }
  /** The folder, which is a mount, becomes the root of the file system. No step comes after it. */
  | { readonly do: 'root'; readonly at: string };

/** What lies at a path of the machine: a link has its target. */
export type Entry = 'folder' | 'file' | { readonly target: string } | undefined;

export interface Machine {
  look(path: string): Entry;
  list(folder: string): readonly string[];
}

export interface Wanted {
  /** An empty folder of the emulator, where the sources are held while their own places are covered. */
  readonly stage: string;
  readonly functionDir: string;
  readonly optDir: string | undefined;
  /** The file that becomes `/etc/hosts`. */
  readonly hosts: string | undefined;
  /** Paths of programs that must stay where they are, such as the Node.js in `/opt/hostedtoolcache`. */
  readonly kept: readonly string[];
}

export const TASK = '/var/task';
export const OPT = '/opt';

/**
 * The steps that make the function's folder `/var/task` and the layers' folder `/opt`. Both are bound as they are, so they stay in
 * step with the machine's. Only a program to keep below `/opt` makes it a folder in memory, with the entries of both. A machine
 * that has no folder `/opt` gets another root, with the entries of the old one.
 */
export function planMounts({ stage, functionDir, optDir, hosts, kept }: Wanted, machine: Machine): MountStep[] {
  const keptBelowOpt = kept.filter((path) => path.startsWith(`${OPT}/`)).map((path) => path.slice(OPT.length + 1));
  const held = (name: string, from: string): MountStep[] => [
    { do: 'folder', at: join(stage, name) },
    { do: 'bind', from, to: join(stage, name) },
  ];
  const steps: MountStep[] = [{ do: 'cover', at: stage }, ...held('task', functionDir)];
  if (hosts !== undefined) steps.push({ do: 'bind', from: hosts, to: '/etc/hosts' });
  if (optDir !== undefined) steps.push(...held('opt', optDir));
  if (optDir !== undefined && keptBelowOpt.length > 0) steps.push(...held('old-opt', OPT));

  if (functionDir !== TASK) {
    if (machine.look(TASK) !== 'folder') steps.push(...withRoomFor(TASK, held('old-var', dirname(TASK)), machine));
    steps.push({ do: 'bind', from: join(stage, 'task'), to: TASK });
  }
  if (optDir === undefined || optDir === OPT) return steps;
  const layers = join(stage, 'opt');
  if (keptBelowOpt.length === 0) {
    if (machine.look(OPT) !== 'folder') return [...steps, ...rootWith(OPT, layers, join(stage, 'root'), machine)];
    return [...steps, { do: 'bind', from: layers, to: OPT }];
  }
  const merged = merge(OPT, { at: optDir, held: layers }, join(stage, 'old-opt'), keptBelowOpt, machine);
  return [...steps, { do: 'cover', at: OPT }, ...merged];
}

/** A folder that does not exist is made in a copy of its parent in memory, so that nothing is left behind on the machine. */
function withRoomFor(path: string, hold: MountStep[], machine: Machine): MountStep[] {
  const parent = dirname(path);
  const [, bind] = hold;
  const source = bind?.do === 'bind' ? bind.to : parent;
  const entries = machine.list(parent).filter((name) => join(parent, name) !== path);
  const copies = entries.flatMap((name) =>
    copy(machine.look(join(parent, name)), join(source, name), join(parent, name)),
  );
  return [...hold, { do: 'cover', at: parent }, ...copies, { do: 'folder', at: path }];
}

/** Nothing can be mounted over the root for the processes that already run in it, so they move to a new one. */
function rootWith(path: string, source: string, root: string, machine: Machine): MountStep[] {
  const entries = machine.list('/').filter((name) => `/${name}` !== path);
  return [
    { do: 'folder', at: root },
    { do: 'cover', at: root },
    ...entries.flatMap((name) => copy(machine.look(`/${name}`), `/${name}`, join(root, name))),
    { do: 'folder', at: root + path },
    { do: 'bind', from: source, to: root + path },
    { do: 'root', at: root },
  ];
}

/** The entries of the layers, and of the machine's folder what lies on the way to a kept path, if the layers have no such entry. */
function merge(
  target: string,
  layers: { at: string; held: string },
  old: string,
  kept: readonly string[],
  machine: Machine,
): MountStep[] {
  const names = machine.list(layers.at);
  const oldNames = kept.includes('') ? machine.list(target) : unique(kept.map((path) => path.split('/', 1)[0] ?? ''));
  const steps: MountStep[] = oldNames
    .filter((name) => name !== '' && !names.includes(name))
    .flatMap((name) => copy(machine.look(join(target, name)), join(old, name), join(target, name)));

  for (const name of names) {
    const [at, entry] = [join(target, name), machine.look(join(layers.at, name))];
    const isShared = oldNames.includes(name) && entry === 'folder' && machine.look(at) === 'folder';
    if (!isShared) {
      steps.push(...copy(entry, join(layers.held, name), at));
      continue;
    }
    const below = kept.includes('') ? [''] : kept.filter((path) => path === name || path.startsWith(`${name}/`));
    const rest = below.map((path) => path.slice(name.length + 1));
    const inner = { at: join(layers.at, name), held: join(layers.held, name) };
    steps.push({ do: 'folder', at }, ...merge(at, inner, join(old, name), rest, machine));
  }
  return steps;
}

function copy(entry: Entry, from: string, to: string): MountStep[] {
  if (entry === undefined) return [];
  if (typeof entry === 'object') return [{ do: 'link', at: to, target: entry.target }];
  return [
    { do: entry, at: to },
    { do: 'bind', from, to },
  ];
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)];
}

/** The steps as a script of a shell, which ends at the first one that fails. */
export function mountScript(steps: readonly MountStep[]): string {
  const lines = steps.map((step) => {
    switch (step.do) {
      case 'bind':
        return `mount --rbind ${quoted(step.from)} ${quoted(step.to)}`;
      case 'cover':
        return `mount -t tmpfs -o mode=755 tmpfs ${quoted(step.at)}`;
      case 'folder':
        return `mkdir -- ${quoted(step.at)}`;
      case 'file':
        return `: > ${quoted(step.at)}`;
      case 'link':
        return `ln -s -- ${quoted(step.target)} ${quoted(step.at)}`;
      case 'root':
        return `cd ${quoted(step.at)} && pivot_root . . && umount -l .`;
      default:
        return step satisfies never;
    }
  });
  return ['set -e', ...lines].join('\n');
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
