/** The frame of the page; its script fills it. */
export const DOCUMENT = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Local Lambda</title><link rel="stylesheet" href="page.css"></head>
<body><main>
<header><h1>Local Lambda</h1><span id="connection" role="status"></span>
<label class="file">Open a run <input id="open" type="file" accept="application/json"></label>
<button id="save">Save the run</button><button id="copy">Copy as test</button></header>
<section aria-label="Environments"><div id="environments"></div></section>
<section aria-label="Do"><div class="columns">
<form id="invoke"><label>Event <textarea id="event" rows="6" spellcheck="false">{}</textarea></label>
<label>Sample <select id="sample"><option value="">none</option></select></label>
<button>Invoke</button><label>Answer <output id="answer"></output></label></form>
<form id="faults"><label>Delay telemetry, ms <input id="delay" type="number" min="0" value="0"></label>
<label>Deliveries that fail <input id="fail" type="number" min="0" value="0"></label>
<label>Extension that registers late <input id="late" placeholder="name"></label><label>by ms <input id="lateBy" type="number" min="0" value="0"></label><button>Set the faults</button></form>
</div></section>
<section aria-label="Processes"><h2>Processes</h2><table><thead><tr><th>environment</th><th>process</th><th>CPU, ms</th><th>resident, MB</th><th>private, MB</th><th></th></tr></thead><tbody id="processes"></tbody></table>
<details><summary>Counters of the extensions</summary><pre id="metrics">They come once the Node.js of the extensions runs in an invocation.</pre></details></section>
<section aria-label="Invocations"><h2>Invocations</h2><div id="invocations" tabindex="0"></div></section>
<section aria-label="Stream"><h2>Telemetry</h2><p class="row"><label>Show <select id="kind"><option value="">everything</option><option>function</option><option>extension</option><option>platform</option><option>hint</option></select></label>
<label>Search <input id="search" type="search"></label><span id="count" role="status"></span></p>
<div id="stream" tabindex="0"><div id="space"></div><ol id="rows"></ol></div></section>
</main><script type="module" src="page.js"></script></body></html>
`;

export const STYLE = `
:root { color-scheme: light dark; --text: #1d2129; --soft: #5a6270; --back: #fff; --rule: #d9dde3; --mark: #0072b2; --warm: #d55e00; --good: #00775a; }
@media (prefers-color-scheme: dark) { :root { --text: #e6e8eb; --soft: #a4abb6; --back: #15181d; --rule: #363c45; --mark: #4ea8de; --warm: #ff8c42; --good: #34c796; } }
* { box-sizing: border-box; } body { margin: 0; font: 14px/1.45 system-ui, sans-serif; color: var(--text); background: var(--back); }
main { max-width: 76rem; margin: 0 auto; padding: 1rem; } h1 { font-size: 1.2rem; margin: 0; } h2 { font-size: 1rem; margin: 1rem 0 .25rem; }
header, .row { display: flex; flex-wrap: wrap; align-items: center; gap: .75rem; } #connection { color: var(--soft); margin-right: auto; }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(18rem, 1fr)); gap: 1rem; margin-top: 1rem; }
form { display: grid; gap: .5rem; align-content: start; } form button { justify-self: start; } #faults label { display: grid; grid-template-columns: 12rem 8rem; }
.environment { display: flex; flex-wrap: wrap; align-items: center; gap: .5rem; margin-top: .5rem; } .environment strong { min-width: 8rem; }
.phase { border: 1px solid var(--mark); border-radius: 1rem; padding: 0 .6rem; min-width: 6rem; text-align: center; } .phase.frozen { border-style: dashed; color: var(--soft); }
textarea, output { width: 100%; display: block; font: 12px/1.4 ui-monospace, monospace; } output { white-space: pre-wrap; overflow-wrap: anywhere; min-height: 1.4em; max-height: 10rem; overflow: auto; border: 1px solid var(--rule); padding: .25rem; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; } th, td { text-align: right; padding: .15rem .5rem; border-bottom: 1px solid var(--rule); } th:nth-child(-n+2), td:nth-child(-n+2) { text-align: left; }
#invocations { max-height: 16rem; overflow: auto; } .invocation { display: grid; grid-template-columns: 9rem 1fr; gap: .5rem; border-bottom: 1px solid var(--rule); padding: .25rem 0; }
.bars { position: relative; } .bar { position: absolute; height: 12px; min-width: 2px; background: var(--warm); } .bar.init { background: var(--mark); } .bar-name { position: absolute; left: 0; font-size: 11px; color: var(--soft); }
#stream { height: 24rem; overflow: auto; position: relative; border: 1px solid var(--rule); } #rows { position: absolute; top: 0; left: 0; right: 0; margin: 0; padding: 0; list-style: none; }
#rows li { height: 20px; line-height: 20px; white-space: pre; overflow: hidden; text-overflow: ellipsis; font: 12px/20px ui-monospace, monospace; padding: 0 .5rem; } #rows .platform { color: var(--mark); } #rows .extension { color: var(--good); } #rows .hint { color: var(--warm); }
pre { overflow: auto; max-height: 16rem; } button, input, select, textarea { font: inherit; } :focus-visible { outline: 2px solid var(--mark); outline-offset: 1px; }
`;
