import { execFileSync } from 'node:child_process';
import { chmodSync, rmdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SLEEPS, setStage } from './stage.ts';

describe('a client context', () => {
  it('of any characters, also spread over lines, reaches the function as it was sent', async () => {
    await using stage = await setStage({
      handler: 'export const handler = (_event, context) => context.clientContext',
    });
    const contexts = fc.record({
      context: fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue({ stringUnit: 'grapheme' })),
      indent: fc.constantFrom(undefined, 2, '\t'),
      ending: fc.constantFrom('', '\n', '\r\n'),
    });

    await fc.assert(
      fc.asyncProperty(contexts, async ({ context, indent, ending }) => {
        const text = JSON.stringify(context, null, indent) + ending;
        const encoded = Buffer.from(text).toString('base64');

        const response = await fetch(stage.emulator.invokeUrl, {
          method: 'POST',
          headers: { 'x-amz-client-context': encoded },
          body: '{}',
        });

        expect(await response.text()).toBe(JSON.stringify(context));
      }),
      { numRuns: 50 },
    );
  });

  it.each([['no JSON'], ['\u0000\u0001\u0085\u2028\r\n'], ['𝄞\udfff'], ['1'], ['null'], ['']])(
    'that is no JSON object (%j) gets Lambda’s error, and the environment goes on',
    async (text) => {
      await using stage = await setStage({ handler: 'export const handler = () => 1' });

      const response = await fetch(stage.emulator.invokeUrl, {
        method: 'POST',
        headers: { 'x-amz-client-context': Buffer.from(text).toString('base64') },
        body: '{}',
      });

      expect([response.status, response.headers.get('x-amzn-errortype')]).toEqual([
        400,
        'InvalidRequestContentException',
      ]);
      expect(await response.json()).toMatchObject({
        message: 'Client context must be a valid Base64-encoded JSON object.',
      });
      expect((await stage.emulator.invoke()).payload).toBe('1');
    },
  );
});

describe('names outside of ASCII', () => {
  it('are names of extensions, in the bytes of UTF-8 that a header carries', async () => {
    await using stage = await setStage({ extensions: { größe: SLEEPS } });
    const init = stage.emulator.init();
    const identifier = await stage.register(Buffer.from('größe').toString('latin1'));
    void stage.extensionNext(identifier);
    void stage.runtimeNext();
    await init;

    expect(stage.emulator.phase).toBe('idle');
  });
});

const OTHER_MACHINE = process.arch === 'x64' ? 183 : 62;
const otherProgram = () => {
  const head = Buffer.alloc(128);
  head.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  head.writeUInt16LE(2, 16);
  head.writeUInt16LE(OTHER_MACHINE, 18);
  return head;
};

describe.runIf(process.platform === 'linux')('an entry of the extensions directory that cannot be started', () => {
  const script =
    (text: string, mode = 0o755) =>
    (path: string) => {
      writeFileSync(path, text);
      chmodSync(path, mode);
    };
  it.each<[string, (path: string) => unknown, errorType: string, errno: string, hint: string]>([
    ['a dangling link', (path) => symlinkSync('nowhere', path), 'UnknownError', 'no such file or directory', 'nowhere'],
    [
      'a link to a folder',
      (path) => symlinkSync('/tmp', path),
      'PermissionDenied',
      'permission denied',
      'regular file',
    ],
    ['a fifo', (path) => execFileSync('mkfifo', [path]), 'PermissionDenied', 'permission denied', 'regular file'],
    ['a file without the right', script(SLEEPS, 0o644), 'PermissionDenied', 'permission denied', 'chmod +x'],
    ['DOS line endings', script('#!/bin/sh\r\n'), 'UnknownError', 'no such file or directory', 'carriage return'],
    ['a missing interpreter', script('#!/no/sh\n'), 'UnknownError', 'no such file or directory', '"/no/sh"'],
    ['no first line', script('exit 0\n'), 'UnknownError', 'exec format error', 'names its interpreter'],
    [
      'a program of another architecture',
      (path) => writeFileSync(path, otherProgram(), { mode: 0o755 }),
      'UnknownError',
      'exec format error',
      'is a program for',
    ],
  ])('%s: is told in the words of Lambda, with a hint, and both the call and the shutdown end', async (...row) => {
    const [, make, errorType, errno, hint] = row;
    await using stage = await setStage({ handler: 'export const handler = () => 1' });
    make(join(stage.folder, 'opt/extensions/mine'));

    const result = await stage.emulator.invoke();

    expect(result.json()).toMatchObject({
      errorType: 'Extension.LaunchError',
      errorMessage: expect.stringMatching(new RegExp(`Error: fork/exec .*/extensions/mine: ${errno}$`)),
    });
    const { record } = await stage.emulator.telemetry.waitFor(({ type }) => type === 'platform.extension');
    expect(record).toMatchObject({ name: 'mine', state: 'LaunchError', errorType });
    expect(stage.emulator.lines).toContainEqual({ source: 'hint', text: expect.stringContaining(hint) });
    await stage.emulator.close();
  });

  it('a socket: fails the call', async () => {
    await using stage = await setStage({ handler: 'export const handler = () => 1' });
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(join(stage.folder, 'opt/extensions/mine'), resolve));

    expect((await stage.emulator.invoke()).json()).toMatchObject({ errorType: 'Extension.LaunchError' });
    await new Promise((resolve) => server.close(resolve));
  });
});

describe('a file in place of the extensions directory', () => {
  it('is no extension, and the function runs', async () => {
    await using stage = await setStage({ handler: 'export const handler = () => 1' });
    const extensions = join(stage.folder, 'opt/extensions');
    rmdirSync(extensions);
    writeFileSync(extensions, 'no directory');

    expect((await stage.emulator.invoke()).payload).toBe('1');
  });
});

describe('AWS_LAMBDA_EXEC_WRAPPER', () => {
  it('that is a folder ends the runtime as the bootstrap does', async () => {
    await using stage = await setStage({
      handler: 'export const handler = () => 1',
      environment: { AWS_LAMBDA_EXEC_WRAPPER: '/tmp' },
    });

    const result = await stage.emulator.invoke();

    expect(result.json()).toMatchObject({
      errorType: 'Runtime.ExitError',
      errorMessage: expect.stringContaining('127'),
    });
    expect(stage.emulator.lines).toContainEqual({ source: 'function', text: '/tmp: does not exist' });
  });
});

describe('a runtime that cannot be started', () => {
  it.each([
    ['is not in the PATH', ['no-such-program'], 'exec: "no-such-program": executable file not found in $PATH'],
    ['is a folder', ['/tmp'], 'fork/exec /tmp: permission denied'],
  ])('%s: fails the call with its reason', async (_what, runtimeCommand, reason) => {
    await using stage = await setStage({ runtimeCommand });

    const result = await stage.emulator.invoke();

    expect(result.json()).toEqual({
      errorType: 'Runtime.InvalidEntrypoint',
      errorMessage: `RequestId: ${result.requestId} Error: ${reason}`,
    });
  });

  it('because its variables are too long: fails the call', async () => {
    await using stage = await setStage({
      runtimeCommand: ['/bin/sh'],
      environment: () => ({ LONG: 'x'.repeat(3_000_000) }),
    });

    const result = await stage.emulator.invoke();

    expect(result.json()).toMatchObject({ errorMessage: expect.stringContaining('argument list too long') });
  });
});
