/** Software bills of materials in CycloneDX: of what is really inside, not of the toolchain. https://cyclonedx.org/docs/1.6/json/ */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Version } from '@cyclonedx/cyclonedx-library/Spec';
import { JsonStrictValidator } from '@cyclonedx/cyclonedx-library/Validation';
import { VERSION } from '../../foundation/version.ts';

export interface Component {
  readonly type: 'library' | 'platform' | 'operating-system';
  /** With its scope, e.g. `@smithy/core`. */
  readonly name: string;
  readonly version?: string | undefined;
  /** https://github.com/package-url/purl-spec */
  readonly purl: string;
  /** An SPDX expression, or what the package says in its place. */
  readonly license?: string | undefined;
}

/** The bill of one artefact. The same contents give the same bytes: it has no time and no random number. */
export function billOfMaterials(artefact: string, components: readonly Component[]): string {
  const byPurl = new Map(components.map((component) => [component.purl, component]));
  const sorted = [...byPurl.values()].sort((a, b) => (a.purl < b.purl ? -1 : 1));
  const bill = {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      component: {
        type: artefact.startsWith('image') ? 'container' : 'application',
        'bom-ref': artefact,
        name: `lambda-node-extended/${artefact}`,
        version: VERSION,
        licenses: [{ license: { id: 'Apache-2.0' } }],
      },
    },
    components: sorted.map(({ license, ...component }) => ({
      ...component,
      'bom-ref': component.purl,
      ...(license === undefined ? {} : { licenses: [{ license: { name: license } }] }),
    })),
    dependencies: [{ ref: artefact, dependsOn: sorted.map(({ purl }) => purl) }],
  };
  return `${JSON.stringify(bill, undefined, 2)}\n`;
}

/** Checks a bill against CycloneDX's own schema. @throws Error with what is wrong. */
export async function validateBill(bill: string): Promise<void> {
  const problems = await new JsonStrictValidator(Version.v1dot6).validate(bill);
  if (problems !== null) throw new Error(`The bill of materials is not CycloneDX: ${JSON.stringify(problems)}`);
}

/** The npm packages in these folders, relative to the root. */
export function npmComponents(root: string, folders: readonly string[]): Component[] {
  return folders.map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as Package;
    return { type: 'library', name, version, license, purl: npmUrl(name, version) };
  });
}

interface Package {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
}

/** What Rust linked into the supervisor, as the file itself tells it. musl tells no version. */
export function supervisorComponents(root: string, supervisor: string): Component[] {
  const text = readFileSync(supervisor, 'latin1');
  const rust = /rustc version ([\d.]+)/.exec(text)?.[1];
  const glibc = /stable release version ([\d.]+\d)/.exec(text)?.[1];
  const libc: Component = text.includes('GLIBC_')
    ? generic('glibc', glibc, 'LGPL-2.1-or-later')
    : generic('musl', undefined, 'MIT');
  const lock = readFileSync(join(root, 'supervisor/Cargo.lock'), 'utf8');
  const crates = [...lock.matchAll(/^name = "(.*)"\nversion = "(.*)"$/gm)].filter(([, name]) => name !== 'supervisor');
  return [
    generic('rust-std', rust, 'MIT OR Apache-2.0'),
    libc,
    ...crates.map(([, name = '', version = '']): Component => {
      return { type: 'library', name, version, purl: `pkg:cargo/${name}@${version}` };
    }),
  ];
}

function generic(name: string, version: string | undefined, license: string): Component {
  return { type: 'library', name, version, license, purl: `pkg:generic/${name}${version ? `@${version}` : ''}` };
}

/** For `dpkg-query --show`; RPM_FORMAT for `rpm --query`. */
export const DPKG_FORMAT = ['Package', 'Version', 'Architecture']
  .map((field) => `\${${field}}`)
  .join('\\t')
  .concat('\\n');
export const RPM_FORMAT = '%{NAME}\\t%{VERSION}-%{RELEASE}\\t%{ARCH}\\t%{LICENSE}\\n';

/** The packages of an operating system, as `rpm` or `dpkg` print them: name, version, architecture, licence, by tabs. */
export function systemComponents(manager: 'rpm' | 'deb', vendor: string, listing: string): Component[] {
  return listing
    .split('\n')
    .filter((line) => line.includes('\t'))
    .map((line) => {
      const [name = '', version = '', architecture = '', license] = line.split('\t');
      const purl = `pkg:${manager}/${vendor}/${encodeURIComponent(name)}@${encodeURIComponent(version)}?arch=${architecture}`;
      return { type: 'library', name, version, purl, license: license || undefined };
    });
}

function npmUrl(name: string, version: string): string {
  return `pkg:npm/${name.replace(/^@/, '%40')}@${version}`;
}
