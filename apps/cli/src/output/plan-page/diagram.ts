import { type Markup, markup, NOTHING, raw } from "./markup.js";
import { type Layout, layOut, type Measures, NARROW, type PlacedBox, type PlacedLink, WIDE } from "./layout.js";
import { type Box, type BoxAction, simplify, type Topology } from "./topology.js";

/** The marks of `ofdeploy plan`. */
export const MARKS: Readonly<Record<BoxAction, string>> = {
  create: "+",
  update: "~",
  replace: "±",
  adopt: "~",
  remove: "-",
  conflict: "!",
  keep: "?",
  unchanged: "=",
  external: "",
};

export const ACTION_WORDS: Readonly<Record<BoxAction, string>> = {
  create: "create",
  update: "change",
  replace: "replace",
  adopt: "adopt",
  remove: "remove",
  conflict: "conflict",
  keep: "keep",
  unchanged: "unchanged",
  external: "",
};

const KIND_WORDS: Readonly<Record<Box["kind"], string>> = {
  app: "app",
  network: "network",
  volume: "volume",
  node: "node",
  placement: "any node with",
};

const LINK_WORDS: Readonly<Record<PlacedLink["kind"], string>> = {
  uses: "uses",
  runs: "runs on",
  "may-run": "can run on",
};

/** The diagram as SVG for wide and for narrow windows, and a table of all connections. */
export function diagramOf(topology: Topology): Markup {
  const { drawn, reason } = simplify(topology);
  const note = reason !== undefined && markup`<p class="note">${reason}</p>`;
  const drawings =
    drawn === undefined
      ? []
      : [
          markup`<div class="wide">${svg(layOut(drawn, WIDE), WIDE, "wide")}</div>`,
          markup`<div class="narrow">${svg(layOut(drawn, NARROW), NARROW, "narrow")}</div>`,
          legend(drawn),
        ];
  return markup`<figure>${drawings}${note}</figure>${connections(topology)}`;
}

function svg({ width, height, boxes, links, headings }: Layout, measures: Measures, id: string): Markup {
  const title = `Diagram of ${boxes.length} apps, networks, volumes and nodes`;
  return markup`<svg class="diagram" role="img" aria-labelledby="${id}-title" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">
<title id="${id}-title">${title}. The table of connections has the same content.</title>
${links.map((link) => markup`<path class="link ${link.kind} to-${link.target.kind}" d="${link.path}"><title>${describe(link, boxes)}</title></path>\n`)}
${headings.map(({ text, x, y }) => markup`<text class="heading" x="${x}" y="${y}">${text}</text>\n`)}
${boxes.map((box) => drawBox(box, measures))}
</svg>`;
}

const describe = ({ app, target, kind }: PlacedLink, boxes: readonly PlacedBox[]): string =>
  `${boxes.find(({ id }) => id === app)?.name ?? ""} ${LINK_WORDS[kind]} ${KIND_WORDS[target.kind]} ${target.name}`;

/** The average width of a letter, as a part of its size. A nested svg cuts a text that is wider than its box. */
const LETTER = 0.57;

function drawBox({ x, y, kind, name, key = name, action, note }: PlacedBox, { boxWidth, boxHeight }: Measures): Markup {
  const isNode = kind === "node" || kind === "placement";
  const mark = isNode ? "" : MARKS[action];
  const details = [
    kind === "placement"
      ? "any node with"
      : isNode
        ? ""
        : kind === "network" && action === "external"
          ? "external"
          : action === "unchanged" && note !== undefined
            ? ""
            : ACTION_WORDS[action],
    note,
  ].filter((each) => each !== undefined && each !== "");
  const room = (size: number): number => Math.floor((boxWidth - 20) / (size * LETTER));
  const full = [`${KIND_WORDS[kind]} ${name}`, ...(isNode ? [] : [ACTION_WORDS[action]]), note]
    .filter(Boolean)
    .join(", ");
  const shape =
    kind === "volume"
      ? raw(volumePath(boxWidth, boxHeight))
      : markup`<rect x="0.75" y="0.75" width="${boxWidth - 1.5}" height="${boxHeight - 1.5}" rx="${kind === "network" ? boxHeight / 2 : kind === "app" ? 6 : 1}"/>`;
  const inset = kind === "network" ? 16 : 10;
  // The lid of a volume needs some height.
  const middle = boxHeight / 2 + (kind === "volume" ? 4 : 0);
  const [top, bottom] = details.length === 0 ? [middle + 4, 0] : [middle - 3, middle + 12];
  return markup`<svg x="${x}" y="${y}" width="${boxWidth}" height="${boxHeight}" class="box ${kind} ${action}">
<title>${full}</title>${shape}
<text class="name" x="${inset}" y="${top}">${mark && markup`<tspan class="mark">${mark}</tspan> `}${cut(key, room(13) - (mark ? 2 : 0) - (inset > 10 ? 2 : 0))}</text>
${details.length > 0 && markup`<text class="detail" x="${inset}" y="${bottom}">${cut(details.join(" · "), room(11) - (inset > 10 ? 2 : 0))}</text>`}
</svg>\n`;
}

const volumePath = (width: number, height: number): string => {
  const span = width - 1.5;
  return `<path d="M.75 5v${height - 10}c0 5 ${span} 5 ${span} 0V5c0 -5.5 ${-span} -5.5 ${-span} 0c0 5.5 ${span} 5.5 ${span} 0"/>`;
};

const cut = (text: string, length: number): string => {
  const letters = [...text];
  return letters.length <= length ? text : `${letters.slice(0, Math.max(1, length - 1)).join("")}…`;
};

function legend({ links }: Topology): Markup {
  const kinds = new Set(links.map(({ kind }) => kind));
  const items = (["uses", "runs", "may-run"] as const).filter((kind) => kinds.has(kind));
  const texts = {
    uses: "uses a network or volume",
    runs: "runs on a node now",
    "may-run": "is not running yet; can run there",
  };
  return markup`<figcaption>${items.map(
    (kind) =>
      markup`<span class="key"><svg width="28" height="8" aria-hidden="true"><path class="link ${kind}" d="M0 4H28"/></svg> ${texts[kind]}</span> `,
  )}</figcaption>`;
}

/** The connections of each app as a table: for people who can't see the diagram, and for plans that are too large for one. */
function connections({ boxes, links }: Topology): Markup {
  const byId = new Map(boxes.map((box) => [box.id, box]));
  const linksOf = Map.groupBy(links, ({ app }) => app);
  const apps = boxes.filter(({ kind }) => kind === "app");
  const cell = (title: string, id: string, kinds: readonly Box["kind"][]): Markup => {
    const names = (linksOf.get(id) ?? []).flatMap(({ to }) => {
      const target = byId.get(to);
      if (target === undefined || !kinds.includes(target.kind)) return [];
      return target.kind === "placement" ? `any node with ${target.name}` : target.name;
    });
    return markup`<td data-label="${title}">${names.join(", ") || "–"}</td>`;
  };
  if (links.length === 0) return NOTHING;
  return markup`<details class="connections"><summary>Connections as a table</summary>
<table><thead><tr><th scope="col">App</th><th scope="col">Networks</th><th scope="col">Volumes</th><th scope="col">Nodes</th></tr></thead><tbody>
${apps.map(
  ({ id, name }) =>
    markup`<tr><th scope="row">${name}</th>${cell("Networks", id, ["network"])}${cell("Volumes", id, ["volume"])}${cell("Nodes", id, ["node", "placement"])}</tr>\n`,
)}</tbody></table></details>`;
}
