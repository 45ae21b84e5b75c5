/** The single file with everything a page can use. */
import { create } from './index.js';
import { install } from './script.js';

install(globalThis, create);
