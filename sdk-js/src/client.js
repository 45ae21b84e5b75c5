/** The calls a page makes. Turns them into messages when the visitor agrees, and hands these to the outbox. */
import { METHODS, VERSION, attempt, isObject, json, textOf, uuid, weighed } from './common.js';
import { deviceOf, landingOf, pageOf } from './context.js';
import { makeCookies } from './cookies.js';
import { makeEmitter } from './emitter.js';
import { makeIdentity } from './identity.js';
import { makeLock } from './lock.js';
import { makeOutbox } from './outbox.js';
import { makeSession } from './session.js';
import { makeTransport } from './transport.js';
import { makeVault } from './vault.js';

/** @typedef {import('./types').Consent} Consent */

const HALF_AN_HOUR = 1_800_000;

/** Calls that may end in a function to be called afterwards, as is the habit in other SDKs. */
const CALLS = METHODS.slice(0, 6);

/** A client for one visitor. None of its methods throws.
 * @param {import('./types').Options} options @param {Partial<typeof import('./extras')>} [extras]
 * @returns {import('./types').C360} */
export const create = (options, extras = {}) => {
  const { writeKey, url, cookieDomain, maxQueue = 1000 } = options;
  if (!writeKey || !url) throw new TypeError('c360 needs writeKey and url');
  const page = globalThis.document && globalThis;
  /** @type {any} */
  const around = {
    window: page,
    document: page?.document,
    location: page?.location,
    navigator: globalThis.navigator,
    storage: attempt(() => page?.localStorage),
    fetch: (/** @type {[any]} */ ...given) => fetch(...given),
    now: () => Date.now(),
    ...options.surroundings,
  };
  const { window, document, location, navigator, now } = around;
  const { on, off, emit } = makeEmitter();
  const vault = makeVault(options.storage ?? around.storage);
  const cookies = makeCookies(document, location, cookieDomain, extras.shared);
  const identity = makeIdentity(vault, cookies, uuid);
  const session = makeSession(vault, uuid, options.sessionTimeout ?? HALF_AN_HOUR, options.sessionEndsAtMidnight);
  const prefix = `c360_q_${writeKey.slice(-8)}_`;
  const tab = uuid().slice(0, 8);
  const lockName = `c360_lock_${prefix}`;
  const outbox = makeOutbox(options, {
    ...around,
    vault,
    transport: makeTransport(options, around.fetch, navigator),
    lock: makeLock(document && navigator?.locks, lockName, extras.lease?.(vault, lockName, tab, now)),
    emit,
    prefix,
    tab,
  });
  const plugins = [...(options.plugins ?? [])];
  const robot = options.dropBots && extras.isRobot?.(navigator);

  /** @type {Consent} */
  let state = 'unknown';
  /** @type {object | undefined} */
  let categories;
  /** @type {{message: any, at: number}[]} calls that wait for consent */
  const held = [];
  let dropped = 0;
  let landing = landingOf(location?.search);
  let address = location?.href;
  let referrer = document?.referrer;
  /** @type {{at: number, href: string} | undefined} of a call made before the script was here */
  let past;

  const drop = (/** @type {string} */ reason, /** @type {any} */ message, count = 1) =>
    emit('dropped', { reason, count, messages: [message] });

  const pageNow = () => location && pageOf(past?.href ?? location.href, document?.title, referrer);

  /** @param {any} message @param {number} at */
  const send = (message, at) => {
    for (const plugin of plugins) {
      try {
        const answer = plugin(message);
        if (answer === null) return;
        message = answer ?? message;
      } catch (error) {
        // It may have been the one that takes out what must not leave.
        emit('error', error);
        return drop('plugin', message);
      }
    }
    const { text, fault } = weighed(message);
    if (fault) return drop(fault, message);
    outbox.add(at, text);
    emit('event', message);
  };

  /** @param {any} message @param {number} at */
  const hold = (message, at) => {
    // As it is now: the page may go on to change what it handed in.
    const copy = attempt(() => JSON.parse(json(message)));
    if (!copy) return drop('not JSON', message);
    if (held.push({ message: copy, at }) > maxQueue) drop('queue full', held.shift()?.message);
  };

  /** @param {string} type @param {any} fields @param {any} [given] */
  const record = (type, fields, given) => {
    const time = past?.at ?? now();
    const { context, timestamp, integrations, messageId, anonymousId, userId } = given ?? {};
    const ids = identity.get();
    const visit = session.touch(time, landing);
    landing = undefined;
    const message = {
      type,
      messageId: messageId || uuid(),
      anonymousId: textOf(anonymousId) || ids.anonymousId,
      userId: textOf(userId) || ids.userId,
      ...fields,
      context: merged(
        {
          library: { name: '@c360/sdk', version: VERSION, dropped: dropped || undefined },
          ...deviceOf(navigator, window?.screen),
          page: pageNow(),
          ...visit.landing,
          sessionId: visit.id,
          sessionStart: visit.isNew || undefined,
          groupId: ids.groupId,
          consent: categories,
        },
        options.context,
        context,
      ),
      integrations,
    };
    const when = new Date(timestamp ?? time).getTime();
    (state === 'granted' ? send : hold)(message, when >= 0 ? when : time);
  };

  /** Whether a call may become a message. @param {string} type @param {string} [missing] */
  const isTaken = (type, missing) => {
    const reason = missing ? `no ${missing}` : state !== 'denied' ? '' : robot ? 'robot' : 'consent';
    if (reason) drop(reason, { type });
    return !reason;
  };

  /** @param {string} type @param {any[]} given [category], [name], [properties], [options] */
  const view = (type, given) => {
    if (!isTaken(type)) return;
    const names = given.filter((one) => typeof one === 'string' && one);
    const [properties, own] = given.filter(isObject);
    const [name, category] = [names.pop(), names.pop()];
    const href = past?.href ?? location?.href;
    // In an app of one page the page before is not in document.referrer.
    if (address !== href) [referrer, address] = [address, href];
    const said = { name, category };
    record(type, { ...said, properties: { ...(type === 'page' && pageNow()), ...said, ...properties } }, own);
  };

  /** @param {Consent} decision */
  const decide = (decision) => {
    if (decision === state) return;
    const guest = state === 'unknown' && identity.get();
    state = decision;
    vault.open(state === 'granted');
    cookies.open(state === 'granted');
    if (state === 'granted') {
      // Who was here before is found again, and what waited goes out under that name.
      const { anonymousId } = guest ? identity.admit(guest) : identity.get();
      outbox.start();
      // The visit too began before it could be kept.
      if (held[0]) session.touch(now(), undefined);
      for (const { message, at } of held.splice(0)) {
        if (guest && message.anonymousId === guest.anonymousId) message.anonymousId = anonymousId;
        send(message, at);
      }
    } else if (state === 'denied') {
      const count = held.splice(0).length + outbox.stop();
      identity.wipe();
      vault.wipe('c360_');
      if (count) drop('consent', {}, count);
    } else {
      // Not sure any more: nothing goes to the device or leaves it; what is there stays.
      outbox.pause();
    }
    emit('consent', state);
  };

  /** @type {Record<string, (...given: any[]) => any>} */
  const calls = {
    identify(userId, traits, own) {
      if (isObject(userId)) [userId, traits, own] = ['', userId, traits];
      if (!isTaken('identify')) return;
      const id = textOf(userId);
      if (id && identity.know(id)) session.end();
      record('identify', { traits: traits ?? {} }, own);
    },

    track(event, properties, own) {
      event = textOf(event);
      if (isTaken('track', event ? '' : 'event')) record('track', { event, properties: properties ?? {} }, own);
    },

    page: (...given) => view('page', given),

    screen: (...given) => view('screen', given),

    group(groupId, traits, own) {
      groupId = textOf(groupId);
      if (!isTaken('group', groupId ? '' : 'groupId')) return;
      identity.set({ ...identity.get(), groupId });
      record('group', { groupId, traits: traits ?? {} }, own);
    },

    alias(userId, previousId, own) {
      userId = textOf(userId);
      if (!isTaken('alias', userId ? '' : 'userId')) return;
      const ids = identity.get();
      record('alias', { userId, previousId: textOf(previousId) || ids.userId || ids.anonymousId }, own);
    },

    reset() {
      if (state === 'denied') return;
      identity.reset();
      session.end();
      emit('reset');
    },

    flush: async () => (state === 'granted' ? outbox.flush() : 'kept'),

    ready: async (callback) => void attempt(() => callback?.()),

    on,

    off,

    use: (plugin) => void plugins.push(plugin),

    ids: () => (state === 'denied' ? {} : identity.get()),

    consent(decision, details) {
      const before = state;
      if (decision) {
        const preferences = details?.categoryPreferences;
        categories = preferences && { categoryPreferences: preferences };
        decide(robot ? 'denied' : decision);
        if (before === 'granted' && state === 'denied') channel?.postMessage('denied');
      }
      return state;
    },
  };

  /** Makes a call as of then. @param {string} name @param {any[]} given @param {typeof past} [then] */
  const call = (name, given, then) => {
    const callback = CALLS.includes(name) && typeof given[given.length - 1] === 'function' && given.pop();
    past = then;
    try {
      return calls[name](...given);
    } catch (error) {
      emit('error', error);
    } finally {
      past = undefined;
      if (callback) attempt(callback);
    }
  };

  on('dropped', (/** @type {any} */ { count }) => (dropped += count));
  window?.addEventListener('pagehide', () => outbox.leave(true));
  for (const name of ['pageshow', 'online']) window?.addEventListener(name, outbox.resume);
  document?.addEventListener('visibilitychange', () =>
    document.visibilityState === 'hidden' ? outbox.leave(false) : outbox.resume(),
  );
  // Who withdraws in one tab has withdrawn in all of them.
  const channel = attempt(() => new window.BroadcastChannel('c360_consent'));
  channel?.addEventListener('message', () => decide('denied'));

  const saysNo =
    (options.respectGpc !== false && navigator?.globalPrivacyControl) ||
    (options.respectDnt && navigator?.doNotTrack === '1');
  calls.consent(options.consent ?? (saysNo ? 'denied' : 'granted'));

  /** @type {any} */
  const face = { version: VERSION, call };
  for (const name of METHODS) face[name] = (/** @type {any[]} */ ...given) => call(name, given);
  return face;
};

/** Each laid over the one before; members that are objects in both are joined. @param {...any} contexts */
const merged = (...contexts) => {
  /** @type {Record<string, any>} */
  const all = {};
  for (const context of contexts) {
    for (const [name, value] of Object.entries(context ?? {})) {
      all[name] = isObject(value) ? { ...all[name], ...value } : value;
    }
  }
  return all;
};
