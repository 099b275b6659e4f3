// What the server says of its streams in stats.json.

const patienceMs = 10000;

/// [{name, state: 'live' | 'waiting' | 'ended' | 'failed', ...}]; throws when there is no answer.
export async function streams(url) {
  const response = await fetch(url, {cache: 'no-store', signal: AbortSignal.timeout(patienceMs)});
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return (await response.json()).streams;
}
