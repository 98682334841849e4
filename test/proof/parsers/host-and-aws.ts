import fc from 'fast-check';
import { AwsError } from '../../../aws-call/errors.ts';
import { explainAwsError } from '../../../aws-call/explain-aws-error.ts';
import { settings as appConfigSettings } from '../../../extensions/appconfig/settings.ts';
import { candidates } from '../../../extensions/host/candidates.ts';
import { manifestOf } from '../../../extensions/host/manifest.ts';
import { hostSettings } from '../../../extensions/host/settings.ts';
import { settings as secretsSettings } from '../../../extensions/secrets/settings.ts';
import { frontSettings } from '../../../extensions/telemetry/config/front-settings.ts';
import { destinationTypes } from '../../../extensions/telemetry/exporters/catalog.ts';
import { lambdaSource, sourceSettings } from '../../../extensions/telemetry/items/source.ts';
import { settings as telemetrySettings } from '../../../extensions/telemetry/settings.ts';
import { isLoopbackHost } from '../../../foundation/loopback-host.ts';
import { describeProblem, readSettings, type Settings } from '../../../foundation/settings.ts';
import { decodeContainerCredentials } from '../../../lambda-api/container-credentials.ts';
import { decodeExtensionEvent } from '../../../lambda-api/extensions-api.ts';
import { hostileJson, hostileJsonText } from '../inputs/hostile-json.ts';
import { hostileText } from '../inputs/hostile-text.ts';
import { mutatedText } from '../inputs/mutate.ts';
import { parser } from '../parser.ts';

const ofVendors = (await Promise.all([...destinationTypes.values()].map((load) => load()))).map(
  ({ settings }) => settings,
);
const declarations: readonly Settings[] = [
  ...[hostSettings, appConfigSettings, secretsSettings, telemetrySettings, frontSettings, sourceSettings],
  ...ofVendors,
];
const settingTexts = fc.oneof(
  mutatedText(['300', 'true', 'adaptive', '1h', 'a=b,c=d', 'https://vendor/x', '0.5', 'platform,function', '-1']),
  hostileText,
);
const identity = { name: 'f', version: '1', memoryMb: 128, region: 'eu', instanceId: 'i' };
const variables = Object.values(Object.assign({}, ...declarations) as Settings).map(({ variable }) => variable);

export const hostAndAwsParsers = [
  parser({
    name: 'settings of all extensions and vendors',
    inputs: fc.dictionary(fc.constantFrom(...variables), settingTexts, {
      minKeys: 1,
      maxKeys: 6,
      noNullPrototype: true,
    }),
    start: () => (environment) => {
      for (const settings of declarations) {
        const { problems } = readSettings(settings, environment);
        for (const problem of problems) describeProblem(problem);
      }
      lambdaSource(readSettings(sourceSettings, environment).values, identity);
    },
  }),
  parser({
    name: 'EXTENSIONS_ENABLED, and names of modules',
    inputs: fc.tuple(hostileText, fc.array(hostileText, { maxLength: 5 })),
    start:
      () =>
      ([name, enabled]) => {
        candidates(name, enabled, ['secrets', 'appconfig', 'telemetry']);
        manifestOf([{ name, settings: {}, init: () => ({}) } as never]);
      },
  }),
  parser({
    name: 'events of Lambda and lines of the supervisor',
    inputs: hostileJsonText([
      {
        eventType: 'INVOKE',
        deadlineMs: 1,
        requestId: 'a',
        invokedFunctionArn: 'arn',
        tracing: { type: 'a', value: 'b' },
      },
      { eventType: 'SHUTDOWN', shutdownReason: 'spindown', deadlineMs: 2 },
    ]),
    start: () => decodeExtensionEvent,
    refuses: (error) => error instanceof SyntaxError || error instanceof TypeError,
  }),
  parser({
    name: 'errors of AWS',
    inputs: fc.record({
      status: fc.integer({ min: 100, max: 999 }),
      errorType: fc.option(hostileText, { nil: undefined }),
      body: hostileJsonText([
        { __type: 'com.amazonaws#ThrottlingException:http://a', message: 'slow' },
        { Message: 'no' },
      ]),
      thrown: fc.oneof(
        hostileJson,
        fc.record({ name: hostileText, code: hostileText, $metadata: hostileJson, cause: hostileJson }),
      ),
    }),
    start:
      () =>
      ({ status, errorType, body, thrown }) => {
        explainAwsError(new AwsError({ status, headers: { 'x-amzn-errortype': errorType }, body: Buffer.from(body) }));
        explainAwsError(
          typeof thrown === 'object' && thrown !== null ? Object.assign(new Error('a'), thrown) : new Error('b'),
        );
      },
  }),
  parser({
    name: 'container credentials',
    inputs: fc.record({
      status: fc.constantFrom(200, 404, 500),
      body: hostileJsonText([
        { AccessKeyId: 'AKIA', SecretAccessKey: 'SECRET', Token: 'SECRET', Expiration: '2030-01-01T00:00:00Z' },
      ]),
    }),
    start: () => (answer) => {
      try {
        decodeContainerCredentials(answer);
      } catch (error) {
        if (String(error).includes('SECRET')) throw new TypeError('the error quotes a key');
        throw error;
      }
    },
    refuses: (error) => error instanceof Error && !(error instanceof TypeError),
  }),
  parser({
    name: 'Host headers',
    inputs: fc.oneof(mutatedText(['localhost:2773', '127.0.0.1', '[::1]:80', 'evil.example']), hostileText),
    start: () => (host) => {
      if (isLoopbackHost(host) && /evil/.test(host)) throw new Error('a foreign name passed');
    },
  }),
];
