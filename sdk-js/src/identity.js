/**
 * Who the visitor is: one record in localStorage and in a cookie, so that its parts can never be of two people.
 *
 * Read anew at every call: another tab, or another subdomain by the cookie, may have changed it.
 */
import { attempt } from './common.js';

const NAME = 'c360_id';

/** @typedef {{anonymousId: string, userId?: string, groupId?: string}} Ids */
/** @typedef {ReturnType<typeof makeIdentity>} Identity */

/** @param {import('./vault').Vault} vault @param {import('./cookies').Cookies} cookies @param {() => string} newId */
export const makeIdentity = (vault, cookies, newId) => {
  const stored = () => parsed(cookies.get(NAME)) ?? parsed(vault.get(NAME));

  const identity = {
    /** The visitor's ids; an anonymous one is made at the first call. @returns {Ids} */
    get: () => identity.set(stored() ?? { anonymousId: newId() }),

    /** A cookie that expired, or a storage that was cleared, gets it back from the other one.
     * @param {Ids} ids @returns {Ids} */
    set(ids) {
      const text = JSON.stringify(ids);
      for (const place of [vault, cookies]) if (place.get(NAME) !== text) place.set(NAME, text);
      return ids;
    },

    /** Takes a user id. Another user on the same device gets another anonymous id, or the two would become one person.
     * @param {string} userId @returns {boolean} whether somebody else was here before */
    know(userId) {
      const ids = identity.get();
      const isOther = !!ids.userId && ids.userId !== userId;
      identity.set(isOther ? { anonymousId: newId(), userId } : { ...ids, userId });
      return isOther;
    },

    /** The visitor may be remembered from now on: who was here before is found again, unless it was somebody else.
     * @param {Ids} guest who the visitor was meanwhile @returns {Ids} */
    admit(guest) {
      vault.forget(NAME);
      const before = stored();
      const isOther = guest.userId && before?.userId && guest.userId !== before.userId;
      return identity.set(before && !isOther ? { ...before, ...guest, anonymousId: before.anonymousId } : guest);
    },

    /** A new visitor. */
    reset: () => identity.set({ anonymousId: newId() }),

    /** Leaves nothing behind. */
    wipe() {
      vault.wipe(NAME);
      cookies.remove(NAME);
    },
  };
  return identity;
};

/** @param {string | null | undefined} text @returns {Ids | undefined} */
const parsed = (text) => {
  const ids = attempt(() => JSON.parse(/** @type {string} */ (text)));
  return ids && ids.anonymousId && typeof ids.anonymousId === 'string' ? ids : undefined;
};
