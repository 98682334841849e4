import { expect, it } from 'vitest';
import { compose } from '../../scripts/compose.ts';
import { INVOCATIONS, invoke } from '../../scripts/invoke.ts';

it('starts the function and a mock of AWS that has what the function reads', async () => {
  const services = compose('lambda-node-extended-test', { ...process.env, FUNCTION_PORT: '0', AWS_PORT: '0' });
  try {
    await services.run('up', '--detach');
    const address = services.output('port', 'function', '8080');

    const answer = JSON.parse(await invoke(`http://${address.replace('0.0.0.0', '127.0.0.1')}${INVOCATIONS}`));

    expect(answer).toMatchObject({
      secret: { id: 'demo/database', fields: ['username', 'password'] },
      parameter: { name: '/demo/greeting', value: 'Hello from Parameter Store' },
    });
  } finally {
    await services.run('down', '--timeout', '3');
  }
});
