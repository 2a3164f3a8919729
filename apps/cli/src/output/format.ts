import { styleText } from "node:util";
import type { Io, Output } from "../io.js";

type Format = Parameters<typeof styleText>[0];

/** Formats text for a terminal, or returns it unchanged. */
export type Style = (format: Format, text: string) => string;

/** Without `color`, colors are used on terminals only, and not with `NO_COLOR` (https://no-color.org). */
export function styleFor(output: Output, { env, color }: Pick<Io, "env" | "color">): Style {
  const hasColors = color ?? (output.isTTY === true && !env["NO_COLOR"] && env["TERM"] !== "dumb");
  return hasColors ? (format, text) => styleText(format, text, { validateStream: false }) : (_, text) => text;
}

/** Removes control characters, so that texts of engines and processes can't move the cursor. Keeps tabs and newlines. */
export const stripControlChars = (text: string): string => text.replace(/[\p{Cc}--[\t\n]]/gv, "");

/** One line of at most `width` characters, without control characters. Cuts the end. */
export function fit(text: string, width: number): string {
  const letters = [...stripControlChars(text).replace(/[\n\t]+/g, " ")];
  return letters.length <= width
    ? letters.join("")
    : `${letters.slice(0, Math.max(0, width - 3)).join("")}...`.slice(0, Math.max(0, width));
}

/** As {@link fit}, but cuts the beginning. */
export function fitEnd(text: string, width: number): string {
  const letters = [...stripControlChars(text).replace(/[\n\t]+/g, " ")];
  return letters.length <= width
    ? letters.join("")
    : `...${letters.slice(letters.length - Math.max(0, width - 3)).join("")}`;
}

/** `0.4 s`, `12 s`, `3 min 20 s`. */
export function formatDuration(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  if (seconds < 59.5) return `${Math.round(seconds)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

const STEPS: readonly [unit: string, seconds: number][] = [
  ["d", 86_400],
  ["h", 3_600],
  ["min", 60],
  ["s", 1],
];

/** The time since an ISO date: `3 d ago`, `12 s ago`. Returns an invalid date unchanged. */
export function ago(iso: string, now = Date.now()): string {
  const seconds = Math.max(0, Math.floor((now - Date.parse(iso)) / 1000));
  if (Number.isNaN(seconds)) return iso;
  const [unit, size] = STEPS.find(([, step]) => seconds >= step) ?? ["s", 1];
  return `${Math.floor(seconds / size)} ${unit} ago`;
}

const DIGEST = /@(sha256:[0-9a-f]{12})[0-9a-f]+$/;

/** An image with a shortened digest: `demo:1@sha256:0123456789ab...`. */
export const shortenDigest = (image: string): string => image.replace(DIGEST, "@$1...");
