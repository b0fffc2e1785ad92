/**
 * The answer to a request, or the reason of an abort, at once: undici ends a request only once it has a connection.
 *
 * @param discard Called with an answer that comes when nobody waits for it any more.
 */
export async function orAbort<T>(
  request: Promise<T>,
  signal: AbortSignal | undefined,
  discard: (answer: T) => void,
): Promise<T> {
  if (signal === undefined) return request;
  let stop = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort);
    stop = () => signal.removeEventListener('abort', abort);
  });
  try {
    return await Promise.race([request, aborted]);
  } catch (error) {
    request.then(discard, () => undefined);
    throw error;
  } finally {
    stop();
  }
}
