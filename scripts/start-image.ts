/** Runs the template function with the extensions on AWS's emulator, with a mock of AWS: `npm run start:image`. */
import { whenCalled } from './command.ts';
import { type Compose, compose } from './compose.ts';
import { requireDocker } from './docker.ts';
import { buildMinistack, buildTarget, buildTemplate, chooseBase } from './image.ts';
import { INVOCATIONS, invoke } from './invoke.ts';
import { ministackCalls } from './ministack.ts';

const FUNCTION_PORT = process.env.FUNCTION_PORT || '9000';
const AWS_PORT = process.env.AWS_PORT || '4566';

await whenCalled(import.meta, async () => {
  requireDocker('"npm run start:image" runs the function in Docker');
  chooseBase();
  buildTarget('extended');
  buildMinistack();
  buildTemplate();

  const stopped = new Promise<void>((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
  const services = compose('lambda-node-extended', withoutAws(process.env));
  try {
    await services.run('up', '--detach');
    await show();
    await Promise.race([stopped, follow(services)]);
  } finally {
    await services.run('down', '--timeout', '3');
  }
});

async function show(): Promise<void> {
  const url = `http://localhost:${FUNCTION_PORT}${INVOCATIONS}`;
  const first = await invoke(url);
  const second = await invoke(url);
  const aws = `http://localhost:${AWS_PORT}`;
  const secretCalls = await ministackCalls(aws, 'GetSecretValue');
  const parameterCalls = await ministackCalls(aws, 'GetParameter');
  const calls = secretCalls.length + parameterCalls.length;

  console.log(`
The template function runs on AWS's runtime interface emulator, with the extensions. Two invocations gave

  1st, read from the mock of AWS      ${first}
  2nd, read from memory              ${second}

They read 2 secrets and 2 parameters with ${calls} calls to the mock; memory saved ${4 - calls}. Call it yourself:

  curl ${url} -d '{}'

Its log follows; Ctrl-C ends it and cleans up.
`);
}

async function follow(services: Compose): Promise<void> {
  await services.run('logs', '--follow', '--no-log-prefix', 'function').catch(() => {});
}

/** The developer's own AWS account must not be used in place of the mock. */
function withoutAws(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(environment).filter(([name]) => !name.startsWith('AWS_') || name === 'AWS_PORT');
  return Object.fromEntries(kept);
}
