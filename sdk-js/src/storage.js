/** Lets the SDK keep things where storage is asynchronous, as in React Native. */

/**
 * Reads what an asynchronous storage has of us, and writes behind: what is read later comes from memory.
 * @param {import('./types').AsyncKeyValue} storage AsyncStorage or something like it
 * @returns {Promise<import('./types').KeyValue>} for the option `storage`
 */
export const preload = async (storage) => {
  /** @type {Map<string, string>} */
  const values = new Map();
  const names = (await storage.getAllKeys()).filter((name) => name.startsWith('c360_'));
  for (const name of names) {
    const value = await storage.getItem(name);
    if (value !== null) values.set(name, value);
  }
  /** @type {Promise<any>} one write after the other: a removal must not overtake what it removes */
  let writing = Promise.resolve();
  const write = (/** @type {() => Promise<any>} */ work) => {
    writing = writing.then(work).catch(() => undefined);
  };
  return {
    get length() {
      return values.size;
    },
    key: (index) => [...values.keys()][index] ?? null,
    getItem: (name) => values.get(name) ?? null,
    setItem: (name, value) => {
      values.set(name, value);
      write(() => storage.setItem(name, value));
    },
    removeItem: (name) => {
      if (values.delete(name)) write(() => storage.removeItem(name));
    },
  };
};
