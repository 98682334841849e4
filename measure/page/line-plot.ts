import { scaleLinear } from 'd3-scale';
import { curveLinear, curveStepAfter, line } from 'd3-shape';
import { type Html, html } from './html.ts';
import { HEIGHT, MARGIN, plotFrame, round, WIDTH } from './plot-frame.ts';

export interface Series {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

export interface LinePlot {
  readonly label: string;
  readonly xTitle: string;
  readonly yTitle: string;
  readonly series: readonly Series[];
  /** Whether the lines are steps. Default: straight from point to point. */
  readonly isStepped?: boolean;
  /** Default: from 0 to the largest value. */
  readonly xDomain?: readonly [number, number];
  readonly yDomain?: readonly [number, number];
  formatY?(value: number): string;
}

/** Lines with a legend; each has its own colour and its own dashes. */
export function linePlot({ series, isStepped, formatY, ...plot }: LinePlot): Html {
  const points = series.flatMap((one) => one.points);
  const x = scaleLinear(
    [...(plot.xDomain ?? domain(points.map(([value]) => value)))],
    [MARGIN.left, WIDTH - MARGIN.right],
  ).nice(6);
  const y = scaleLinear(
    [...(plot.yDomain ?? domain(points.map(([, value]) => value)))],
    [HEIGHT - MARGIN.bottom, MARGIN.top],
  ).nice(4);
  const path = line<readonly [number, number]>()
    .x((point) => round(x(point[0])))
    .y((point) => round(y(point[1])))
    .curve(isStepped ? curveStepAfter : curveLinear);
  const lines = series.map(
    (one, at) =>
      html`<path class="line s${at % COLOURS}" d="${path([...one.points]) ?? ''}"><title>${one.name}</title></path>`,
  );
  return html`${plotFrame({ ...plot, x, y, ...(formatY && { formatY }) }, lines)}
${legend(series.map(({ name }) => name))}`;
}

export function legend(names: readonly string[]): Html {
  return html`<ul class="legend">${names.map(
    (name, at) =>
      html`<li><svg viewBox="0 0 24 8" aria-hidden="true"><path class="line s${at % COLOURS}" d="M0 4H24"/></svg> ${name}</li>`,
  )}</ul>`;
}

function domain(values: readonly number[]): [number, number] {
  return [0, Math.max(...values, 1e-9)];
}

const COLOURS = 6;
