/**
 * An image's name in full and without its digest: `busybox` and `docker.io/library/busybox:latest` are one image, and
 * engines tell either.
 */
export function fullName(image: string): string {
  const name = image.replace(/@.*$/, "");
  const [first = "", ...path] = name.split("/");
  const hasRegistry = path.length > 0 && (/[.:]/.test(first) || first === "localhost");
  const full = hasRegistry ? name : `docker.io/${path.length > 0 ? "" : "library/"}${name}`;
  return /:[^/]*$/.test(full) ? full : `${full}:latest`;
}
