/** What the package offers: `create` for a visitor, `createServer` for a server, `preload` for apps. */
import { autocapture } from './autocapture.js';
import { create as createClient } from './client.js';
import * as extras from './extras.js';

/** @param {import('./types').Options} options @returns {import('./types').C360} */
export const create = (options) => {
  const c360 = createClient(options, extras);
  autocapture(c360, options.autocapture, options.surroundings?.window);
  return c360;
};

export { createServer } from './server.js';
export { preload } from './storage.js';
