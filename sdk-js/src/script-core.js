/** The small single file: without autocapture and without what is in extras.js. */
import { create } from './client.js';
import { install } from './script.js';

install(globalThis, (options) => create(options));
