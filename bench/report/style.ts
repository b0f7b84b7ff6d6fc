/** The report's style: light and dark, phone and desktop. */
export const STYLE = `
:root {
  --paper: #fbfaf7; --card: #ffffff; --ink: #1d2024; --soft: #666a70; --rule: #e6e2da; --track: #f1eee8;
  --after: #0b8a68; --before: #d0783a; --limit: #9aa0a8; --other: #6c8ebf; --good: #0b8a68; --bad: #c2412d;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #121417; --card: #1a1d21; --ink: #ebe8e2; --soft: #9a9ea6; --rule: #2b2f35; --track: #24282d;
    --after: #3ecfa0; --before: #e39a5f; --limit: #767c85; --other: #84a6da; --good: #3ecfa0; --bad: #f0826f;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--paper); color: var(--ink); color-scheme: light dark;
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
}
main { max-width: 1180px; margin: 0 auto; padding: 48px 20px 80px; }
h1 { font-size: clamp(30px, 5vw, 46px); line-height: 1.1; letter-spacing: -0.02em; margin: 0 0 12px; }
h2 { font-size: 24px; letter-spacing: -0.01em; margin: 64px 0 6px; }
h2.first { font-size: 17px; margin: 34px 0 0; }
h3 { font-size: 16px; margin: 0 0 2px; }
p { margin: 0; max-width: 70ch; }
.soft, .note { color: var(--soft); }
.note { font-size: 14px; margin-bottom: 16px; }
.grid-cards { display: grid; gap: 16px; grid-template-columns: repeat(auto-fill, minmax(min(340px, 100%), 1fr)); margin-top: 18px; }
.card { background: var(--card); border: 1px solid var(--rule); border-radius: 14px; padding: 20px; min-width: 0; }
.tiles { display: grid; gap: 12px; grid-template-columns: repeat(auto-fit, minmax(165px, 1fr)); margin-top: 12px; }
.tile { background: var(--card); border: 1px solid var(--rule); border-radius: 14px; padding: 16px 18px; }
.tile b { display: block; white-space: nowrap; font-size: 25px; line-height: 1.2; letter-spacing: -0.02em; color: var(--after); font-variant-numeric: tabular-nums; }
.tile span { color: var(--soft); font-size: 14px; display: block; }
svg { display: block; width: 100%; height: auto; overflow: visible; }
svg text { fill: var(--ink); font-size: 14.5px; font-variant-numeric: tabular-nums; }
svg .value { fill: var(--soft); } svg .strong { fill: var(--ink); font-weight: 600; }
svg .tick { fill: var(--soft); font-size: 12.5px; }
svg .grid { stroke: var(--rule); stroke-width: 1; } svg .track { fill: var(--track); }
svg .after { fill: var(--after); } svg .before { fill: var(--before); }
svg .limit { fill: var(--limit); } svg .other { fill: var(--other); }
svg .span { stroke: var(--limit); stroke-width: 2; }
svg .line { fill: none; stroke-width: 2.5; stroke-linejoin: round; stroke-linecap: round; }
svg .after-line { stroke: var(--after); } svg .before-line { stroke: var(--before); }
svg .other-line { stroke: var(--other); } svg .limit-line { stroke: var(--limit); }
.legend { display: flex; flex-wrap: wrap; gap: 4px 18px; font-size: 13px; color: var(--soft); margin-top: 10px; padding: 0; list-style: none; }
.legend li::before { content: ""; display: inline-block; width: 10px; height: 10px; border-radius: 5px; margin-right: 7px; background: currentColor; }
.legend .after::before { background: var(--after); } .legend .before::before { background: var(--before); }
.legend .limit::before { background: var(--limit); } .legend .other::before { background: var(--other); }
.wide { overflow-x: auto; margin-top: 16px; border: 1px solid var(--rule); border-radius: 14px; background: var(--card); }
table { border-collapse: collapse; width: 100%; font-size: 13.5px; font-variant-numeric: tabular-nums; }
th, td { padding: 9px 8px; text-align: right; white-space: nowrap; border-top: 1px solid var(--rule); }
thead th { border-top: 0; color: var(--soft); font-weight: 500; vertical-align: bottom; }
th:first-child, td:first-child { text-align: left; }
tbody th { font-weight: 600; } thead th { line-height: 1.35; } :is(td, th) i { font-style: normal; font-weight: 400; color: var(--soft); }
.wrapped :is(th, td) { white-space: normal; }
.met { color: var(--good); font-weight: 600; } .missed { color: var(--bad); font-weight: 600; }
footer { margin-top: 64px; padding-top: 20px; border-top: 1px solid var(--rule); color: var(--soft); font-size: 14px; }
footer { overflow-wrap: anywhere; } footer ul { padding-left: 20px; margin: 8px 0 0; }
@media (max-width: 1160px) {
  .list thead { display: none; } .list :is(table, tbody, th, td) { display: block; }
  .list tr { display: grid; grid-template-columns: repeat(auto-fill, minmax(100px, 1fr)); padding: 6px 0; border-top: 1px solid var(--rule); }
  .list tr:first-child, .list :is(th, td) { border-top: 0; }
  .list :is(th, td:not([data-label])) { grid-column: 1 / -1; } .list :is(th, td) { padding: 4px 14px; text-align: left; }
  .list td[data-label]::before { content: attr(data-label); display: block; color: var(--soft); font-size: 12px; }
}
@media (max-width: 560px) { main { padding: 28px 12px 56px; } .card { padding: 16px; } h2 { margin-top: 48px; } .tiles { grid-template-columns: 1fr 1fr; } .tile { padding: 14px; } .tile b { font-size: 21px; } .wrapped :is(th, td) { font-size: 11px; padding: 7px 3px; } }
@media print { .card, .tile { break-inside: avoid; } }
`;
