import type { ScaleLinear } from 'd3-scale';
import { type Html, html, type Part } from './html.ts';

export const WIDTH = 640;
export const HEIGHT = 270;
export const MARGIN = { top: 26, right: 16, bottom: 36, left: 52 } as const;

export interface Frame {
  /** What a reader who sees no plot is told. */
  readonly label: string;
  readonly x: ScaleLinear<number, number>;
  readonly xTitle: string;
  readonly y: ScaleLinear<number, number>;
  readonly yTitle: string;
  formatX?(value: number): string;
  formatY?(value: number): string;
}

/** Axes with ticks, and what is drawn between them. */
export function plotFrame(
  { label, x, xTitle, y, yTitle, formatX = String, formatY = String }: Frame,
  content: Part,
): Html {
  const bottom = HEIGHT - MARGIN.bottom;
  const right = WIDTH - MARGIN.right;
  return html`<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${label}">
${y.ticks(4).map(
  (
    value,
  ) => html`<g class="tick"><line x1="${MARGIN.left}" x2="${right}" y1="${round(y(value))}" y2="${round(y(value))}"/>
<text x="${MARGIN.left - 6}" y="${round(y(value)) + 4}" text-anchor="end">${formatY(value)}</text></g>`,
)}
${x.ticks(6).map(
  (
    value,
  ) => html`<g class="tick"><line x1="${round(x(value))}" x2="${round(x(value))}" y1="${bottom}" y2="${bottom + 4}"/>
<text x="${round(x(value))}" y="${bottom + 16}" text-anchor="middle">${formatX(value)}</text></g>`,
)}
<text class="title" x="${right}" y="${HEIGHT - 4}" text-anchor="end">${xTitle}</text>
<text class="title" x="${MARGIN.left}" y="${MARGIN.top - 12}">${yTitle}</text>
${content}
</svg>`;
}

export function round(value: number): number {
  return Math.round(value * 10) / 10;
}
