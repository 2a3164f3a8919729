/** A path without API version and query. */
export function pathOf(url: string): string;
/** A call without API version, query, names and ids: `GET /containers/{id}/json`. */
export function templateOf(method: string, url: string): string;
