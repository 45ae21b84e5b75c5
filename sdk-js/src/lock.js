/**
 * One at a time over all tabs of a site by Web Locks; `otherwise` where there are none.
 */
export const BUSY = 'busy';

/**
 * @typedef {<T>(work: () => Promise<T>) => Promise<T | 'busy'>} Lock
 * @param {any} locks @param {string} name @param {Lock} [otherwise] @returns {Lock}
 */
export const makeLock = (locks, name, otherwise = (work) => work()) => {
  let isRefused = !locks;
  return async (work) => {
    if (!isRefused) {
      try {
        /** @type {any} */
        let answer = BUSY;
        await locks.request(name, { ifAvailable: true }, async (/** @type {any} */ held) => {
          if (held) answer = await work();
        });
        return answer;
      } catch {
        // Pages of an opaque origin have the interface, and are refused when they use it.
        isRefused = true;
      }
    }
    return otherwise(work);
  };
};
