import { visible } from "../visible.js";

/** HTML or SVG. Only {@link markup} and {@link raw} create it, so a string is never markup by accident. */
export class Markup {
  constructor(readonly text: string) {}
}

type Value = Markup | string | number | undefined | false | readonly Markup[];

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

const textOf = (value: Value): string => {
  if (value === undefined || value === false) return "";
  if (value instanceof Markup) return value.text;
  if (Array.isArray(value)) return value.map(textOf).join("");
  return visible(String(value)).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? "");
};

/**
 * Markup from a template. Values are escaped, for text and for quoted attributes; `undefined` and `false` are omitted. It is
 * not named `html`, because formatters change the whitespace of templates with that name.
 */
export const markup = (parts: TemplateStringsArray, ...values: readonly Value[]): Markup =>
  new Markup(parts.map((part, index) => part + textOf(values[index])).join(""));

/** Markup as it is written in this program. */
export const raw = (text: string): Markup => new Markup(text);

export const NOTHING = new Markup("");
