import type { SourceLocation } from "@openfactory/deploy-core";

/** Another place, as a finding cites it: with the name of its file only if that is another file. */
export const citePlace = ({ file, line, column }: SourceLocation, from: SourceLocation): string =>
  file === from.file ? `line ${line}, column ${column}` : `${file}:${line}:${column}`;
