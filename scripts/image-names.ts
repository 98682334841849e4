/** The repository of the published images. A fork sets IMAGE_REPOSITORY, and needs no other change. */
export const IMAGE_REPOSITORY = process.env.IMAGE_REPOSITORY || 'org/lambda-node-extended';

/** What `npm run image` builds them as; the tests and the scripts use this name, which never leaves the machine. */
const LOCAL_REPOSITORY = 'lambda-node-extended';

export type Target = 'extended' | 'extended-separate' | 'extensions' | 'dev';

export const TARGETS = ['extended', 'extended-separate', 'extensions', 'dev'] as const;

/** The Node.js that `latest` has. */
export const LATEST_NODE = '24';

/** A release has images for each of them. */
export const RELEASED_NODES = ['22', '24'] as const;

const SUFFIX: Record<Target, string> = {
  extended: '',
  'extended-separate': '-separate',
  extensions: '-extensions',
  dev: '-dev',
};

/** The tag of a target on this machine, e.g. `lambda-node-extended:24-dev`. */
export function localName(target: Target, node: string): string {
  return `${LOCAL_REPOSITORY}:${node}${SUFFIX[target]}`;
}

/** The other names of a build on this machine: those that users' Dockerfiles and tests have. */
export function furtherNames(target: Target, node: string): string[] {
  const isLatest = target === 'extended' && node === LATEST_NODE;
  return [
    `${IMAGE_REPOSITORY}:${node}${SUFFIX[target]}`,
    ...(isLatest ? [`${LOCAL_REPOSITORY}:latest`, `${IMAGE_REPOSITORY}:latest`] : []),
  ];
}

/**
 * The tags of a release: `1.2.3-24`, `1.2-24`, `1-24`, `24`, and `latest` for the default image on the latest Node.js.
 * A pre-release (`1.2.3-rc.1`) moves none of the short ones.
 */
export function releaseTags(target: Target, node: string, version: string): string[] {
  const [core = '', preRelease] = split(version);
  const [major, minor] = core.split('.');
  const versions = preRelease === undefined ? [core, `${major}.${minor}`, `${major}`] : [version];
  const tags = [...versions.map((one) => `${one}-${node}`), ...(preRelease === undefined ? [node] : [])];
  const isLatest = preRelease === undefined && target === 'extended' && node === LATEST_NODE;
  return [...tags.map((tag) => tag + SUFFIX[target]), ...(isLatest ? ['latest'] : [])];
}

function split(version: string): [string, string | undefined] {
  const at = version.indexOf('-');
  return at < 0 ? [version, undefined] : [version.slice(0, at), version.slice(at + 1)];
}
