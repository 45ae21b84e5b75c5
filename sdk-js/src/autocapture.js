/**
 * Clicks, sent forms and changes of the page in an app of one page, without a call for each.
 *
 * Never reads what somebody typed or chose: no values of fields, no text around fields, nothing below
 * `data-c360-ignore`. Attributes are asked with getAttribute: a field called `id` hides the property of its form.
 */
import { attempt } from './common.js';

const CLICKABLE = 'a[href],button,summary,[role=button],[role=link],[role=tab],input[type=submit],input[type=button],[data-c360-event]';
const FIELDS = 'input,textarea,select,[contenteditable]:not([contenteditable=false])';
const MOST_TEXT = 100;

/**
 * @param {import('./types').C360} c360
 * @param {boolean | {clicks?: boolean, forms?: boolean, pages?: boolean} | undefined} wanted true is all of them
 * @param {any} [surroundings] the window
 */
export const autocapture = (c360, wanted, surroundings = globalThis) => {
  const { document, history, location } = surroundings;
  if (!wanted || !document) return;
  const parts = wanted === true ? { clicks: true, forms: true, pages: true } : wanted;

  const listen = (/** @type {string} */ name, /** @type {(event: any) => void} */ work) =>
    document.addEventListener(name, (/** @type {any} */ event) => attempt(() => work(event)), true);

  if (parts.clicks) {
    listen('click', (event) => {
      const element = targetOf(event)?.closest?.(CLICKABLE);
      if (!element || isHidden(element)) return;
      const name = element.getAttribute('data-c360-event') || 'Element Clicked';
      const text = element.closest(FIELDS) || element.querySelector(FIELDS) ? '' : shortened(element.textContent);
      c360.track(name, { ...described(element), ...(text && { text }), ...addressed(element, 'href', location) });
    });
  }

  if (parts.forms) {
    listen('submit', (event) => {
      const form = targetOf(event);
      if (!form?.getAttribute || isHidden(form)) return;
      const name = form.getAttribute('data-c360-event') || 'Form Submitted';
      c360.track(name, { ...described(form), ...addressed(form, 'action', location) });
    });
  }

  if (parts.pages) {
    let last = location.pathname + location.search;
    const look = () =>
      // The app sets its title after it has changed the address.
      setTimeout(() => {
        const now = location.pathname + location.search;
        if (now === last) return;
        last = now;
        c360.page();
      });
    for (const name of ['pushState', 'replaceState']) {
      const original = history[name];
      history[name] = function (/** @type {any[]} */ ...given) {
        const answer = original.apply(this, given);
        look();
        return answer;
      };
    }
    surroundings.addEventListener('popstate', look);
  }
};

/** What was hit, also inside of open shadow trees. @param {any} event */
const targetOf = (event) => {
  const first = event.composedPath?.()[0] ?? event.target;
  return first?.closest ? first : first?.parentElement;
};

/** @param {any} element */
const isHidden = (element) => !!element.closest('[data-c360-ignore]');

/** @param {any} text */
const shortened = (text) => `${text ?? ''}`.replace(/\s+/g, ' ').trim().slice(0, MOST_TEXT);

/** @param {any} element */
const described = (element) => {
  /** @type {Record<string, string>} */
  const said = { tag: element.tagName.toLowerCase() };
  for (const name of ['id', 'name', 'class', 'role', 'aria-label']) {
    const value = shortened(element.getAttribute(name));
    if (value) said[name] = value;
  }
  return said;
};

/** Where it leads, without query and fragment. @param {any} element @param {string} attribute @param {any} location */
const addressed = (element, attribute, location) => {
  const href = element.getAttribute(attribute);
  const url = href && attempt(() => new URL(href, location.href));
  return /^https?:$/.test(url?.protocol) ? { [attribute]: url.origin + url.pathname } : {};
};
