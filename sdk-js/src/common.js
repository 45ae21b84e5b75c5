/** Small things that several parts need. Nothing here touches a global when it is imported. */

export const VERSION = '0.1.0';

/** What a client can do; calls made before the script arrived may have these names. */
export const METHODS = 'identify track page screen group alias reset flush ready on off use consent ids'.split(' ');

/** The gateway takes 32 KB an event; the time is added when it is sent. */
const MOST_BYTES = 32_600;

/** @param {() => any} work @returns {any} what `work` answers; nothing when it throws */
export const attempt = (work) => {
  try {
    return work();
  } catch {
    // The caller goes on without.
  }
};

/** @param {any} value @returns {value is Record<string, any>} */
export const isObject = (value) => !!value && typeof value === 'object' && !Array.isArray(value);

/** @param {any} value an id or name; a number is one too @returns {string} */
export const textOf = (value) => (typeof value === 'string' || typeof value === 'number' ? `${value}` : '');

/** A random UUID. crypto.randomUUID is missing on pages without https, and crypto itself in some apps. */
export const uuid = () => {
  const random = new Uint8Array(36).map(() => Math.random() * 256);
  attempt(() => crypto.getRandomValues(random));
  return 'xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx'.replace(/[xy]/g, (letter, index) =>
    (letter === 'x' ? random[index] & 15 : (random[index] & 3) | 8).toString(16),
  );
};

/** How many bytes a text is in UTF-8. @param {string} text */
export const bytes = (text) => {
  let count = text.length;
  for (const letter of text.replace(/[\0-\x7f]+/g, '')) count += letter < '\u0800' ? 1 : 2;
  return count;
};

/** JSON that a database can keep: what has no place there (NUL, half a surrogate pair) becomes U+FFFD, big integers
 * become text. Throws for what contains itself. @param {any} value @returns {string} */
export const json = (value) =>
  JSON.stringify(value, (_, member) => (typeof member === 'bigint' ? `${member}` : member)).replace(
    /\\(\\|u0000|ud[89a-f]..)/g,
    (found, escaped) => (escaped === '\\' ? found : '\ufffd'),
  );

/** A message as text, or why it cannot be sent. @param {any} message @returns {{text: string, fault?: string}} */
export const weighed = (message) => {
  const text = attempt(() => json(message));
  return { text, fault: !text ? 'not JSON' : bytes(text) > MOST_BYTES ? 'too large' : '' };
};
