/** The body of `GET http://host:port/`. */
export async function get(host: string, port: number): Promise<string> {
  const answer = await fetch(`http://${host}:${port}/`, { signal: AbortSignal.timeout(2_000) });
  if (!answer.ok) throw new Error(`${host}:${port} answered with ${answer.status}`);
  return answer.text();
}
