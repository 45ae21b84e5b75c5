/**
 * Values under names. On the device when it may be used and can be, otherwise in memory.
 *
 * Closed (no consent) it neither reads nor writes the device.
 */
import { attempt } from './common.js';

/** @typedef {ReturnType<typeof makeVault>} Vault */

/** @param {import('./types').KeyValue | undefined} device localStorage or something like it */
export const makeVault = (device) => {
  /** @type {Map<string, string>} */
  const memory = new Map();
  let isOpen = false;

  /** @param {(device: import('./types').KeyValue) => any} work */
  const on = (work) => (isOpen && device ? attempt(() => work(device)) : undefined);

  const vault = {
    /** @param {boolean} mayUse */
    open(mayUse) {
      isOpen = mayUse;
    },

    /** What is in memory is there because the device was full: it is newer.
     * @param {string} key @returns {string | null} */
    get: (key) => memory.get(key) ?? on((device) => device.getItem(key)) ?? null,

    /** @param {string} key @param {string} value */
    set(key, value) {
      vault.remove(key);
      const isKept = on((device) => {
        device.setItem(key, value);
        return true;
      });
      if (!isKept) memory.set(key, value);
    },

    /** @param {string} key */
    remove(key) {
      memory.delete(key);
      on((device) => device.removeItem(key));
    },

    /** Keys that begin so, in order. @param {string} prefix @returns {string[]} */
    keys(prefix) {
      const names = [...memory.keys()];
      on((device) => {
        for (let index = device.length; index; ) names.push(`${device.key((index -= 1))}`);
      });
      return names.filter((key) => key.startsWith(prefix)).sort();
    },

    /** Forgets what is in memory only. @param {string} key */
    forget: (key) => memory.delete(key),

    /** Forgets all keys that begin so, also on a device that may not be used any more.
     * @param {string} prefix @returns {number} how many there were */
    wipe(prefix) {
      const wasOpen = isOpen;
      isOpen = true;
      const keys = vault.keys(prefix);
      keys.forEach(vault.remove);
      isOpen = wasOpen;
      return keys.length;
    },
  };
  return vault;
};
