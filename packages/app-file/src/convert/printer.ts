import { dirname, isAbsolute, relative, resolve, sep } from "node:path";
import type { DeployRequest } from "@openfactory/deploy-core";
import type { VariableSyntax } from "../interpolation/interpolate.js";
import type { LocatedApp } from "../located.js";
import type { AppProject } from "../model.js";
import type { FileNotes } from "../notes.js";
import type { FilePath } from "../yaml/source-tree.js";
import { escapeVariables, translateVariables } from "./variables.js";

/** What all entries of a converted file have in common. */
export interface Conversion {
  project: AppProject;
  located: readonly LocatedApp[];
  /** Directory of the new file, at which its relative paths start. */
  directory: string;
  from: VariableSyntax;
  to: VariableSyntax;
  notes: FileNotes;
}

/** Prints the values of one app's request. A value that is a text with variables in its file keeps them. */
export class Printer {
  readonly app: LocatedApp;
  readonly conversion: Conversion;

  constructor(app: LocatedApp, conversion: Conversion) {
    this.app = app;
    this.conversion = conversion;
  }

  get request(): DeployRequest {
    return this.app.app.request;
  }

  /** A text of the request, at a path such as `["image"]`. */
  text(path: FilePath, value: string): string {
    const { from, to } = this.conversion;
    const located = this.#locate(path);
    const { text, written } = located ?? {};
    if (text !== undefined && written !== undefined && written !== text) {
      if (text === value) return translateVariables(written, from);
      // `KEY=VALUE` in a list, of which the value is printed.
      const key = text.endsWith(`=${value}`) ? text.slice(0, text.length - value.length) : "";
      if (key !== "" && written.startsWith(key)) return translateVariables(written.slice(key.length), from);
      this.#noteReplaced(path, value);
    }
    return escapeVariables(value, to);
  }

  texts(path: FilePath, values: readonly string[]): string[] {
    return values.map((value, index) => this.text([...path, index], value));
  }

  /** A path of this machine: relative to the new file, if it is in its directory. */
  path(path: string): string {
    const { directory, to } = this.conversion;
    return escapeVariables(relativePath(path, directory), to);
  }

  /** Notes a part of the request that the new format does not have. */
  lose(field: string, reason: string): void {
    const { app } = this.app;
    this.conversion.notes.addUnsupported(`${app.key} ${field}`, `${app.key}: ${field}`, app.locate(field), reason);
  }

  /** Path in the file of a part of the request. */
  sourceOf([field, ...rest]: FilePath): FilePath | undefined {
    const fields = this.app.fields?.() as
      | Record<PropertyKey, { pathOf: (path: FilePath) => FilePath } | undefined>
      | undefined;
    return fields?.[field ?? ""]?.pathOf(rest);
  }

  #locate(path: FilePath) {
    const source = this.sourceOf(path);
    return source === undefined ? undefined : this.app.tree.find(source);
  }

  /** Values of variables can be secret, so that a replaced one is noted without its value. */
  #noteReplaced(path: FilePath, value: string): void {
    if (value === "") return;
    this.lose(path.map(String).join("."), "The variables in the value are replaced by their current values.");
  }
}

/** A path as a file in `directory` names it. */
export function relativePath(path: string, directory: string): string {
  const inside = relative(directory, path).split(sep).join("/");
  if (!isAbsolute(path) || inside.startsWith("..") || isAbsolute(inside)) return path;
  return inside === "" ? "." : `./${inside}`;
}

/** The env files of an app, as paths, and the variables that come from its own keys. */
export function splitEnv(printer: Printer): { files: string[]; own: [key: string, value: string][] } {
  const { app, request, conversion } = printer;
  const files = new Map<string, string>();
  const own: [string, string][] = [];
  (request.env ?? []).forEach((entry, index) => {
    const [key = ""] = entry.split("=", 1);
    const source = printer.sourceOf(["env", index]) ?? [];
    if (source[2] !== "env_file") {
      own.push([key, printer.text(["env", index], entry.slice(key.length + 1))]);
      return;
    }
    const written = String(app.tree.find(source)?.value ?? "");
    const base = app.tree.find(source)?.source?.file ?? app.tree.source.file;
    const path = isAbsolute(written) ? written : resolve(dirname(base), written);
    files.set(path, escapeVariables(relativePath(path, conversion.directory), conversion.to));
  });
  return { files: [...files.values()], own };
}
