import { setImmediate } from 'node:timers/promises';

/** How long others may have to wait, in milliseconds. */
const patience = 20;

/** Makes what is to be awaited now and then in long work without a pause: it lets others have their turn when it is due. */
export function breather(): () => Promise<void> | undefined {
  let since = performance.now();
  return () => {
    if (performance.now() - since < patience) return undefined;
    return setImmediate().then(() => {
      since = performance.now();
    });
  };
}
