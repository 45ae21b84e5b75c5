/**
 * Cookies of this site, or of all its subdomains.
 *
 * The two have names of their own: of two cookies with one name, left by two settings, a browser would show either.
 */
import { attempt } from './common.js';

const YEAR = 31_536_000;
/** Browsers keep 4,096 bytes a cookie and silently keep the old one when that is too little. */
const MOST = 3500;
const SHARED = '_shared';

/** @typedef {ReturnType<typeof makeCookies>} Cookies */

/** @param {any} document @param {any} location @param {boolean | string | undefined} wanted the domain of the cookies;
 * true is the widest one that `shared` finds @param {typeof import('./extras').shared} [shared] */
export const makeCookies = (document, location, wanted, shared) => {
  let isOpen = false;
  let domain = wanted === true ? undefined : wanted;
  const wider = wanted === true ? shared?.(document, location) : undefined;

  /** @param {string} pair @param {number} seconds @param {any} [where] */
  const write = (pair, seconds, where) =>
    attempt(() => {
      const rest = (where ? `; domain=${where}` : '') + (location.protocol === 'https:' ? '; secure' : '');
      document.cookie = `${pair}; path=/; max-age=${seconds}; samesite=lax${rest}`;
    });

  const named = (/** @type {string} */ name) => (domain ? name + SHARED : name);

  const cookies = {
    /** @param {boolean} mayUse */
    open(mayUse) {
      isOpen = mayUse;
      if (isOpen) domain ??= wider?.find();
    },

    /** @param {string} name @returns {string | undefined} */
    get: (name) =>
      isOpen
        ? attempt(() => decodeURIComponent(`; ${document.cookie}`.split(`; ${named(name)}=`)[1].split(';')[0]))
        : undefined,

    /** @param {string} name @param {string} value */
    set(name, value) {
      const text = encodeURIComponent(value);
      if (text.length > MOST) cookies.remove(name);
      else if (isOpen) write(`${named(name)}=${text}`, YEAR, domain);
    },

    /** Removes it from every domain it may have been written to. @param {string} name */
    remove(name) {
      write(`${name}=`, 0);
      for (const where of [domain, ...(wider?.all ?? [])]) write(`${name}${SHARED}=`, 0, where);
    },
  };
  return cookies;
};
