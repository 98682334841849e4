import { expect, it } from 'vitest';
import { readSettings } from '../../../foundation/settings.ts';
import { exporterContext, log } from '../../../test/support/builders/exporter-items.ts';
import { destinationTypes } from './catalog.ts';
import type { DestinationType, ExportResponse } from './exporter.ts';

interface Vendor {
  readonly settings: Readonly<Record<string, string>>;
  /** Answers that say that all was taken. */
  readonly promised: readonly Answer[];
  /** Answers of status 200 that do not say so. */
  readonly unpromised: readonly Answer[];
}
type Answer = readonly [status: number, body: string, headers?: ExportResponse['headers']];

const PAGES: readonly Answer[] = [
  [200, '<!DOCTYPE html><title>Sign in</title>'],
  [200, '\n<html lang="en"><body>captive portal</body></html>', { etag: undefined }],
  [200, '\ufeff<HTML>'],
];
const NO_OBJECTS: readonly Answer[] = ['', 'OK', '[]', 'null', '1', '"text"', '{"cut":'].map((body) => [200, body]);
const EMPTY: readonly Answer[] = [
  [200, ''],
  [204, ''],
  [202, '{}'],
];

/** What each vendor's documentation says about its answers. */
const vendors: Readonly<Record<string, Vendor>> = {
  otlp: {
    settings: { endpoint: 'https://collector' },
    promised: [...EMPTY, [200, '{"partialSuccess":{}}', { 'content-type': 'application/json' }]],
    unpromised: PAGES,
  },
  datadog: { settings: { apiKey: 'key' }, promised: [...EMPTY, [202, '{"errors":[]}']], unpromised: PAGES },
  'new-relic': { settings: { licenseKey: 'key' }, promised: [...EMPTY, [202, '{"requestId":"1"}']], unpromised: PAGES },
  'sumo-http': { settings: { url: 'https://sumo/receiver' }, promised: EMPTY, unpromised: PAGES },
  'splunk-hec': {
    settings: { url: 'https://splunk', token: 'token' },
    promised: [[200, '{"text":"Success","code":0}']],
    unpromised: [
      ...PAGES,
      ...NO_OBJECTS,
      [200, '{}'],
      [200, '{"code":null}'],
      [200, '{"code":"0"}'],
      [200, '{"text":"Server is busy","code":9}'],
    ],
  },
  'cloudwatch-logs': {
    settings: { logGroup: 'group' },
    promised: [
      [200, '{}'],
      [200, '{"nextSequenceToken":"1"}'],
      [200, '{"rejectedLogEventsInfo":null}'],
      [200, '{"rejectedLogEventsInfo":{"tooOldLogEventEndIndex":null}}'],
    ],
    unpromised: [
      ...PAGES,
      ...NO_OBJECTS,
      [200, '{"rejectedLogEventsInfo":{"tooOldLogEventEndIndex":"all"}}'],
      [200, '{"rejectedLogEventsInfo":{"tooOldLogEventEndIndex":-1}}'],
      [200, '{"rejectedLogEventsInfo":{"tooNewLogEventStartIndex":9}}'],
    ],
  },
  firehose: {
    settings: { stream: 'stream' },
    promised: [
      [200, '{"FailedPutCount":0,"RequestResponses":[{"RecordId":"1"},{"RecordId":"2"}]}'],
      [200, '{"FailedPutCount":0}'],
    ],
    unpromised: [
      ...PAGES,
      ...NO_OBJECTS,
      [200, '{}'],
      [200, '{"RequestResponses":[]}'],
      [200, '{"FailedPutCount":null}'],
      [200, '{"FailedPutCount":"0"}'],
      [200, '{"FailedPutCount":1}'],
      [200, '{"FailedPutCount":1,"RequestResponses":[{"RecordId":"1"},{"RecordId":"2"}]}'],
      [200, '{"FailedPutCount":1,"RequestResponses":[{"ErrorCode":"a"}]}'],
      [200, '{"FailedPutCount":1,"RequestResponses":[{"ErrorCode":"a"},{"ErrorCode":"a"}]}'],
      [200, '{"FailedPutCount":1,"RequestResponses":{"ErrorCode":"a"}}'],
      [200, '{"FailedPutCount":-1,"RequestResponses":[null,null]}'],
    ],
  },
  kinesis: {
    settings: { stream: 'stream' },
    promised: [[200, '{"FailedRecordCount":0,"Records":[{"ShardId":"1"},{"ShardId":"1"}]}']],
    unpromised: [
      ...PAGES,
      ...NO_OBJECTS,
      [200, '{}'],
      [200, '{"FailedRecordCount":"0"}'],
      [200, '{"FailedRecordCount":1}'],
      [200, '{"FailedRecordCount":1,"Records":[{"ErrorCode":"a"}]}'],
      [200, '{"FailedRecordCount":1,"Records":[{"ErrorCode":"a"},{"ErrorCode":"a"}]}'],
    ],
  },
  loki: { settings: { url: 'https://loki' }, promised: EMPTY, unpromised: PAGES },
  elasticsearch: {
    settings: { url: 'https://elastic' },
    promised: [[200, '{"errors":false,"items":[]}']],
    unpromised: [
      ...PAGES,
      ...NO_OBJECTS,
      [200, '{}'],
      [200, '{"errors":true}'],
      [200, '{"errors":true,"items":[{"create":{"status":400}}]}'],
      [200, '{"errors":null,"items":[{},{}]}'],
    ],
  },
  axiom: { settings: { token: 'token', dataset: 'dataset' }, promised: EMPTY, unpromised: PAGES },
  honeycomb: { settings: { apiKey: 'key' }, promised: EMPTY, unpromised: PAGES },
  dynatrace: { settings: { url: 'https://dynatrace', token: 'token' }, promised: EMPTY, unpromised: PAGES },
  'grafana-cloud': {
    settings: { url: 'https://grafana', instanceId: '1', apiKey: 'key' },
    promised: EMPTY,
    unpromised: PAGES,
  },
  s3: {
    settings: { bucket: 'bucket' },
    promised: [[200, '', { etag: '"1"' }]],
    unpromised: [...PAGES, ...NO_OBJECTS, [200, '{}'], [200, '<?xml version="1.0"?><Error/>'], [200, '', { etag: '' }]],
  },
  // Nobody knows what it answers.
  http: { settings: { url: 'https://vendor' }, promised: [...EMPTY, ...PAGES, ...NO_OBJECTS], unpromised: [] },
};

it('knows the answers of each vendor', () => {
  expect(Object.keys(vendors).toSorted()).toEqual([...destinationTypes.keys()].toSorted());
});

const cases = Object.entries(vendors).flatMap(([name, { settings, promised, unpromised }]) =>
  [
    ...promised.map((answer) => ({ name, settings, answer, kind: 'delivered' })),
    ...unpromised.map((answer) => ({ name, settings, answer, kind: 'retry' })),
  ].map((one) => [one.name, one.answer[0], one.answer[1], one.kind, one] as const),
);

it.each(cases)('%s answers %i %j: %s', async (name, _status, _body, kind, { settings, answer }) => {
  const exporter = await open(name, settings);
  const [status, body, headers = {}] = answer;
  const [request] = exporter.encode([log({ body: 'a' }), log({ body: 'b' })], Date.UTC(2026, 0, 2));
  if (request === undefined) throw new Error('there is no request');

  const verdict = exporter.judge({ status, headers, body: Buffer.from(body) }, request);

  expect(verdict.kind).toBe(kind);
});

async function open(name: string, settings: Readonly<Record<string, string>>) {
  const type: DestinationType | undefined = await destinationTypes.get(name)?.();
  if (type === undefined) throw new Error(`there is no ${name}`);
  const { values } = readSettings(type.settings, {});
  return type.exporter({ ...values, ...settings }, exporterContext);
}
