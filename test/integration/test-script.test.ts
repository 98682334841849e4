/** `npm test` on machines whose Docker daemon answers, and what needs Docker on those without. The programs it calls are scripts, so that it needs neither Docker nor a registry. */
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';

const NO_REGISTRY = 'dial tcp: lookup public.ecr.aws: no such host';
/** A daemon answers and has no image. It builds what it is told to, and pulls nothing. */
const DOCKER = `#!/bin/sh
echo "$*" >> "\${0%/*}/calls"
case "$1 $2" in
  version*) echo 24.0.5 ;;
  "image inspect") exit 1 ;;
  pull*) echo "Error response from daemon: ${NO_REGISTRY}" >&2; exit 1 ;;
esac`;
const PROGRAMS = {
  docker: DOCKER,
  npm: '#!/bin/sh\nfor last; do :; done\n[ "$1" = pack ] && touch "$4/package.tgz" || echo https://registry.invalid/',
  mmdebstrap: '#!/bin/sh\nfor last; do :; done\ntouch "$last"',
};

describe('npm test, where Docker cannot pull the base image,', () => {
  it('builds the stand-in and says so in one line', async () => {
    using machine = makeMachine(PROGRAMS);

    const { exitCode, stderr } = await machine.test(['--project', 'container', 'no-such-suite', '--passWithNoTests']);

    const said = stderr.split('\n').filter((line) => line.includes('stand-in'));
    expect(said).toEqual([
      `Docker cannot pull public.ecr.aws/lambda/nodejs:24 (Error response from daemon: ${NO_REGISTRY}). Building and using a stand-in for it. BASE_IMAGE names another.`,
    ]);
    expect(machine.dockerCalls().filter((call) => call.startsWith('pull'))).toEqual([
      'pull --quiet public.ecr.aws/lambda/nodejs:24',
    ]);
    expect(machine.dockerCalls().join('\n')).toMatch(/^build .*--tag lambda-node-standin:24 /m);
    expect(exitCode).toBe(0);
  });

  it('runs the other suites and says what it skipped, where the stand-in cannot be built', async () => {
    using machine = makeMachine({ ...PROGRAMS, mmdebstrap: '#!/bin/sh\nexit 1' });

    const { exitCode, stdout } = await machine.test([
      ...['--project', 'unit', '--project', 'container'],
      'scripts/forbidden-words.test.ts',
    ]);

    expect(stdout).toMatch(/Tests .*\d+ passed/);
    expect(stdout).toMatch(/Skipped: the container suites .*, because there is no base image: /);
    expect(exitCode).toBe(0);
  });

  it('obeys an explicit BASE_IMAGE, whose failure is an error', async () => {
    using machine = makeMachine(PROGRAMS);

    const { exitCode, stderr } = await machine.test(['--project', 'container'], {
      BASE_IMAGE: 'registry.invalid/node:24',
    });

    expect(stderr).toContain('Docker has no base image registry.invalid/node:24 and cannot pull it');
    expect(machine.dockerCalls().join('\n')).not.toContain('build');
    expect(exitCode).toBe(1);
  });
});

describe('without Docker', () => {
  const noDaemon = `#!/bin/sh\necho "Cannot connect to the Docker daemon at unix:///var/run/docker.sock." >&2\nexit 1`;

  it.each(['image', 'image-base', 'start-image'])(
    'scripts/%s.ts advises Docker, and no stand-in, which needs Docker, too',
    async (script) => {
      using machine = makeMachine({ ...PROGRAMS, docker: noDaemon });

      const { exitCode, stderr } = await machine.run(`../../scripts/${script}.ts`);

      expect(stderr).toMatch(/no Docker daemon answers \(Cannot connect .*\)\. Install or start Docker\.$/);
      expect(stderr).not.toMatch(/image:base", set|stand-in/);
      expect(exitCode).toBe(1);
    },
  );
});

/** A folder of programs that stands first in the PATH. */
function makeMachine(programs: Readonly<Record<string, string>>) {
  const folder = mkdtempSync(join(tmpdir(), 'machine-'));
  for (const [name, source] of Object.entries(programs)) {
    writeFileSync(join(folder, name), source);
    chmodSync(join(folder, name), 0o755);
  }
  const { BASE_IMAGE, REQUIRE_DOCKER, ...inherited } = process.env;
  const run = (script: string, args: readonly string[] = [], environment: Record<string, string> = {}) => {
    const env = { ...inherited, FORCE_COLOR: '0', PATH: `${folder}${delimiter}${process.env.PATH}`, ...environment };
    const file = fileURLToPath(new URL(script, import.meta.url));
    return execa(process.execPath, [file, ...args], { env, extendEnv: false, reject: false });
  };
  return {
    run,
    dockerCalls: () => readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n'),
    test: (args: string[], environment?: Record<string, string>) => run('../../scripts/test.ts', args, environment),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  };
}
