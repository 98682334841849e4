import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { parameterPath, secret, wantedOf } from '../../../aws-call/wanted.ts';
import { agentSecretBody } from '../../../extensions/secrets/agent-body.ts';
import { aliasesOf } from '../../../extensions/secrets/aliases.ts';
import { secretBody } from '../../../extensions/secrets/aws-body.ts';
import { fieldOf } from '../../../extensions/secrets/json-key.ts';
import { prefetchList } from '../../../extensions/secrets/prefetch-list.ts';
import { route } from '../../../extensions/secrets/routes.ts';
import { readSdkCall } from '../../../extensions/secrets/sdk-calls/read-sdk-call.ts';
import { servedTexts } from '../../../extensions/secrets/served-values.ts';
import { localFileSource } from '../../../extensions/secrets/sources/local-file.ts';
import { hostileJsonText } from '../inputs/hostile-json.ts';
import { hostileText } from '../inputs/hostile-text.ts';
import { mutatedText } from '../inputs/mutate.ts';
import { parser } from '../parser.ts';

const urls = [
  '/secretsmanager/get?secretId=prod%2Fdb&versionStage=AWSPREVIOUS&jsonKey=a.b&format=text',
  '/secretsmanager/batch?secretId=a&secretId=b',
  '/systemsmanager/parameters/get?name=/a/b&label=x&version=3&withDecryption=true',
  '/systemsmanager/parameters/path?path=/a&recursive=true',
  '/v1/prod/db?versionId=1&roleArn=arn:aws:iam::123456789012:role/a',
];
const sdkTargets = [
  'secretsmanager.GetSecretValue',
  'secretsmanager.BatchGetSecretValue',
  'AmazonSSM.GetParameter',
  'AmazonSSM.GetParameters',
  'AmazonSSM.GetParametersByPath',
];
const values = [{ a: { b: 'c', 'd.e': 1e21 }, 'a.b': null, password: 'p' }];
const metrics = { upstream: () => undefined } as never;

export const secretParsers = [
  parser({
    name: 'requests for secrets and parameters',
    inputs: fc.tuple(fc.constantFrom('GET', 'POST', 'PUT'), fc.oneof(mutatedText(urls), hostileText), hostileText),
    start:
      () =>
      ([method, url, accept]) => {
        const routed = route({ method, url, headers: { accept } });
        if (routed.kind === 'read' && wantedOf(routed.wanted.key).key !== routed.wanted.key)
          throw new Error('another key');
      },
  }),
  parser({
    name: 'requests of the AWS SDK for secrets and parameters',
    inputs: fc.tuple(
      fc.oneof(fc.constantFrom(...sdkTargets), mutatedText(sdkTargets)),
      hostileJsonText([
        { SecretId: 'prod/db', VersionId: 'v', VersionStage: 'AWSCURRENT' },
        { SecretIdList: ['a', 'b'], Filters: [{ Key: 'name' }], NextToken: 't' },
        { Name: '/a:3', Names: ['/a', 'arn:aws:ssm:eu-central-1:1:parameter/a:3'], WithDecryption: true },
        { Path: '/a', Recursive: false },
      ]),
    ),
    start:
      () =>
      ([target, body]) =>
        readSdkCall(target, body),
  }),
  parser({
    name: 'jsonKey, and values that are JSON',
    inputs: fc.tuple(hostileJsonText(values), fc.oneof(mutatedText(['a.b', 'a.d.e', '__proto__.a']), hostileText)),
    start() {
      const texts = servedTexts();
      return ([SecretString, jsonKey]) => {
        const body = secretBody({ Name: 'a', ARN: jsonKey, SecretString });
        fieldOf(body, secret('a'), jsonKey);
        aliasesOf(secret('a'), body);
        agentSecretBody(body);
        texts([body]);
      };
    },
  }),
  parser({
    name: 'the local file in place of AWS',
    inputs: fc.oneof(
      hostileJsonText([{ 'prod/db': { user: 'a' }, '/p/a': 'b', '/p/c/d': 1 }]),
      mutatedText(['A="b c"\nexport B=\'d\' # e\n/p=1']),
    ),
    start() {
      const file = join(mkdtempSync(join(tmpdir(), 'proof-')), 'values');
      process.once('exit', () => rmSync(join(file, '..'), { recursive: true, force: true }));
      const { signal } = new AbortController();
      return async (text) => {
        writeFileSync(file, text);
        const source = localFileSource(file, metrics);
        await source.fetchMany(
          [secret('prod/db'), secret('__proto__'), parameterPath('/p', { recursive: true })],
          signal,
        );
      };
    },
  }),
  parser({
    name: 'lists of what to read ahead',
    inputs: fc.array(
      fc.oneof(mutatedText(['prod/db', '/p/a:3', '/p/*', 'arn:aws:ssm:eu-west-1:1:parameter/a']), hostileText),
    ),
    start: () => (names) => prefetchList(names),
  }),
];
