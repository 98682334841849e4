import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { request } from 'undici';
import { describe, expect, it } from 'vitest';
import { SESSION_TOKEN } from '../support/lambda/host-process.ts';
import { isSupervisorBuilt, startSupervised } from '../support/lambda/supervised.ts';
import { answerJson, aSecret, startAwsServer } from '../support/servers/aws-server.ts';

/** Modules of Node.js that take CPU time to load, and that the first read of a secret by HTTP does not need. */
const UNNEEDED = ['fs/promises', 'internal/readline/interface', 'perf_hooks', 'zlib', 'v8', 'module', 'https', 'dns'];

describe.runIf(isSupervisorBuilt)('the first read of a secret', () => {
  it('loads no module of Node.js that it does not need', async () => {
    using node = nodeThatListsModules();
    await using aws = await startAwsServer((_call, response) => answerJson(response, 200, aSecret()));
    await using lambda = await startSupervised({
      modules: [],
      environment: { AWS_ENDPOINT_URL: aws.url, PATH: `${node.folder}:${process.env.PATH}` },
    });

    const { statusCode } = await request(`http://127.0.0.1:${lambda.secretsPort}/secretsmanager/get?secretId=a`, {
      headers: { 'x-aws-parameters-secrets-token': SESSION_TOKEN },
    });

    expect(statusCode).toBe(200);
    const modules = node.modules();
    expect(modules).toContain('crypto');
    expect(modules.filter((name) => UNNEEDED.includes(name))).toEqual([]);
  });
});

/** A `node` for the PATH that writes down, when it has answered a request, which of its own modules are loaded. */
function nodeThatListsModules() {
  const folder = mkdtempSync(join(tmpdir(), 'node-'));
  const [list, preload, node] = ['modules', 'preload.cjs', 'node'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  writeFileSync(
    preload,
    `const { Server } = require('node:http');
     const { writeFileSync } = require('node:fs');
     const { emit } = Server.prototype;
     Server.prototype.emit = function (event, ...args) {
       if (event === 'request') {
         const { end } = args[1];
         args[1].end = function (...rest) {
           writeFileSync(${JSON.stringify(list)}, process.moduleLoadList.join('\\n'));
           return end.apply(this, rest);
         };
       }
       return emit.call(this, event, ...args);
     };`,
  );
  writeFileSync(node, `#!/bin/sh\nexec "${process.execPath}" --require "${preload}" "$@"\n`);
  chmodSync(node, 0o755);
  return {
    folder,
    modules: () =>
      readFileSync(list, 'utf8')
        .split('\n')
        .map((line) => line.replace('NativeModule ', '')),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  };
}
