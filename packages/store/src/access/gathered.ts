import { setImmediate as turn } from 'node:timers/promises';

/**
 * Gives what comes in groups: as many items as are there, and never waits for one more. So looking something up for each
 * costs a look-up for each group.
 *
 * @param stop Has `items` end at once, for when nobody wants more.
 */
export async function* gathered<T>(
  items: AsyncIterable<T>,
  limit: number,
  stop: () => void,
): AsyncGenerator<readonly T[], void, undefined> {
  let ready: T[] = [];
  let isOver = false;
  let isStopped = false;
  let onReady = (): void => undefined;
  let onTaken = (): void => undefined;

  async function take(): Promise<void> {
    try {
      for await (const item of items) {
        if (isStopped) return;
        ready.push(item);
        onReady();
        if (ready.length >= limit) {
          await new Promise<void>((resolve) => {
            onTaken = resolve;
          });
        }
      }
    } finally {
      isOver = true;
      onReady();
    }
  }

  const taking = take();
  taking.catch(() => undefined); // it is looked at in the end
  try {
    while (!isOver || ready.length > 0) {
      if (ready.length === 0) {
        await new Promise<void>((resolve) => {
          onReady = resolve;
        });
      }
      await turn();
      const group = ready;
      ready = [];
      onTaken();
      if (group.length > 0) yield group;
    }
    await taking;
  } finally {
    isStopped = true;
    stop();
    onTaken();
    await taking.catch(() => undefined);
  }
}
