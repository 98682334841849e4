/**
 * Makes a release's artefacts and checks them: `npm run release -- --dry-run` leaves them in `dist/release`, and publishes nothing.
 * `npm run release -- --prepare 1.2.3` writes the version and the changelog for the commit that the tag will name.
 * `npm run release -- --tags` prints a line for each image: the build, its bill of materials, and the tags of this version.
 */
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { execaSync } from 'execa';
import { buildOnce } from './build-once.ts';
import { whenCalled } from './command.ts';
import { whyNoDocker } from './docker.ts';
import { buildTarget, tagOf } from './image.ts';
import { IMAGE_REPOSITORY, localName, RELEASED_NODES, releaseTags, TARGETS } from './image-names.ts';
import { writeLayers } from './layer.ts';
import { billOf, billsOfBuild, billsOfImages } from './release/bills.ts';
import { cutChangelog, unreleased } from './release/changelog.ts';
import { checkNotices } from './release/check-notices.ts';
import { packCreate, packPackage } from './release/pack-package.ts';
import { validateBill } from './release/sbom.ts';
import { setVersion, theVersion } from './release/versions.ts';

const ROOT = resolve(import.meta.dirname, '..');
const FOLDER = join(ROOT, 'dist/release');
const CHANGELOG = join(ROOT, 'CHANGELOG.md');

await whenCalled(import.meta, async ([what, version]) => {
  if (what === '--prepare' && version !== undefined) prepare(version);
  else if (what === '--dry-run') await dryRun();
  else if (what === '--tags') console.log(tagLines(theVersion(ROOT)).join('\n'));
  else throw new Error('Expected --dry-run, --tags, or --prepare and a version.');
});

function prepare(version: string): void {
  const { text } = cutChangelog(readFileSync(CHANGELOG, 'utf8'), version, new Date().toISOString().slice(0, 10));
  setVersion(ROOT, version);
  writeFileSync(CHANGELOG, text);
  console.log(`This is version ${version} now. Commit, tag the commit v${version}, and push the tag.`);
}

async function dryRun(): Promise<void> {
  const version = theVersion(ROOT);
  buildOnce();
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER);
  writeFileSync(join(FOLDER, 'notes.md'), `${notesOf(version)}\n`);
  packPackage(ROOT, FOLDER);
  packCreate(ROOT, FOLDER);
  const layers = await writeLayers();
  for (const { file } of layers.layers) copyFileSync(file, join(FOLDER, basename(file)));

  const docker = whyNoDocker();
  if (docker === undefined) for (const target of TARGETS) buildTarget(target);
  const bills = {
    ...billsOfBuild(ROOT),
    ...(docker === undefined ? billsOfImages(ROOT, (target) => tagOf(target)) : {}),
  };
  for (const [artefact, bill] of Object.entries(bills)) {
    await validateBill(bill);
    writeFileSync(join(FOLDER, `${artefact}.cdx.json`), bill);
  }
  checkNotices(ROOT);
  writeSums();
  summarise(version, [...layers.missing, ...(docker === undefined ? [] : [`There are no images, because ${docker}.`])]);
}

/** Of this version if it is cut already, else of what is unreleased. */
function notesOf(version: string): string {
  const text = readFileSync(CHANGELOG, 'utf8');
  const cut = text.indexOf(`\n## ${version} (`);
  return cut < 0 ? unreleased(text) : unreleased(text.slice(cut).replace(/^\n## .*\n/, '## Unreleased\n'));
}

function writeSums(): void {
  const lines = readdirSync(FOLDER).map((name) => {
    const hash = createHash('sha256').update(readFileSync(join(FOLDER, name)));
    return `${hash.digest('hex')}  ${name}\n`;
  });
  writeFileSync(join(FOLDER, 'SHA256SUMS'), lines.join(''));
}

function tagLines(version: string): string[] {
  return RELEASED_NODES.flatMap((node) =>
    TARGETS.map((target) => {
      const build = localName(target, node).split(':')[1];
      return [build, `${billOf(target)}.cdx.json`, ...releaseTags(target, node, version)].join(' ');
    }),
  );
}

function summarise(version: string, missing: readonly string[]): void {
  console.log(`Version ${version} is ready in dist/release:\n  ${readdirSync(FOLDER).join('\n  ')}`);
  console.log(`Tags of ${IMAGE_REPOSITORY}:\n  ${tagLines(version).join('\n  ')}`);
  for (const line of missing) console.log(line);
  const { stdout } = execaSync('git', ['status', '--porcelain'], { cwd: ROOT, reject: false });
  if (stdout) console.log('The checkout has changes that are not committed. A release is made of a tag.');
}
