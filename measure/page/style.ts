import { Html } from './html.ts';

/** Colours that are told apart by people with any colour vision (Okabe and Ito), lighter on a dark page. */
export const STYLE = new Html(`
:root { color-scheme: light dark; --text: #1d2129; --soft: #5a6270; --back: #fff; --rule: #d9dde3;
  --c0: #0072b2; --c1: #d55e00; --c2: #009e73; --c3: #cc79a7; --c4: #7a6400; --c5: #56b4e9; }
@media (prefers-color-scheme: dark) { :root { --text: #e6e8eb; --soft: #a4abb6; --back: #15181d; --rule: #363c45;
  --c0: #4ea8de; --c1: #ff8c42; --c2: #34c796; --c3: #e39ac2; --c4: #e0c341; --c5: #8fd0f5; } }
body { margin: 0 auto; max-width: 60rem; padding: 1rem; font: 16px/1.5 system-ui, sans-serif; color: var(--text); background: var(--back); }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
p, li { max-width: 45rem; } .soft { color: var(--soft); }
svg { width: 100%; height: auto; max-width: 45rem; display: block; }
svg text { font: 11px system-ui, sans-serif; fill: var(--text); } svg .title { fill: var(--soft); }
.tick line { stroke: var(--rule); }
.line { fill: none; stroke-width: 2; }
.s0 { stroke: var(--c0); } .s1 { stroke: var(--c1); stroke-dasharray: 7 3; } .s2 { stroke: var(--c2); stroke-dasharray: 2 3; }
.s3 { stroke: var(--c3); stroke-dasharray: 9 3 2 3; } .s4 { stroke: var(--c4); stroke-dasharray: 4 2; } .s5 { stroke: var(--c5); stroke-dasharray: 1 2; }
.phase.init { fill: var(--c0); } .phase.invoke { fill: var(--c1); }
.legend { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: .25rem 1rem; }
.legend svg { display: inline-block; width: 24px; height: 8px; vertical-align: middle; }
.table { overflow-x: auto; margin: .75rem 0; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .875rem; }
th, td { padding: .25rem .75rem .25rem 0; text-align: right; white-space: nowrap; border-bottom: 1px solid var(--rule); }
th:nth-child(-n+2), td:nth-child(-n+2) { text-align: left; }
summary { cursor: pointer; }
`);
