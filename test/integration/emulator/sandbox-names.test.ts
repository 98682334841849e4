import { describe, expect, it } from 'vitest';
import { setStage } from './stage.ts';

describe('the names of the sandbox', () => {
  it.runIf(process.platform === 'linux' && process.getuid?.() === 0)('can be listened on by an extension', async () => {
    const listens = `#!/usr/bin/env node
require('node:http').createServer().listen(0, 'sandbox.localdomain', function () {
  require('node:dns').lookup('sandbox', (error, address) => console.log('listening on', this.address().address, address));
});`;
    await using stage = await setStage({ extensions: { listens } });
    void stage.emulator.init();

    const line = await stage.emulator.untilLine(({ source }) => source === 'extension');

    expect(line.text).toBe('listening on 127.0.0.1 127.0.0.1');
  });

  it('come with a hint where an extension cannot look them up', async () => {
    await using stage = await setStage({
      extensions: {
        fails: '#!/bin/sh\necho "listen tcp: lookup sandbox.localdomain: no such host"\nexec sleep 1000\n',
      },
    });
    void stage.emulator.init();

    const hint = await stage.emulator.untilLine(({ source }) => source === 'hint');

    expect(hint.text).toContain('127.0.0.1 sandbox sandbox.localdomain');
  });
});
