import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { decodeExtensionEvent } from '../../../lambda-api/extensions-api.ts';
import { setStage } from './stage.ts';

const fixture = (name: string) => fileURLToPath(new URL(`../../fixtures/emulator/${name}`, import.meta.url));
const source = (name: string) => readFileSync(fixture(name), 'utf8');

describe('extensions in other languages', () => {
  it('run unmodified: bash with curl, and Python with its standard library, side by side', async () => {
    await using stage = await setStage({
      handler: 'export const handler = () => { console.log("hello"); return 1; }',
      extensions: { 'extension.sh': source('extension.sh'), 'extension.py': source('extension.py') },
      timeoutMs: 20_000,
      initLimitMs: 30_000,
    });

    const first = await stage.emulator.invoke();
    await stage.emulator.untilPhase('idle');
    const second = await stage.emulator.invoke();
    await stage.emulator.untilPhase('idle');
    await stage.emulator.shutdown();

    const texts = stage.emulator.lines.map(({ text }) => text);
    for (const language of ['bash', 'python']) {
      const events = texts.filter((text) => text.startsWith(`${language} saw `));
      const decoded = events.map((text) => decodeExtensionEvent(text.slice(`${language} saw `.length)));
      expect(decoded).toMatchObject([
        { eventType: 'INVOKE', requestId: first.requestId },
        { eventType: 'INVOKE', requestId: second.requestId },
        { eventType: 'SHUTDOWN', shutdownReason: 'spindown' },
      ]);
    }
    const received = texts.filter((text) => text.startsWith('python got ')).join(',');
    for (const type of [
      'platform.initStart',
      'platform.start',
      'function',
      'platform.runtimeDone',
      'platform.report',
    ]) {
      expect(received).toContain(type);
    }
  });
});

describe('runtimes in other languages', () => {
  it('take the place of ours: a bootstrap in Python', async () => {
    await using stage = await setStage({
      runtimeCommand: [fixture('bootstrap.py')],
      handlerName: 'app.main',
      timeoutMs: 20_000,
    });

    expect((await stage.emulator.invoke({ a: 1 })).json()).toEqual({ python: { a: 1 } });
    await stage.emulator.untilLine(({ text }) => text === 'python runs app.main');
  });
});
