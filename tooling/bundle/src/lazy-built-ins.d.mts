export function loadBuiltInsOnFirstUse(code: string): string;
