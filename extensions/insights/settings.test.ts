import { describe, expect, it } from 'vitest';
import { readSettings } from '../../foundation/settings.ts';
import { settings } from './settings.ts';

const read = (environment: Record<string, string>) => readSettings(settings, environment);

describe('LAMBDA_INSIGHTS', () => {
  it.each([
    ['cloudwatch', ['cloudwatch']],
    [' EMF , Otlp ', ['emf', 'otlp']],
    ['emf,emf', ['emf']],
    ['false', []],
    ['', []],
  ])('%j names %j', (value, outputs) => {
    const { values, problems } = read({ LAMBDA_INSIGHTS: value });

    expect([values.outputs, problems]).toEqual([outputs, []]);
  });

  it.each([
    ['cloudwatch,datadog', ['cloudwatch'], 'Using cloudwatch.'],
    ['true', [], 'Using none.'],
  ])('%j has a word that is reported, and %j counts', (value, outputs, message) => {
    const { values, problems } = read({ LAMBDA_INSIGHTS: value });

    expect(values.outputs).toEqual(outputs);
    expect(problems).toEqual([{ variable: 'LAMBDA_INSIGHTS', value, message: expect.stringContaining(message) }]);
  });
});

it.each(['LambdaInsights', 'AWS/Lambda', 'a b', 'x'.repeat(256)])(
  'INSIGHTS_EMF_NAMESPACE refuses %j, which CloudWatch refuses or where metrics would be mixed up',
  (namespace) => {
    const { values, problems } = read({ INSIGHTS_EMF_NAMESPACE: namespace });

    expect(values.emfNamespace).toBe('LambdaNodeExtended/Insights');
    expect(problems).toHaveLength(1);
  },
);

it.each([
  ['off', 'off'],
  ['error', 'error'],
  ['warn', 'warn'],
  ['info', 'info'],
  ['INFO', 'info'],
  ['debug', 'debug'],
  ['trace', 'debug'],
])('LAMBDA_INSIGHTS_LOG_LEVEL takes %s, as AWS’s agent does', (word, level) => {
  const { values, problems } = read({ LAMBDA_INSIGHTS_LOG_LEVEL: word });

  expect([values.logLevel, problems]).toEqual([level, []]);
});
