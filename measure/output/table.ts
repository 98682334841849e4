import type { Comparison, ProcessSummary, SubjectMeasurement } from '../comparison.ts';
import type { SeriesSummary } from '../figures/summary.ts';
import type { Measurement } from '../measurement.ts';
import { inWords } from '../words.ts';
import { align } from './align.ts';
import { formatDollars, formatInterval, formatNumber, formatSigned } from './format.ts';

/** Subjects below each other, what they say in words, and what they hold for. */
export function comparisonToTable(comparison: Comparison): string {
  const { subjects, conditions } = comparison;
  return [
    ...subjects.map((subject) => [`== ${subject.name}`, ...subjectLines(subject)].join('\n')),
    ...inWords(comparison),
    '',
    `Run by ${conditions.by}, on ${conditions.machine}. ${conditions.rounds} rounds of 1 + ${conditions.warmInvocations} invocations, until ${conditions.endedBecause}.`,
    `CPU is limited by ${conditions.cpuLimitedBy}; memory by ${conditions.memoryLimitedBy}.`,
  ].join('\n');
}

function subjectLines({ measurement, processes, failures }: SubjectMeasurement): string[] {
  return [
    ...(measurement ? [toTable(measurement), ''] : ['No invocation ended.', '']),
    ...(processes.length === 0 ? [] : [processTable(processes), '']),
    ...failures.map((failure) => `${failure}\n`),
  ];
}

function processTable(processes: readonly ProcessSummary[]): string {
  const header = ['process', 'CPU, first', 'CPU, warm', 'resident', 'proportional', 'private'];
  return align([
    header,
    ...processes.map((one) => [
      one.process,
      `${formatNumber(one.firstCpuMs)} ms`,
      one.cpuMs === undefined ? '' : `${formatNumber(one.cpuMs)} ms`,
      `${formatNumber(one.residentMB)} MB`,
      `${formatNumber(one.proportionalMB)} MB`,
      `${formatNumber(one.privateMB)} MB`,
    ]),
  ]);
}

/** The measurement for a terminal. */
export function toTable(measurement: Measurement): string {
  const { invocations, invocationsBefore, figures } = measurement;
  const isCompared = invocationsBefore !== undefined;
  const header = [
    '',
    'values',
    'P50',
    '95 % interval',
    'P95',
    'P99',
    ...(isCompared ? ['added (P50)', '95 % interval'] : []),
  ];
  const of = isCompared ? `, compared with ${invocationsBefore}` : '';
  return [
    `${invocations} invocations${of}: ${describe(measurement.outcomes)}`,
    '',
    align([header, ...figures.map((figure) => row(figure, isCompared))]),
    '',
    ...costLines(measurement),
  ].join('\n');
}

function describe(outcomes: Measurement['outcomes']): string {
  return Object.entries(outcomes)
    .map(([status, count]) => `${count} ${status}`)
    .join(', ');
}

function row({ title, unit, values, quantiles, added }: SeriesSummary, isCompared: boolean): string[] {
  const { p50, p95, p99 } = quantiles;
  const figure = (value: number) => `${formatNumber(value)} ${unit}`;
  const cells = [title, String(values), figure(p50.value), formatInterval(p50), figure(p95.value), figure(p99.value)];
  if (!isCompared) return cells;
  return added ? [...cells, `${formatSigned(added.p50.value)} ${unit}`, formatInterval(added.p50)] : [...cells, '', ''];
}

function costLines({ usd, usdBefore, traffic }: Measurement): string[] {
  if (!usd) return [];
  const { invocationsPerMonth, architecture } = traffic;
  const now = `Lambda bills ${formatDollars(usd)} for ${invocationsPerMonth.toLocaleString('en')} invocations a month on ${architecture}`;
  const before = usdBefore ? `; before, ${formatDollars(usdBefore)}` : '';
  return [`${now}${before}. Init is in it, free tier and discounts are not.`];
}
