import { scaleLinear } from 'd3-scale';
import type { Phase } from '../comparison.ts';
import { type Html, html } from './html.ts';
import { round, WIDTH } from './plot-frame.ts';

const ROW = 26;
const TOP = 8;
const AXIS = 34;
const LEFT = 150;

/** One life as bars: what each process did when. */
export function phasesPlot(name: string, phases: readonly Phase[]): Html {
  const processes = [...new Set(phases.map(({ of }) => of))];
  const height = TOP + ROW * processes.length + AXIS;
  const x = scaleLinear([0, Math.max(1, ...phases.map(({ toMs }) => toMs))], [LEFT, WIDTH - 16]).nice(6);
  const bottom = height - AXIS;
  return html`<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="The start and the first invocation with ${name}">
${x.ticks(6).map(
  (value) => html`<g class="tick"><line x1="${round(x(value))}" x2="${round(x(value))}" y1="${TOP}" y2="${bottom}"/>
<text x="${round(x(value))}" y="${bottom + 14}" text-anchor="middle">${value}</text></g>`,
)}
${processes.map((process, row) => html`<text x="${LEFT - 8}" y="${TOP + ROW * row + 17}" text-anchor="end">${shortened(process)}</text>`)}
${phases.map(
  ({ of, name: phase, fromMs, toMs }) =>
    html`<rect class="phase ${phase}" x="${round(x(fromMs))}" y="${TOP + ROW * processes.indexOf(of) + 4}" width="${Math.max(1, round(x(toMs) - x(fromMs)))}" height="${ROW - 8}"><title>${of}, ${phase}: ${fromMs.toFixed(1)} to ${toMs.toFixed(1)} ms</title></rect>`,
)}
<text class="title" x="${WIDTH - 16}" y="${height - 4}" text-anchor="end">ms since the call</text>
</svg>`;
}

function shortened(name: string): string {
  return name.length > 22 ? `${name.slice(0, 21)}…` : name;
}
