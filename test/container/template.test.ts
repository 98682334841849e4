/** The template's image as its README says, without AWS. */
import { readFileSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { execaSync } from 'execa';
import { expect, it } from 'vitest';
import { dockerOutput } from '../../scripts/docker.ts';
import { TEMPLATE } from '../../scripts/image.ts';
import { INVOCATIONS } from '../../scripts/invoke.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const FOLDER = join(ROOT, 'handler-template');

it('"docker run" of the README answers without AWS', async () => {
  const readme = readFileSync(join(FOLDER, 'README.md'), 'utf8');
  const [command] = /docker run (?:.*\\\n)*?.*LOCAL_FILE(?:.*\\\n)*.*my-function$/m.exec(readme) ?? [''];
  // In the background, on a port that is free, and the image has another name here.
  const here = command.replace('-p 9000:8080', '--detach -p 127.0.0.1::8080').replace(/my-function$/, TEMPLATE);
  const container = execaSync('bash', ['-c', here], { cwd: FOLDER }).stdout.trim();
  try {
    const url = `http://${dockerOutput('port', container, '8080')}${INVOCATIONS}`;

    const answer = await firstAnswer(url);

    expect(answer).toMatchObject({
      secret: { id: 'demo/database', fields: ['username', 'password'] },
      parameter: { name: '/demo/greeting', value: 'Hello from a local file' },
    });
  } finally {
    dockerOutput('stop', '--time', '0', container);
  }
});

it('"npm run test:image" passes', () => {
  // The template's tools are those of the checkout.
  const bin = [dirname(process.execPath), join(ROOT, 'node_modules/.bin'), process.env.PATH].join(delimiter);

  const run = execaSync('npm', ['run', 'test:image'], {
    cwd: FOLDER,
    env: { PATH: bin, IMAGE: TEMPLATE },
    reject: false,
  });

  expect(`${run.stdout}${run.stderr}`).toMatch(/Tests .*1 passed/);
  expect(run.exitCode).toBe(0);
});

/** Docker forwards the port before the container listens, so the first connections may be reset. */
async function firstAnswer(url: string): Promise<unknown> {
  for (;;) {
    const response = await fetch(url, { method: 'POST', body: '{}' }).catch(() => undefined);
    if (response !== undefined) return response.json();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
