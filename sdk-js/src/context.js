/** What a page says about itself and about how the visitor came. */
import { attempt } from './common.js';

/** Under the names that they have in `context.campaign`. */
const CAMPAIGN = 'campaign source medium term content id'.split(' ');
const CLICK_IDS = 'gclid gbraid wbraid dclid fbclid msclkid ttclid twclid li_fat_id yclid ScCid epik zclid'.split(' ');

/** Campaign and click ids in the query of an address.
 * @param {string} search @returns {{campaign?: object, clickIds?: object} | undefined} */
export const landingOf = (search) =>
  attempt(() => {
    const query = new URLSearchParams(search);
    const found = (/** @type {string[]} */ names, start = '') => {
      /** @type {Record<string, string> | undefined} */
      let values;
      for (const name of names) {
        const value = query.get(start + name);
        if (value) (values ??= {})[name === 'campaign' ? 'name' : name] = value.slice(0, 500);
      }
      return values;
    };
    const said = { campaign: found(CAMPAIGN, 'utm_'), clickIds: found(CLICK_IDS) };
    return said.campaign || said.clickIds ? said : undefined;
  });

/** The page, without the fragment of its address, which may carry tokens.
 * @param {string} href @param {string} title @param {string} referrer */
export const pageOf = (href, title, referrer) =>
  attempt(() => {
    const { pathname: path, search } = new URL(href);
    return { path, referrer, search, title, url: href.split('#')[0] };
  });

/** @param {any} navigator @param {any} screen */
export const deviceOf = (navigator, screen) => ({
  userAgent: navigator?.userAgent,
  locale: navigator?.language,
  timezone: attempt(() => Intl.DateTimeFormat().resolvedOptions().timeZone),
  screen: screen && { width: screen.width, height: screen.height },
});
