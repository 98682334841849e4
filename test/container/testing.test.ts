import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tagOf } from '../../scripts/image.ts';
import { LambdaContainer } from '../../testing/index.ts';

const fixture = (name: string) => resolve(import.meta.dirname, '../fixtures/functions', name);

describe('LambdaContainer', () => {
  it('runs a function of this machine on the emulator of the dev image, by AWS’s own runtime client', async () => {
    await using lambda = await new LambdaContainer(tagOf('dev')).withFunction(fixture('answers')).start();

    const answer = await lambda.invoke({ number: 1 });

    expect(answer).toEqual({ status: 200, payload: { answered: { number: 1 } }, functionError: undefined });
    await lambda.line(/^EXTENSION\tName: lambda-node-extended\tState: Ready/);
    await lambda.line(/^REPORT RequestId/);
  });

  it('tells a failed invocation from a good one, as Lambda does', async () => {
    await using lambda = await new LambdaContainer(tagOf('dev')).withFunction(fixture('throws')).start();

    const failed = await lambda.invoke({ now: true });
    const next = await lambda.invoke();

    expect(failed).toMatchObject({
      status: 200,
      functionError: 'Unhandled',
      payload: expect.objectContaining({ errorMessage: 'as told' }),
    });
    expect(next.payload).toBe('fine');
  });

  it('gives the variables of the container to the function, and its time-out to the emulator', async () => {
    await using lambda = await new LambdaContainer(tagOf('dev'))
      .withFunction(fixture('hangs'))
      .withEnvironment({ AWS_LAMBDA_FUNCTION_TIMEOUT: '1' })
      .start();

    const answer = await lambda.invoke({ now: true });

    expect(JSON.stringify(answer.payload)).toContain('Task timed out after 1.00 seconds');
  });

  it('gives NODE_OPTIONS to the function alone, so that a debugger finds the function', async () => {
    const options = '--inspect=0.0.0.0:9229';
    await using lambda = await new LambdaContainer(tagOf('dev'))
      .withFunction(fixture('tells-inspector'))
      .withEnvironment({ NODE_OPTIONS: options })
      .start();

    const answer = await lambda.invoke();

    // The port would be taken if the emulator listened there, too.
    expect(answer.payload).toEqual({ options: `${options} --enable-source-maps`, port: '9229' });
  });

  it('ends with a SHUTDOWN whose reason is Lambda’s, where the emulator of AWS has one of its own', async () => {
    const recorder = resolve(import.meta.dirname, '../fixtures/modules/recorder.cjs');
    await using lambda = await new LambdaContainer(tagOf('dev'))
      .withFunction(fixture('answers'))
      .withCopyFilesToContainer([{ source: recorder, target: '/opt/lambda-node-extended/modules/recorder.cjs' }])
      .start();
    await lambda.invoke();

    await lambda.stopGracefully();

    expect(await lambda.line(/shutdown spindown/)).toBe('[lambda-node-extended] shutdown spindown');
  });

  it('runs the same on AWS’s emulator', async () => {
    await using lambda = await new LambdaContainer(tagOf('extended')).withFunction(fixture('answers')).start();

    expect(await lambda.invoke({ a: 1 })).toMatchObject({ status: 200, payload: { answered: { a: 1 } } });
  });
});
