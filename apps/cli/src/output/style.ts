import { styleText } from "node:util";
import type { Io, Output } from "../io.js";

type Format = Parameters<typeof styleText>[0];

/** Colours a text, or leaves it as it is. */
export type Style = (format: Format, text: string) => string;

/** Colours on a terminal only, and never with `NO_COLOR` (https://no-color.org). */
export function styleFor(output: Output, { env }: Pick<Io, "env">): Style {
  const isColoured = output.isTTY === true && !env["NO_COLOR"] && env["TERM"] !== "dumb";
  return isColoured ? (format, text) => styleText(format, text, { validateStream: false }) : (_, text) => text;
}

/** Without control characters: what an engine or a process wrote must not move the cursor. */
export const harmless = (text: string): string => text.replace(/[\p{Cc}--[\t\n]]/gv, "");

/** One line, harmless, at most `width` characters. */
export function fit(text: string, width: number): string {
  const letters = [...harmless(text).replace(/[\n\t]+/g, " ")];
  return letters.length <= width
    ? letters.join("")
    : `${letters.slice(0, Math.max(0, width - 3)).join("")}...`.slice(0, Math.max(0, width));
}

/** As {@link fit}, with the end kept instead of the beginning. */
export function fitEnd(text: string, width: number): string {
  const letters = [...harmless(text).replace(/[\n\t]+/g, " ")];
  return letters.length <= width
    ? letters.join("")
    : `...${letters.slice(letters.length - Math.max(0, width - 3)).join("")}`;
}
