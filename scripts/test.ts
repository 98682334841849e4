/** Runs the suites: `npm test`, or some of them with `-- --project unit`. The container suite only where a Docker daemon answers. */
import { globSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { execaSync } from 'execa';
import { whenCalled } from './command.ts';
import { whyNoDocker } from './docker.ts';
import { chooseBase } from './image.ts';

const ROOT = resolve(import.meta.dirname, '..');
const REPORT = resolve(ROOT, 'dist/test-report.json');
const PROJECTS = ['unit', 'integration', 'proof', 'container'];

await whenCalled(import.meta, (args) => {
  const asked = args.filter((_, index) => args[index - 1] === '--project');
  const wanted = asked.length > 0 ? asked : PROJECTS;
  const reason = wanted.includes('container') ? whyNoContainers() : undefined;
  if (reason && process.env.REQUIRE_DOCKER === '1') throw new Error(`REQUIRE_DOCKER=1, but ${reason}.`);

  const projects = reason ? wanted.filter((project) => project !== 'container') : wanted;
  const status = projects.length === 0 ? 0 : runVitest(projects, withoutProjects(args));
  if (reason) console.log(`Skipped: the container suites (${containerSuites().join(', ')}), because ${reason}.`);
  process.exitCode = status;
});

/** An explicit BASE_IMAGE that cannot be had is an error. Without one the other suites still say something. */
function whyNoContainers(): string | undefined {
  const reason = whyNoDocker();
  if (reason) return reason;
  try {
    chooseBase();
    return undefined;
  } catch (error) {
    if (process.env.BASE_IMAGE) throw error;
    return `there is no base image: ${(error as Error).message}`;
  }
}

function runVitest(projects: string[], args: string[]): number {
  rmSync(REPORT, { force: true });
  const vitest = resolve(ROOT, 'node_modules/vitest/vitest.mjs');
  const flags = [
    ...projects.flatMap((project) => ['--project', project]),
    ...['--reporter=default', '--reporter=json', `--outputFile.json=${REPORT}`],
  ];
  const options = { cwd: ROOT, stdio: 'inherit', reject: false } as const;
  return execaSync(process.execPath, [vitest, 'run', ...flags, ...args], options).exitCode ?? 1;
}

function withoutProjects(args: string[]): string[] {
  return args.filter((arg, index) => arg !== '--project' && args[index - 1] !== '--project');
}

function containerSuites(): string[] {
  return globSync('test/container/*.test.ts', { cwd: ROOT })
    .map((file) => file.replace(/^.*\/|\.test\.ts$/g, ''))
    .sort();
}
