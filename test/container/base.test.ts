/** What the project relies on in AWS's base image; the stand-in must be the same in all of it. */
import { expect, it } from 'vitest';
import { dockerOutput } from '../../scripts/docker.ts';
import { BASE_IMAGE } from '../../scripts/image.ts';
import { type RunOptions, runToEnd } from '../support/docker/container-run.ts';

const run = (options: Omit<RunOptions, 'image'>) => runToEnd({ image: BASE_IMAGE, ...options });
/** Keeps the emulator out: the entry point starts the runtime itself. */
const outsideEmulator = { AWS_LAMBDA_RUNTIME_API: '127.0.0.1:9' };

it('has the environment, the working directory and the entry point that Lambda functions know', () => {
  const config = JSON.parse(dockerOutput('image', 'inspect', '--format', '{{json .Config}}', BASE_IMAGE));

  expect(config.Env).toEqual(
    expect.arrayContaining([
      'LANG=en_US.UTF-8',
      'TZ=:/etc/localtime',
      'PATH=/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin',
      'LD_LIBRARY_PATH=/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib',
      'LAMBDA_TASK_ROOT=/var/task',
      'LAMBDA_RUNTIME_DIR=/var/runtime',
    ]),
  );
  expect(config).toMatchObject({ WorkingDir: '/var/task', Entrypoint: ['/lambda-entrypoint.sh'] });
  expect(config.User ?? '').toBe('');
  expect(config.Cmd ?? null).toBeNull();
});

it.each(['/var/lang/bin/node', '/var/lang/bin/npm', '/var/runtime/bootstrap', '/usr/local/bin/aws-lambda-rie'])(
  'has the program %s',
  (path) => {
    const { status } = run({ entrypoint: '/bin/sh', args: ['-c', `test -f ${path} && test -x ${path}`] });

    expect(status).toBe(0);
  },
);

it('has empty folders for the function and for extensions', () => {
  const { stdout } = run({ entrypoint: '/bin/sh', args: ['-c', 'echo /var/task/* /opt/extensions/*'] });

  expect(stdout).toBe('/var/task/* /opt/extensions/*');
});

it('runs the Node version of its tag', () => {
  const { stdout } = run({ entrypoint: '/var/lang/bin/node', args: ['--version'] });

  expect(stdout).toMatch(new RegExp(`^v${BASE_IMAGE.split(':')[1]}\\.`));
});

it('has bash as its shell', () => {
  const { stdout } = run({ entrypoint: '/bin/sh', args: ['-c', 'echo $BASH_VERSION'] });

  expect(stdout).toMatch(/^\d/);
});

it.each([{ args: [] }, { args: ['index.handler', 'more'] }])(
  'refuses the arguments $args with status 142',
  ({ args }) => {
    const { status, stderr } = run({ args });

    expect({ status, stderr }).toEqual({
      status: 142,
      stderr: 'entrypoint requires the handler name to be the first argument',
    });
  },
);

it('gives the wrapper script the whole command of the interpreter', () => {
  const environment = { ...outsideEmulator, AWS_LAMBDA_EXEC_WRAPPER: '/usr/bin/echo' };

  const { stdout } = run({ args: ['index.handler'], environment });

  expect(stdout).toMatch(/^\/var\/lang\/bin\/node .*--max-http-header-size 81920 .*\/var\/runtime\/index\.mjs$/);
});

it.each([
  { wrapper: '/nowhere', status: 127, complaint: '/nowhere: does not exist' },
  { wrapper: '/etc/passwd', status: 126, complaint: '/etc/passwd: is not an executable' },
])('ends with $status for the wrapper script $wrapper', ({ wrapper, status, complaint }) => {
  const environment = { ...outsideEmulator, AWS_LAMBDA_EXEC_WRAPPER: wrapper };

  const ended = run({ args: ['index.handler'], environment });

  expect(ended.status).toBe(status);
  expect(ended.stderr).toContain(complaint);
});
