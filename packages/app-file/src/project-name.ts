/** As Compose normalises project names: lower case, letters, digits, `_` and `-`, a letter or digit first. */
export const projectName = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9_-]/g, "")
    .replace(/^[_-]+/, "");
