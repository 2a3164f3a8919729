export function compileEagerly(code: string, called: ReadonlySet<number>): string;
