/** Tells listeners. One that throws harms neither the others nor us. */
import { attempt } from './common.js';

/** @typedef {ReturnType<typeof makeEmitter>} Emitter */

export const makeEmitter = () => {
  /** @type {[string, Function][]} */
  let listeners = [];
  return {
    /** @param {string} name @param {Function} listener */
    on(name, listener) {
      listeners.push([name, listener]);
    },

    /** @param {string} name @param {Function} [listener] all of that name when left out */
    off(name, listener) {
      listeners = listeners.filter((one) => one[0] !== name || (listener && one[1] !== listener));
    },

    /** @param {string} name @param {any} [detail] */
    emit(name, detail) {
      for (const [wanted, listener] of [...listeners]) if (wanted === name) attempt(() => listener(detail));
    },
  };
};
