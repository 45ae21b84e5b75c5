/** Visits: a session ends after so long without a call, at midnight if wanted, and with its visitor. */
import { attempt } from './common.js';

const NAME = 'c360_session';

/** @typedef {{id: string, last: number, isNew?: boolean, landing?: object}} Visit */

/** @param {import('./vault').Vault} vault @param {() => string} newId @param {number} idle milliseconds
 * @param {boolean | undefined} endsAtMidnight */
export const makeSession = (vault, newId, idle, endsAtMidnight) => ({
  /** The session of a call made now. What a campaign's address said (`landing`) holds until it ends.
   * @param {number} now @param {object | undefined} landing @returns {Visit} */
  touch(now, landing) {
    /** @type {Visit | null | undefined} */
    const before = attempt(() => JSON.parse(/** @type {string} */ (vault.get(NAME))));
    const day = (/** @type {number} */ time) => endsAtMidnight && new Date(time).toDateString();
    const goesOn = !!before?.id && Math.abs(now - before.last) <= idle && day(before.last) === day(now);
    const visit = { ...(goesOn ? before : { id: newId() }), last: now, ...(landing && { landing }) };
    vault.set(NAME, JSON.stringify(visit));
    return { ...visit, isNew: !goesOn };
  },

  end: () => vault.remove(NAME),
});
