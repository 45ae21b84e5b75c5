/** Carries a batch to `/rpc/batch`. Never throws; says what came of it. */
import { attempt } from './common.js';

/** @typedef {{status: number, retryAfter?: number, date?: number, outcome?: any}} Reply status 0: no answer */
/** @typedef {ReturnType<typeof makeTransport>} Transport */

/** @param {{url: string, writeKey: string, timeout?: number}} options
 * @param {(url: string, init: any) => Promise<Response>} fetch @param {any} [navigator] */
export const makeTransport = ({ url, writeKey, timeout = 30_000 }, fetch, navigator) => {
  const address = `${url.replace(/\/+$/, '')}/rpc/batch`;
  /** @type {Set<AbortController>} */
  const open = new Set();

  /** @param {string} body @param {Record<string, string>} headers @param {boolean} keepalive @returns {Promise<Reply>} */
  const ask = async (body, headers, keepalive) => {
    const request = new AbortController();
    const timer = setTimeout(() => request.abort(), timeout);
    open.add(request);
    try {
      const answer = await fetch(address, {
        method: 'POST', body, headers, keepalive, credentials: 'omit', signal: request.signal,
      });
      const { status } = answer;
      const outcome = status === 200 ? await answer.json() : undefined;
      // Something between us and the gateway may say 200 to everything: only the gateway's own words count.
      if (status === 200 && !(outcome?.accepted >= 0)) return { status: 0 };
      const date = Date.parse(`${answer.headers.get('date')}`);
      return { status, date, outcome, retryAfter: waitOf(answer.headers.get('retry-after'), date) };
    } catch {
      return { status: 0 };
    } finally {
      clearTimeout(timer);
      open.delete(request);
    }
  };

  return {
    /** @param {string} body @returns {Promise<Reply>} */
    send: (body) => ask(body, { 'Content-Type': 'application/json', Authorization: `Bearer ${writeKey}` }, false),

    /** Sends while the page goes away: without a preflight, so key and type are not in headers. Of a beacon nobody
     * hears the answer. @param {string} body @param {boolean} isLast @returns {Promise<Reply> | boolean} */
    part(body, isLast) {
      const withKey = `{"writeKey":${JSON.stringify(writeKey)},${body.slice(1)}`;
      const beacon = () => !!attempt(() => navigator.sendBeacon(address, withKey));
      if (isLast && beacon()) return true;
      return attempt(() => 'keepalive' in Request.prototype)
        ? ask(withKey, { 'Content-Type': 'text/plain' }, true)
        : beacon();
    },

    /** Ends what is under way. */
    abort: () => open.forEach((request) => request.abort()),
  };
};

/** Milliseconds that Retry-After asks for, as seconds or as a date by the clock of the server.
 * @param {string | null} text @param {number} date */
const waitOf = (text, date) => {
  const wait = Number(text) ? Number(text) * 1000 : Date.parse(`${text}`) - date;
  return wait > 0 ? wait : 0;
};
