import type { ConformanceReport } from "../report.js";
import { escapeXml } from "./escape.js";

/** Colors on which white text has a contrast of at least 4.5 to 1. */
const COLORS = { conformant: "#1a7f37", partial: "#9a6700", failed: "#cf222e" };

/** The text of a badge: `conformant: core + 14`. */
export function badgeText({ result, profiles }: ConformanceReport): string {
  const declared = profiles.filter((profile) => profile.result !== "notDeclared");
  const extended = declared.filter(({ name }) => name !== "core");
  const conformant = extended.filter((profile) => profile.result === "conformant").length;
  const core = declared.find(({ name }) => name === "core")?.result;
  const count = conformant === extended.length ? `${conformant}` : `${conformant}/${extended.length}`;
  const detail = core === "conformant" ? `core + ${count}` : `core ${core ?? "missing"}, ${count} extended`;
  return extended.length === 0 ? result : `${result}: ${detail}`;
}

/** An SVG badge. It needs no fonts, styles or images of others. */
export function badge(report: ConformanceReport): string {
  const label = `OpenFactory contract ${report.contract.version}`;
  const message = badgeText(report);
  const [left, right] = [widthOf(label), widthOf(message)];
  const width = left + right;
  const title = escapeXml(`${report.title}: ${label}, ${message}`);
  const text = (content: string, x: number, length: number) =>
    `<text x="${x}" y="14" textLength="${length - 2 * PADDING}" lengthAdjust="spacingAndGlyphs">${escapeXml(content)}</text>`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="20" viewBox="0 0 ${width} 20" role="img" aria-label="${title}">`,
    `  <title>${title}</title>`,
    `  <clipPath id="corners"><rect width="${width}" height="20" rx="3"/></clipPath>`,
    `  <g clip-path="url(#corners)">`,
    `    <rect width="${left}" height="20" fill="#444"/>`,
    `    <rect x="${left}" width="${right}" height="20" fill="${COLORS[report.result]}"/>`,
    `  </g>`,
    `  <g fill="#fff" style="font:11px Verdana,Geneva,DejaVu Sans,sans-serif">`,
    `    ${text(label, PADDING, left)}`,
    `    ${text(message, left + PADDING, right)}`,
    `  </g>`,
    `</svg>`,
    "",
  ].join("\n");
}

const PADDING = 6;
/** The average width of a character of Verdana at 11 pixels. `textLength` fits the text to it with any font. */
const CHARACTER = 6.6;
const widthOf = (text: string): number => Math.round([...text].length * CHARACTER) + 2 * PADDING;
