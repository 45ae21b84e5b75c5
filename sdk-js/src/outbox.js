/**
 * Holds messages until the gateway has them: in order, in batches, one sender at a time over all tabs.
 *
 * Each message is a value of its own in the vault, so tabs that add at the same moment cannot overwrite each other, and
 * what a page could not send the next one does. A message leaves the vault when its answer has come; what was sent and
 * not answered is sent again, and the gateway knows it by its messageId.
 */
import { attempt, bytes } from './common.js';
import { BUSY } from './lock.js';

const MOST_BYTES = 400_000;
const MOST_EVENTS = 100;
/** Browsers give all requests that outlive their page 64 KB together. */
const MOST_PARTING_BYTES = 60_000;
const FIRST_WAIT = 1000;
const LONGEST_WAIT = 300_000;
const LONGEST_RETRY_AFTER = 3_600_000;
/** The Date of an answer counts in seconds: less than this is no difference. */
const CLOCK_NOISE = 2000;
/** What one tab removes from the device another sees a moment later: so long nobody else may look. */
export const SETTLING = 50;

/** @typedef {'empty' | 'delivered' | 'kept'} Flushed */
/** @typedef {{key: string, text: string}[]} Batch */

/**
 * @param {{flushAt?: number, flushInterval?: number, maxQueue?: number}} options
 * @param {{vault: import('./vault').Vault, transport: import('./transport').Transport,
 *   lock: <T>(work: () => Promise<T>) => Promise<T | 'busy'>, emit: (name: string, detail?: any) => void,
 *   now: () => number, random?: () => number, prefix: string, tab: string}} parts
 */
export const makeOutbox = (
  { flushAt = 20, flushInterval = 1000, maxQueue = 1000 },
  { vault, transport, lock, emit, now, random = Math.random, prefix, tab },
) => {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  /** @type {Promise<Flushed> | undefined} */
  let flushing;
  /** @type {number | undefined} milliseconds the server's clock is ahead */
  let offset;
  let last = 0;
  let count = 0;
  let fresh = 0;
  let failures = 0;
  let notBefore = 0;
  let most = MOST_EVENTS;
  let isRefused = false;
  let isOn = false;
  /** @type {Set<string>} added by this page, not yet answered */
  const mine = new Set();
  /** @type {Set<string>} in the request under way */
  let current = new Set();
  /** @type {Map<string, boolean>} sent to outlive the page; true when by beacon, of which no answer comes */
  const away = new Map();

  const keys = () => vault.keys(prefix);
  const waiting = () => keys().filter((key) => !away.has(key));

  const rest = () => {
    clearTimeout(timer);
    timer = undefined;
  };

  const schedule = (/** @type {number} */ wait) => {
    rest();
    timer = setTimeout(() => {
      timer = undefined;
      flush();
    }, wait);
  };

  const forget = (/** @type {{key: string}[]} */ batch) => {
    for (const { key } of batch) {
      vault.remove(key);
      mine.delete(key);
      away.delete(key);
      count -= 1;
    }
  };

  const drop = (/** @type {Batch} */ batch, /** @type {string} */ reason) => {
    forget(batch);
    emit('dropped', { reason, count: batch.length, messages: batch.map(({ text }) => attempt(() => JSON.parse(text))) });
  };

  const read = (/** @type {string[]} */ names, /** @type {number} */ mostEvents, /** @type {number} */ mostBytes) => {
    /** @type {Batch} */
    const batch = [];
    let size = 0;
    for (const key of names.slice(0, mostEvents)) {
      const [, at, ahead, message] = vault.get(key)?.match(/^(\d+),(-?\d*)\|\{(.*)$/s) ?? [];
      const when = attempt(() => new Date(Number(at) + Number(ahead || offset || 0)).toISOString());
      const text = `{"originalTimestamp":"${when}",${message}`;
      size += bytes(text) + 1;
      if (!when) forget([{ key }]);
      else if (size > mostBytes && batch.length) break;
      else batch.push({ key, text });
    }
    return batch;
  };

  /** Both times are by one clock: the server's when it is known, otherwise the device's. */
  const bodyOf = (/** @type {Batch} */ batch) => {
    const sentAt = new Date(now() + (offset ?? 0)).toISOString();
    return `{"sentAt":"${sentAt}","batch":[${batch.map(({ text }) => text).join(',')}]}`;
  };

  /** @param {Batch} batch @param {import('./transport').Reply} answer @returns {Flushed} */
  const settle = (batch, { status, retryAfter = 0, date = NaN, outcome }) => {
    const ahead = date - now();
    if (Math.abs(ahead - (offset ?? 0)) > CLOCK_NOISE) offset = ahead;
    else if (ahead) offset ??= 0;

    if (status >= 200 && status < 300) {
      forget(batch);
      failures = notBefore = 0;
      most = MOST_EVENTS;
      isRefused = false;
      emit('sent', { count: batch.length, accepted: outcome?.accepted, duplicates: outcome?.duplicates });
      for (const rejected of outcome?.rejected ?? []) emit('rejected', rejected);
      return 'delivered';
    }
    if (status === 401 || status === 403) {
      // The key or this site is refused: to go on asking helps nobody. The next page tries again.
      isRefused = true;
      emit('error', new Error(`status ${status}`));
      return 'kept';
    }
    if (status >= 400 && status < 500 && status !== 408 && status !== 429) {
      most = Math.ceil(batch.length / 2);
      if (batch.length === 1) {
        drop(batch, `status ${status}`);
        most = MOST_EVENTS;
      }
      return 'delivered';
    }
    const asked = Math.min(LONGEST_RETRY_AFTER, retryAfter);
    const wait = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** failures) * (0.5 + random() / 2);
    failures += 1;
    notBefore = asked && now() + asked;
    schedule(Math.max(wait, asked));
    return 'kept';
  };

  /** @returns {Promise<Flushed>} */
  const sendOne = async () => {
    const batch = read(waiting(), most, MOST_BYTES);
    if (!batch.length) return 'empty';
    current = new Set(batch.map(({ key }) => key));
    const answer = await transport.send(bodyOf(batch));
    current.clear();
    const outcome = isOn ? settle(batch, answer) : 'kept';
    if (outcome === 'delivered') await new Promise((resolve) => setTimeout(resolve, SETTLING));
    return outcome;
  };

  /** @returns {Promise<Flushed>} */
  const drain = async () => {
    rest();
    fresh = 0;
    /** @type {Flushed} */
    let outcome = 'empty';
    while (isOn) {
      const pause = notBefore - now();
      if (pause > 0 && pause <= LONGEST_RETRY_AFTER) {
        schedule(pause);
        break;
      }
      if (!waiting().length) return outcome;
      const step = await lock(sendOne);
      if (step === BUSY) schedule(flushInterval);
      if (step === BUSY || step === 'kept') break;
      if (step === 'delivered') outcome = step;
    }
    return 'kept';
  };

  /** Sends all there is. Never throws. @returns {Promise<Flushed>} */
  const flush = () => {
    flushing ??= drain()
      .catch(() => {
        schedule(LONGEST_WAIT);
        return /** @type {Flushed} */ ('kept');
      })
      .finally(() => (flushing = undefined));
    return flushing;
  };

  const outbox = {
    flush,

    /** Leaves no timer behind. */
    rest,

    /** Begins to send; also what earlier pages left. */
    start() {
      isOn = true;
      isRefused = false;
      failures = 0;
      const names = keys();
      count = names.length;
      // After the ones that wait already, even when the clock was set back.
      if (count) {
        last = parseInt(names[count - 1].slice(prefix.length), 36) || 0;
        schedule(0);
      }
    },

    /** Sends nothing until it starts again. */
    pause() {
      isOn = false;
      rest();
      transport.abort();
    },

    /** Forgets everything. @returns {number} how many messages that were */
    stop() {
      outbox.pause();
      count = 0;
      mine.clear();
      return vault.wipe(prefix);
    },

    /** @param {number} at when it happened by this device @param {string} message an object in JSON */
    add(at, message) {
      last = Math.max(now(), last + 1);
      const key = `${prefix}${last.toString(36).padStart(9, '0')}_${tab}`;
      vault.set(key, `${at},${offset ?? ''}|${message}`);
      mine.add(key);
      count += 1;
      fresh += 1;
      if (count > maxQueue) {
        // The oldest go first, but not those that may be arriving just now.
        const idle = waiting().filter((name) => !current.has(name));
        count = idle.length;
        const batch = read(idle, Math.max(0, count - maxQueue), Infinity);
        if (batch.length) drop(batch, 'queue full');
      }
      if (failures || isRefused) return;
      if (fresh >= flushAt) schedule(0);
      else if (!timer) schedule(flushInterval);
    },

    /** The page is hidden, or it goes (`isLast`): sends what this page added and has no answer for.
     * @param {boolean} isLast */
    leave(isLast) {
      if (!isOn || isRefused) return;
      const names = [...mine].filter((key) => !away.has(key) && (isLast || !current.has(key)));
      const batch = read(names, MOST_EVENTS, MOST_PARTING_BYTES);
      if (!batch.length) return;
      const reply = transport.part(bodyOf(batch), isLast);
      if (reply) for (const { key } of batch) away.set(key, reply === true);
      if (typeof reply === 'boolean') return;
      reply.then((answer) => {
        for (const { key } of batch) away.delete(key);
        if (isOn) settle(batch, answer);
      });
    },

    /** The page is back, or the network is: does not wait for its time. */
    resume() {
      for (const [key, isUnanswered] of away) if (isUnanswered) away.delete(key);
      if (isOn && !isRefused && waiting().length) schedule(0);
    },
  };
  return outbox;
};
