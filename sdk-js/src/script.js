/**
 * The single file for a page: takes the place of the snippet's `window.c360` and makes the calls that wait there.
 *
 * The object stays the same one, so that who kept a reference to it is served too. With data-write-key on its tag it
 * needs no snippet.
 */
import { METHODS, VERSION, attempt } from './common.js';

/** @param {any} window @param {(options: any) => any} create */
export const install = (window, create) => {
  const face = (window.c360 = window.c360 || {});
  if (face.version) return;
  const tag = window.document?.currentScript;
  /** @type {Record<string, any>} */
  const said = { ...tag?.dataset };
  for (const name in said) if (/^(true|false|)$/.test(said[name])) said[name] = said[name] !== 'false';
  /** @type {any[][]} name, arguments, time, address */
  const waiting = [...(face.q || [])];
  /** @type {any} */
  let client;

  face.version = VERSION;
  for (const name of METHODS) {
    face[name] = (/** @type {any[]} */ ...given) => {
      if (client) return client[name](...given);
      waiting.push([name, given, Date.now(), window.location.href]);
    };
  }
  face.load = (/** @type {any} */ options) => {
    // The gateway that the script came from, when no other is named.
    const url = tag?.src?.replace(/\/sdk\/[^/]*$/, '');
    client ??= attempt(() => create({ url, ...said, ...options }));
    if (!client) window.console.error('c360: load() needs writeKey and url');
    else for (const [name, given, at, href] of waiting.splice(0)) client.call(name, [...given], at && { at, href });
  };

  const load = waiting.findIndex(([name]) => name === 'load');
  if (load >= 0) face.load(...waiting.splice(load, 1)[0][1]);
  else if (said.writeKey) face.load();
};
