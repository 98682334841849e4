import type { SubjectMeasurement } from '../comparison.ts';
import { formatDollars, formatInterval, formatNumber, formatSigned } from '../output/format.ts';
import { type Html, html, type Part } from './html.ts';

/** Of each figure that any subject has, a row per subject. */
export function figuresTable(subjects: readonly SubjectMeasurement[]): Html {
  const rows = subjects.flatMap(({ name, measurement }) =>
    (measurement?.figures ?? []).map((figure) => ({ subject: name, ...figure })),
  );
  const titles = [...new Set(rows.map(({ title }) => title))];
  return table(
    ['figure', 'with', 'values', 'P50', '95 % interval', 'P95', 'P99', 'added (P50)', '95 % interval'],
    titles.flatMap((title) =>
      rows
        .filter((row) => row.title === title)
        .map(({ subject, values, unit, quantiles: { p50, p95, p99 }, added }) => [
          title,
          subject,
          values,
          `${formatNumber(p50.value)} ${unit}`,
          formatInterval(p50),
          `${formatNumber(p95.value)} ${unit}`,
          `${formatNumber(p99.value)} ${unit}`,
          added ? `${formatSigned(added.p50.value)} ${unit}` : '',
          added ? formatInterval(added.p50) : '',
        ]),
    ),
  );
}

export function processesTable(subjects: readonly SubjectMeasurement[]): Html {
  return table(
    ['with', 'process', 'CPU, first invocation', 'CPU, warm', 'resident', 'proportional', 'private'],
    subjects.flatMap(({ name, processes }) =>
      processes.map((one) => [
        name,
        one.process,
        `${formatNumber(one.firstCpuMs)} ms`,
        one.cpuMs === undefined ? '' : `${formatNumber(one.cpuMs)} ms`,
        `${formatNumber(one.residentMB)} MB`,
        `${formatNumber(one.proportionalMB)} MB`,
        `${formatNumber(one.privateMB)} MB`,
      ]),
    ),
  );
}

export function costTable(subjects: readonly SubjectMeasurement[]): Html {
  return table(
    ['with', 'a month'],
    subjects.map(({ name, measurement }) => [name, measurement?.usd ? formatDollars(measurement.usd) : 'unknown']),
  );
}

export function phasesTable(subjects: readonly SubjectMeasurement[]): Html {
  return table(
    ['with', 'process', 'phase', 'from', 'to'],
    subjects.flatMap(({ name, phases }) =>
      phases.map((phase) => [
        name,
        phase.of,
        phase.name,
        `${phase.fromMs.toFixed(1)} ms`,
        `${phase.toMs.toFixed(1)} ms`,
      ]),
    ),
  );
}

/** Scrolls by itself on a narrow screen, by the keyboard, too. */
function table(header: readonly string[], rows: readonly (readonly Part[])[]): Html {
  return html`<div class="table" tabindex="0"><table><thead><tr>${header.map((cell) => html`<th scope="col">${cell}</th>`)}</tr></thead>
<tbody>${rows.map(
    (cells) => html`<tr>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>
`,
  )}</tbody></table></div>`;
}
