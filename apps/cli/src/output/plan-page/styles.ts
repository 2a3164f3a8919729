/**
 * The styles of the page, for light and dark windows, narrow ones and paper. All pairs of colors have a contrast of at least
 * 4.5:1 (WCAG 2.2, 1.4.3).
 */
export const STYLES = `
:root { color-scheme: light dark;
  --page: #f5f6f8; --card: #fff; --text: #1c2330; --soft: #566074; --line: #d9dde5; --code: #f0f2f5;
  --create: #16703c; --update: #8a5300; --replace: #7a35a8; --remove: #b3261e; --quiet: #566074;
  --create-bg: #e6f4ea; --update-bg: #fdf1dc; --replace-bg: #f3e8fa; --remove-bg: #fce8e6; --quiet-bg: #eceff4;
  --network: #2563b0; --volume: #0f766e; --node: #6b7280; }
@media (prefers-color-scheme: dark) { :root {
  --page: #12161d; --card: #1b212b; --text: #e6e9ef; --soft: #a5aebd; --line: #343d4b; --code: #262e3a;
  --create: #6fd08c; --update: #f0b95b; --replace: #cf9bf2; --remove: #ff9a8f; --quiet: #a5aebd;
  --create-bg: #163322; --update-bg: #382a10; --replace-bg: #2f1f3d; --remove-bg: #401b18; --quiet-bg: #262e3a;
  --network: #7db2f5; --volume: #5cc9be; --node: #9aa4b2; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; overflow-wrap: anywhere; }
header, main, footer { max-width: 1160px; margin: 0 auto; padding: 0 16px; }
header { padding-top: 28px; }
h1 { margin: 0; font-size: 26px; line-height: 1.25; }
h1 small { color: var(--soft); font-size: 17px; font-weight: 400; }
h2 { margin: 0 0 12px; font-size: 18px; }
h2 .count { color: var(--soft); font-weight: 400; }
h3 { margin: 0; font-size: 15px; }
p { margin: 0; }
section { margin: 16px 0; padding: 18px 20px; background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
code, .value { font: 13px/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; }
code { padding: 1px 4px; background: var(--code); border-radius: 4px; }
.soft, .note, .place, footer { color: var(--soft); }
.place { font-size: 13px; }
.note { margin-top: 8px; font-size: 14px; }
.verdict { display: inline-block; margin-top: 10px; padding: 5px 12px; border-radius: 8px; font-weight: 600; }
.tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(112px, 1fr)); gap: 10px; margin: 16px 0 0; padding: 0; list-style: none; }
.tiles li { padding: 10px 14px; border-radius: 10px; }
.tiles b { display: block; font-size: 24px; line-height: 1.2; font-variant-numeric: tabular-nums; }
.create { color: var(--create); background: var(--create-bg); }
.update, .adopt { color: var(--update); background: var(--update-bg); }
.replace { color: var(--replace); background: var(--replace-bg); }
.remove, .conflict { color: var(--remove); background: var(--remove-bg); }
.unchanged, .keep { color: var(--quiet); background: var(--quiet-bg); }
.badge { display: inline-block; padding: 0 8px; border-radius: 999px; font-size: 13px; font-weight: 600; white-space: nowrap; }
.items { margin: 0; padding: 0; list-style: none; }
.items > li { padding: 10px 0; border-top: 1px solid var(--line); }
.items > li:first-child { padding-top: 0; border-top: 0; }
.items > li:last-child { padding-bottom: 0; }
.hint { color: var(--soft); }
.app { padding: 14px 0; border-top: 1px solid var(--line); }
.app:first-of-type { padding-top: 0; border-top: 0; }
.app > .head { display: flex; flex-wrap: wrap; align-items: baseline; gap: 4px 10px; }
.app > p { margin-top: 4px; }
table { width: 100%; margin-top: 10px; border-collapse: collapse; text-align: left; }
th, td { padding: 6px 10px; border-top: 1px solid var(--line); vertical-align: top; }
thead th { color: var(--soft); border-top: 0; font-size: 13px; font-weight: 600; }
tbody th { font-weight: 600; }
.changes { table-layout: fixed; }
.changes thead th:first-child { width: 28%; }
.changes thead th { width: 36%; }
.changes tbody th { font-weight: 400; }
.value { display: block; margin: 0; white-space: pre-wrap; }
.from .value { color: var(--remove); }
.to .value { color: var(--create); }
.none { color: var(--soft); font-style: italic; }
.facts { display: flex; flex-wrap: wrap; gap: 2px 22px; margin: 8px 0 0; }
.facts div { display: flex; flex-wrap: wrap; gap: 0 8px; }
.facts dt { color: var(--soft); }
.facts dd { margin: 0; }
details > summary { cursor: pointer; color: var(--soft); }
.connections { margin-top: 12px; }
figure { margin: 0; }
figcaption { margin-top: 12px; color: var(--soft); font-size: 13px; }
.key { white-space: nowrap; margin-right: 14px; }
.diagram { display: block; width: 100%; height: auto; }
.wide .diagram { max-width: 1080px; }
.narrow .diagram { max-width: 336px; margin: 0 auto; }
.narrow { display: none; }
.diagram text { fill: var(--text); font-size: 13px; }
.diagram .heading { fill: var(--soft); font-size: 13px; font-weight: 600; }
.diagram .name { font-weight: 600; }
.diagram .detail { font-size: 11px; }
.box { background: none; }
.box rect, .box path { fill: var(--card); stroke: currentColor; stroke-width: 1.5; }
.box .mark, .box .detail { fill: currentColor; }
.app.box, .box.create rect, .box.create path { fill: var(--create-bg); }
.box.update rect, .box.adopt rect { fill: var(--update-bg); }
.box.replace rect { fill: var(--replace-bg); }
.box.remove rect, .box.conflict rect, .box.remove path, .box.conflict path { fill: var(--remove-bg); }
.box.remove rect, .box.conflict rect { stroke-dasharray: 5 3; }
.box.external { color: var(--soft); }
.box.network.unchanged { color: var(--network); }
.box.volume.unchanged { color: var(--volume); }
.box.node, .box.placement { color: var(--node); }
.box.placement rect { stroke-dasharray: 3 3; }
.link { fill: none; stroke: var(--node); stroke-width: 1.5; }
.link.to-network { stroke: var(--network); }
.link.to-volume { stroke: var(--volume); }
.link.runs { stroke-width: 2.5; }
.link.may-run { stroke-dasharray: 4 4; }
footer { padding-bottom: 28px; font-size: 13px; }
@media (max-width: 719px) {
  header { padding-top: 18px; }
  h1 { font-size: 22px; }
  section { padding: 14px; }
  .wide { display: none; }
  .narrow { display: block; }
  .tiles { grid-template-columns: repeat(2, 1fr); }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  table, tbody, tr, th, td { display: block; }
  tr { padding: 8px 0; border-top: 1px solid var(--line); }
  tbody th, td { padding: 1px 0; border: 0; }
  td::before { content: attr(data-label) ": "; color: var(--soft); font-size: 13px; }
}
@media print {
  :root { color-scheme: light; }
  body { background: #fff; font-size: 12px; }
  section { padding: 0; border: 0; }
  .app, .items > li, tr { break-inside: avoid; }
}
`;
