import type { Comparison, SubjectMeasurement } from '../comparison.ts';
import { FIGURES, type Figure, seriesOf } from '../figures/figures.ts';
import { median } from '../statistics/quantile.ts';
import { inWords } from '../words.ts';
import { distributionPlot } from './distribution-plot.ts';
import { type Html, html } from './html.ts';
import { linePlot } from './line-plot.ts';
import { phasesPlot } from './phases-plot.ts';
import { STYLE } from './style.ts';
import { costTable, figuresTable, phasesTable, processesTable } from './tables.ts';

/** The comparison as one page that needs nothing else: no script, no network. */
export function toPage(comparison: Comparison): string {
  const { subjects, conditions } = comparison;
  const sentences = inWords(comparison);
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>What the function takes and costs</title><style>${STYLE}</style></head><body><main>
<h1>What the function takes and costs</h1>
<p class="soft">${describeConditions(conditions)}</p>
${sentences.length > 0 ? html`<ul>${sentences.map((sentence) => html`<li>${sentence}</li>`)}</ul>` : undefined}
${subjects.flatMap(({ name, failures }) => failures.map((failure) => html`<p><strong>${name}:</strong> ${failure}</p>`))}
${DISTRIBUTIONS.map((name) => distributionSection(name, subjects))}
<h2>All figures</h2>${figuresTable(subjects)}
${phasesSection(subjects)}
${memorySection(subjects)}
${subjects.some(({ processes }) => processes.length > 0) ? html`<h2>Processes</h2>${processesTable(subjects)}` : undefined}
${costSection(subjects)}
</main></body></html>
`.text;
}

const DISTRIBUTIONS = ['first-answer', 'cold-start', 'restore', 'answer', 'duration'];

function describeConditions(conditions: Comparison['conditions']): string {
  const { by, machine, memoryMB, cpuLimitedBy, memoryLimitedBy, rounds, warmInvocations, endedBecause } = conditions;
  if (rounds === 0) return `${by}.`;
  return `Run by ${by}, on ${machine}, with ${memoryMB} MB: ${rounds} rounds of 1 + ${warmInvocations} invocations, until ${endedBecause}. CPU is limited by ${cpuLimitedBy}; memory by ${memoryLimitedBy}.`;
}

function distributionSection(name: string, subjects: readonly SubjectMeasurement[]): Html | undefined {
  const figure = FIGURES.find((one) => one.name === name) as Figure;
  const distributions = subjects.map((subject) => ({ name: subject.name, values: seriesOf(figure, subject.reports) }));
  if (distributions.every(({ values }) => values.length === 0)) return undefined;
  return html`<h2>${figure.title}</h2>${distributionPlot(figure.title, figure.unit, distributions)}`;
}

function phasesSection(subjects: readonly SubjectMeasurement[]): Html | undefined {
  const shown = subjects.filter(({ phases }) => phases.length > 0);
  if (shown.length === 0) return undefined;
  return html`<h2>The start and the first invocation</h2>
<p>One start of each. Blue: init, until the process asks for its first event. Orange: the invocation, until it asks for the next one.</p>
${shown.map(({ name, phases }) => html`<h3>${name}</h3>${phasesPlot(name, phases)}`)}
<details><summary>As a table</summary>${phasesTable(shown)}</details>`;
}

/** Of each invocation of a life, the median of all lives. */
function memorySection(subjects: readonly SubjectMeasurement[]): Html | undefined {
  const series = subjects.map(({ name, reports }) => {
    const rounds = new Set(reports.map(({ observed }) => observed?.round));
    // Not by Map.groupBy, which Node.js 20 lacks.
    const lives = [...rounds].map((round) =>
      reports.flatMap(({ observed }) => (observed?.round === round ? [observed?.privateMB] : [])),
    );
    const length = Math.max(0, ...lives.map((life) => life.length));
    const points = Array.from({ length }, (_, at): [number, number] => [
      at + 1,
      median(lives.map((life) => life[at]).filter((value) => value !== undefined)),
    ]).filter(([, value]) => Number.isFinite(value));
    return { name, points };
  });
  if (series.every(({ points }) => points.length < 2)) return undefined;
  return html`<h2>Memory over time</h2>
${linePlot({ label: 'Private memory of all processes by invocation', xTitle: 'invocation', yTitle: 'MB', series })}`;
}

function costSection(subjects: readonly SubjectMeasurement[]): Html | undefined {
  const traffic = subjects.find(({ measurement }) => measurement?.usd)?.measurement?.traffic;
  if (!traffic) return undefined;
  const cold =
    traffic.coldShare === undefined ? '' : `, ${Number((traffic.coldShare * 100).toFixed(3))} % of them cold starts`;
  return html`<h2>Cost</h2>
<p>Lambda's bill for ${traffic.invocationsPerMonth.toLocaleString('en')} invocations a month on ${traffic.architecture}${cold}. Init is in it, free tier and discounts are not.</p>
${costTable(subjects)}`;
}
