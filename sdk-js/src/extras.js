/** What the core script goes without: see the guide. */
import { attempt } from './common.js';
import { BUSY } from './lock.js';

const ROBOT = /bot\b|crawl|spider|slurp|headless|lighthouse|preview|externalhit/i;
const LEASE = 60_000;
const SETTLE = 40;

/** @param {any} navigator */
export const isRobot = (navigator) => !!navigator?.webdriver || ROBOT.test(navigator?.userAgent);

/** Domains that this host may share cookies on: `shop.vn` and `www.shop.vn` of www.shop.vn.
 * @param {any} document @param {any} location */
export const shared = (document, location) => {
  const labels = `${location?.hostname}`.split('.');
  const all = labels.slice(1).map((_, index) => labels.slice(-2 - index).join('.'));
  const isTaken = (/** @type {string} */ domain) => {
    document.cookie = `c360_probe=1; domain=${domain}; path=/; max-age=9`;
    const found = document.cookie.includes('c360_probe=1');
    document.cookie = `c360_probe=; domain=${domain}; path=/; max-age=0`;
    return found;
  };
  /** The widest is found by trying: browsers refuse `vn` and `com.vn`. @returns {string | undefined} */
  const find = () => attempt(() => all.find(isTaken));
  return { all, find };
};

/**
 * One at a time over all tabs by a lease in the storage that they share, for browsers without Web Locks.
 *
 * It is taken for longer than one request may last, so a tab that died holds nobody up for long.
 * @param {import('./vault').Vault} vault @param {string} name @param {string} owner @param {() => number} now
 * @returns {import('./lock').Lock}
 */
export const lease = (vault, name, owner, now) => {
  const holder = () => {
    const [who, until] = (vault.get(name) ?? '').split(' ');
    const left = Number(until) - now();
    return left > 0 && left <= LEASE ? who : '';
  };
  return async (work) => {
    if (holder()) return BUSY;
    vault.set(name, `${owner} ${now() + LEASE}`);
    await new Promise((done) => setTimeout(done, SETTLE));
    if (holder() !== owner) return BUSY;
    try {
      return await work();
    } finally {
      vault.remove(name);
    }
  };
};
