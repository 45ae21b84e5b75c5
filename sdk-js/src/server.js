/** For servers: speaks for many people at once, so every call names its own, and nothing is kept on a disk. */
import { VERSION, isObject, uuid, weighed } from './common.js';
import { makeEmitter } from './emitter.js';
import { makeOutbox } from './outbox.js';
import { makeTransport } from './transport.js';
import { makeVault } from './vault.js';

const NEEDED = { identify: [], track: ['event'], page: [], screen: [], group: ['groupId'], alias: ['userId', 'previousId'] };

/** @param {import('./types').ServerOptions} options @returns {import('./types').C360Server} */
export const createServer = (options) => {
  if (!options?.writeKey || !options.url) throw new TypeError('c360 needs a writeKey and the url of the gateway');
  const { on, off, emit } = makeEmitter();
  const now = options.surroundings?.now ?? (() => Date.now());
  const ask = options.surroundings?.fetch ?? ((/** @type {[any]} */ ...given) => fetch(...given));
  const outbox = makeOutbox(
    { flushAt: 100, maxQueue: 10_000, ...options },
    {
      vault: makeVault(undefined),
      transport: makeTransport(options, ask),
      lock: (work) => work(),
      emit,
      now,
      prefix: 'c360_q_',
      tab: '',
    },
  );
  outbox.start();

  const drop = (/** @type {string} */ reason, /** @type {any} */ message) =>
    emit('dropped', { reason, count: 1, messages: [message] });

  const record = (/** @type {keyof typeof NEEDED} */ type, /** @type {any} */ given) => {
    const { timestamp, ...fields } = isObject(given) ? given : {};
    const missing = NEEDED[type].find((name) => !fields[name]);
    const hasId = fields.userId || fields.anonymousId;
    if (missing || !hasId) return drop(`no ${missing ?? 'userId or anonymousId'}`, { type, ...fields });
    const context = { library: { name: '@c360/sdk/server', version: VERSION }, ...fields.context };
    const message = { messageId: uuid(), ...fields, type, context };
    const { text, fault } = weighed(message);
    if (fault) return drop(fault, message);
    const at = timestamp === undefined ? NaN : new Date(timestamp).getTime();
    outbox.add(at >= 0 ? at : now(), text);
  };

  /** @type {any} */
  const server = {
    version: VERSION,
    flush: () => outbox.flush(),
    close: async () => {
      const flushed = await outbox.flush();
      outbox.rest();
      return flushed;
    },
    on,
    off,
  };
  for (const type of /** @type {(keyof typeof NEEDED)[]} */ (Object.keys(NEEDED))) {
    server[type] = (/** @type {any} */ given) => record(type, given);
  }
  return server;
};
