import type { Box, Link, Topology } from "./topology.js";

/** The measures of a diagram in units of its view box, which are CSS pixels where the page is wide enough. */
export interface Measures {
  readonly width: number;
  readonly boxWidth: number;
  readonly boxHeight: number;
  readonly gap: number;
  /** Whether nodes have a separate column, left of the apps. Otherwise, they are below the networks and volumes. */
  readonly hasNodeColumn: boolean;
}

export const WIDE: Measures = { width: 1080, boxWidth: 270, boxHeight: 46, gap: 14, hasNodeColumn: true };
export const NARROW: Measures = { width: 336, boxWidth: 150, boxHeight: 42, gap: 12, hasNodeColumn: false };

export interface PlacedBox extends Box {
  readonly x: number;
  readonly y: number;
}

export interface PlacedLink extends Link {
  /** Path of the line, in the syntax of SVG. */
  readonly path: string;
  readonly target: Box;
}

/** The title of a column, or of a group within it. */
interface Heading {
  readonly text: string;
  readonly x: number;
  readonly y: number;
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly PlacedBox[];
  readonly links: readonly PlacedLink[];
  readonly headings: readonly Heading[];
}

const HEADING = 26;
const HEADINGS: readonly [title: string, kinds: readonly Box["kind"][]][] = [
  ["Nodes", ["node", "placement"]],
  ["Apps", ["app"]],
  ["Networks", ["network"]],
  ["Volumes", ["volume"]],
];

/**
 * Places the boxes in columns: nodes, apps, networks and volumes. Apps keep their order; the others are next to the apps
 * that use them, so that few lines cross.
 */
export function layOut({ boxes, links }: Topology, measures: Measures): Layout {
  const { width, boxWidth, boxHeight, gap, hasNodeColumn } = measures;
  const ordered = inOrder(boxes, links);
  const groups = HEADINGS.flatMap(([title, kinds]) => {
    const members = ordered.filter(({ kind }) => kinds.includes(kind));
    return members.length === 0 ? [] : [{ title, members }];
  });
  const titled = (...titles: string[]) => titles.flatMap((each) => groups.filter(({ title }) => title === each));
  const columns = (
    hasNodeColumn
      ? [titled("Nodes"), titled("Apps"), titled("Networks", "Volumes")]
      : [titled("Apps"), titled("Networks", "Volumes", "Nodes")]
  ).filter((column) => column.length > 0);
  // Fewer columns stand closer together, in a narrower diagram.
  const step = hasNodeColumn ? (width - boxWidth) / 2 : width - boxWidth;
  const heightOf = (column: (typeof columns)[number]): number =>
    column.reduce((sum, { members }) => sum + HEADING + members.length * (boxHeight + gap), 0);
  const height = Math.max(0, ...columns.map(heightOf));
  const placed: PlacedBox[] = [];
  const headings: Heading[] = [];
  columns.forEach((column, index) => {
    const x = index * step;
    let y = (height - heightOf(column)) / 2;
    for (const { title, members } of column) {
      headings.push({ text: title, x, y: y + HEADING - 10 });
      y += HEADING;
      for (const box of members) {
        placed.push({ ...box, x, y });
        y += boxHeight + gap;
      }
    }
  });
  const byId = new Map(placed.map((box) => [box.id, box]));
  return {
    width: Math.max(boxWidth, (columns.length - 1) * step + boxWidth),
    height,
    boxes: placed,
    headings,
    links: links.flatMap((link): PlacedLink[] => {
      const [app, target] = [byId.get(link.app), byId.get(link.to)];
      return app === undefined || target === undefined ? [] : [{ ...link, target, path: line(app, target, measures) }];
    }),
  };
}

/** A curve between the facing sides of two boxes. */
function line(app: PlacedBox, target: PlacedBox, { boxWidth, boxHeight }: Measures): string {
  const [left, right] = app.x < target.x ? [app, target] : [target, app];
  const [x1, y1, x2, y2] = [left.x + boxWidth, left.y + boxHeight / 2, right.x, right.y + boxHeight / 2];
  const middle = (x1 + x2) / 2;
  return `M${x1} ${round(y1)}C${middle} ${round(y1)} ${middle} ${round(y2)} ${x2} ${round(y2)}`;
}

const round = (value: number): number => Math.round(value * 10) / 10;

/** Sorts everything but apps by the average position of the apps that use it (barycenter heuristic of layered graphs). */
function inOrder(boxes: readonly Box[], links: readonly Link[]): Box[] {
  const positions = new Map(boxes.filter(({ kind }) => kind === "app").map(({ id }, index) => [id, index]));
  const users = Map.groupBy(links, ({ to }) => to);
  const centerOf = ({ id }: Box): number => {
    const found = (users.get(id) ?? []).map(({ app }) => positions.get(app) ?? 0);
    return found.length === 0 ? Infinity : found.reduce((sum, each) => sum + each, 0) / found.length;
  };
  const centers = new Map(
    boxes.map((box) => [box.id, box.kind === "app" ? (positions.get(box.id) ?? 0) : centerOf(box)]),
  );
  return boxes.toSorted((a, b) => {
    const [first, second] = [centers.get(a.id) ?? 0, centers.get(b.id) ?? 0];
    return first === second ? 0 : first - second;
  });
}
